// Where the inner extent is 1, elements to be reduced are neighbours ("rows"); else whole runs are
// combined with each other ("columns"). Either way the work is cut by its size alone, and partial
// results are combined in order.
#include "kernels/reduction.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/parallel.hpp"
#include "kernels/block_sum.hpp"
#include "kernels/vector_math.hpp"

namespace strata::kernels {
namespace {

constexpr std::int64_t kColumns = 256;  // handled together: their sums stay in the first cache

// Into how many parts each of `groups` sums of `terms` terms is cut, so that few long ones too
// keep the threads busy.
std::int64_t parts_within(std::int64_t groups, std::int64_t terms) {
  constexpr std::int64_t kWorthASum = 1 << 18;
  const std::int64_t most = most_parts(groups * terms, kMostParts, kWorthASum);
  if (groups >= most) return 1;
  return std::clamp<std::int64_t>(terms / kItemsPerPart, 1,
                                  most / std::max<std::int64_t>(groups, 1));
}

// How sums of `term(x)` are taken.
template <class Term>
struct Sum {
  using State = double;
  static constexpr State start = 0.0;
  Term term;

  double along(std::int64_t count, const float* x) const { return block_sum(x, 0, count, term); }

  // Eight rows at a time in float, which is exact enough and halves the conversions.
  void down(std::int64_t rows, std::int64_t count, std::int64_t stride, const float* x,
            double* sums) const {
    std::int64_t row = 0;
    for (; row + 8 <= rows; row += 8) {
      const float* r = x + row * stride;
      for (std::int64_t j = 0; j < count; ++j) {
        const auto at = [&](std::int64_t i) { return term(r[i * stride + j]); };
        sums[j] += static_cast<double>(((at(0) + at(1)) + (at(2) + at(3))) +
                                       ((at(4) + at(5)) + (at(6) + at(7))));
      }
    }
    for (; row < rows; ++row) {
      for (std::int64_t j = 0; j < count; ++j)
        sums[j] += static_cast<double>(term(x[row * stride + j]));
    }
  }

  double combine(double a, double b) const { return a + b; }
};

// How elements are combined one by one, in any grouping.
template <class S, class Combine>
struct Fold {
  using State = S;
  S start;
  Combine combine;

  S along(std::int64_t count, const float* x) const {
    constexpr std::int64_t kLanes = 16;
    std::array<S, kLanes> lanes;
    lanes.fill(start);
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
      for (std::int64_t lane = 0; lane < kLanes; ++lane) {
        S& state = lanes[static_cast<std::size_t>(lane)];
        state = combine(state, static_cast<S>(x[i + lane]));
      }
    }
    for (; i < count; ++i) lanes[0] = combine(lanes[0], static_cast<S>(x[i]));
    S result = start;
    for (const S state : lanes) result = combine(result, state);
    return result;
  }

  void down(std::int64_t rows, std::int64_t count, std::int64_t stride, const float* x,
            S* states) const {
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t j = 0; j < count; ++j)
        states[j] = combine(states[j], static_cast<S>(x[row * stride + j]));
    }
  }
};
template <class S, class Combine>
Fold(S, Combine) -> Fold<S, Combine>;

// What `reducer` makes of each outcome's elements, handed to `finish`.
template <class Reducer, class Finish>
void reduce(const Layout& l, const float* x, float* out, const Reducer& reducer, Finish finish) {
  using State = typename Reducer::State;
  const std::int64_t tiles = (l.inner + kColumns - 1) / kColumns;
  const std::int64_t width = std::min(l.inner, kColumns);
  const std::int64_t groups = l.outer * tiles;
  const std::int64_t parts = parts_within(groups, l.extent * width);
  std::vector<State> states(static_cast<std::size_t>(groups * parts * width), reducer.start);
  const auto run = [&](std::int64_t task) {
    const std::int64_t tile = task / parts % tiles;
    const std::int64_t begin = l.extent * (task % parts) / parts;
    const std::int64_t end = l.extent * (task % parts + 1) / parts;
    const float* from = x + (task / parts / tiles * l.extent + begin) * l.inner + tile * kColumns;
    State* into = states.data() + task * width;
    if (l.inner == 1) {
      *into = reducer.along(end - begin, from);
    } else {
      reducer.down(end - begin, std::min(kColumns, l.inner - tile * kColumns), l.inner, from, into);
    }
  };
  parallel_for(groups * parts, l.extent * width / parts + 1,
               [&](std::int64_t first, std::int64_t last) {
                 for (std::int64_t task = first; task < last; ++task) run(task);
               });
  for (std::int64_t i = 0; i < l.outer * l.inner; ++i) {
    const std::int64_t group = i / l.inner * tiles + i % l.inner / kColumns;
    const State* first = states.data() + group * parts * width + i % l.inner % kColumns;
    State total = *first;
    for (std::int64_t part = 1; part < parts; ++part)
      total = reducer.combine(total, first[part * width]);
    out[i] = finish(total);
  }
}

float as_float(double value) { return static_cast<float>(value); }
float same(float value) { return value; }

template <class Better>
void arg_best(const Layout& l, const float* x, float* out, Better better) {
  parallel_for(l.outer * l.inner, l.extent, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const float* first = x + i / l.inner * l.extent * l.inner + i % l.inner;
      std::int64_t best = 0;
      for (std::int64_t k = 1; k < l.extent; ++k) {
        const float value = first[k * l.inner];
        const float leader = first[best * l.inner];
        if (better(value, leader) || (value != value && leader == leader)) best = k;
      }
      out[i] = static_cast<float>(best);
    }
  });
}

}  // namespace

void sum(const Layout& layout, const float* x, double factor, float* out) {
  const auto term = [](float v) { return v; };
  reduce(layout, x, out, Sum<decltype(term)>{term},
         [factor](double total) { return as_float(factor * total); });
}

void norm(const Layout& layout, const float* x, float* out) {
  const auto term = [](float v) { return v * v; };
  reduce(layout, x, out, Sum<decltype(term)>{term},
         [](double total) { return as_float(std::sqrt(total)); });
}

void prod(const Layout& layout, const float* x, float* out) {
  reduce(layout, x, out, Fold{1.0, [](double a, double b) { return a * b; }}, as_float);
}

void max(const Layout& layout, const float* x, float* out) {
  reduce(
      layout, x, out,
      Fold{-std::numeric_limits<float>::infinity(), [](float a, float b) { return larger(a, b); }},
      same);
}

void min(const Layout& layout, const float* x, float* out) {
  reduce(
      layout, x, out,
      Fold{std::numeric_limits<float>::infinity(), [](float a, float b) { return smaller(a, b); }},
      same);
}

void argmax(const Layout& layout, const float* x, float* out) {
  arg_best(layout, x, out, [](float value, float leader) { return value > leader; });
}

void argmin(const Layout& layout, const float* x, float* out) {
  arg_best(layout, x, out, [](float value, float leader) { return value < leader; });
}

}  // namespace strata::kernels
