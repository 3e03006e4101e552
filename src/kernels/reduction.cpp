// Where the inner extent is 1, elements to be reduced are neighbours ("rows"); else whole runs are
// combined with each other ("columns"). Either way the work is cut by its size alone, and partial
// results are combined in order.
#include "kernels/reduction.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/parallel.hpp"
#include "kernels/block_sum.hpp"

namespace strata::kernels {
namespace {

constexpr std::int64_t kColumns = 256;  // handled together: their sums stay in the first cache

// Into how many parts each of `groups` sums of `terms` terms is cut, so that few long ones too
// keep the threads busy.
std::int64_t parts_within(std::int64_t groups, std::int64_t terms) {
  if (groups >= 64) return 1;
  return std::clamp<std::int64_t>(terms / kItemsPerPart, 1, 64 / std::max<std::int64_t>(groups, 1));
}

// Adds `rows` rows of `count` terms, `stride` apart, to `sums`; eight rows at a time in float.
template <class Term>
void add_rows(std::int64_t rows, std::int64_t count, std::int64_t stride, const float* x,
              double* sums, Term term) {
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

// sum(term(x)) for each outcome, handed to `finish`.
template <class Term, class Finish>
void sum_terms(const Layout& l, const float* x, float* out, Term term, Finish finish) {
  const std::int64_t tiles = (l.inner + kColumns - 1) / kColumns;
  const std::int64_t tile_width = std::min(l.inner, kColumns);
  const std::int64_t groups = l.outer * tiles;
  const std::int64_t parts = parts_within(groups, l.extent * tile_width);
  std::vector<double> sums(static_cast<std::size_t>(groups * parts * tile_width), 0.0);
  parallel_for(groups * parts, l.extent * tile_width / parts + 1,
               [&](std::int64_t first, std::int64_t last) {
                 for (std::int64_t task = first; task < last; ++task) {
                   const std::int64_t part = task % parts;
                   const std::int64_t tile = task / parts % tiles;
                   const float* block = x + task / parts / tiles * l.extent * l.inner;
                   const std::int64_t begin = l.extent * part / parts;
                   const std::int64_t end = l.extent * (part + 1) / parts;
                   double* into = sums.data() + task * tile_width;
                   if (l.inner == 1) {
                     *into = block_sum(block, begin, end, term);
                   } else {
                     add_rows(end - begin, std::min(kColumns, l.inner - tile * kColumns), l.inner,
                              block + begin * l.inner + tile * kColumns, into, term);
                   }
                 }
               });
  for (std::int64_t i = 0; i < l.outer * l.inner; ++i) {
    const std::int64_t group = i / l.inner * tiles + i % l.inner / kColumns;
    const std::int64_t column = i % l.inner % kColumns;
    double total = 0.0;
    for (std::int64_t part = 0; part < parts; ++part)
      total += sums[static_cast<std::size_t>((group * parts + part) * tile_width + column)];
    out[i] = finish(total);
  }
}

// Combines elements in order, starting from `start`; State is what a sum is kept in.
template <class State, class Combine>
void fold(const Layout& l, const float* x, float* out, State start, Combine combine) {
  parallel_for(l.outer * l.inner, l.extent, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const float* first = x + i / l.inner * l.extent * l.inner + i % l.inner;
      State state = start;
      for (std::int64_t k = 0; k < l.extent; ++k) state = combine(state, first[k * l.inner]);
      out[i] = static_cast<float>(state);
    }
  });
}

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
  sum_terms(
      layout, x, out, [](float v) { return v; },
      [factor](double total) { return static_cast<float>(factor * total); });
}

void norm(const Layout& layout, const float* x, float* out) {
  sum_terms(
      layout, x, out, [](float v) { return v * v; },
      [](double total) { return static_cast<float>(std::sqrt(total)); });
}

void prod(const Layout& layout, const float* x, float* out) {
  fold(layout, x, out, 1.0, [](double total, float v) { return total * static_cast<double>(v); });
}

void max(const Layout& layout, const float* x, float* out) {
  fold(layout, x, out, -std::numeric_limits<float>::infinity(),
       [](float best, float v) { return best > v || best != best ? best : v; });
}

void min(const Layout& layout, const float* x, float* out) {
  fold(layout, x, out, std::numeric_limits<float>::infinity(),
       [](float best, float v) { return best < v || best != best ? best : v; });
}

void argmax(const Layout& layout, const float* x, float* out) {
  arg_best(layout, x, out, [](float value, float leader) { return value > leader; });
}

void argmin(const Layout& layout, const float* x, float* out) {
  arg_best(layout, x, out, [](float value, float leader) { return value < leader; });
}

}  // namespace strata::kernels
