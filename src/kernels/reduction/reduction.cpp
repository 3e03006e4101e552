// Reductions: groups of lines are reduced as adjacent columns, but long contiguous lines are summed
// along the line. The work is split by its size alone, and partial results combined in order.
#include "kernels/reduction/reduction.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "core/with_constant.hpp"
#include "kernels/elementwise/vector_math.hpp"
#include "kernels/moving/transpose.hpp"
#include "kernels/reduction/block_sum.hpp"
#include "kernels/reduction/lines.hpp"

namespace strata::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A reducer keeps `kFields` numbers for each line: the first number of `width` adjacent lines, then
// the second number of each.

// Sums `term(x)`; `result` turns the sum into the output.
template <class Term, class Result>
struct Sum {
  using Number = double;
  static constexpr std::int64_t kFields = 1;
  Term term;
  Result result;

  void start(std::int64_t width, double* sums) const { std::fill_n(sums, width, 0.0); }

  double along(std::int64_t count, const float* x) const { return block_sum(x, 0, count, term); }

  // Eight rows at a time in float, which is exact enough and halves the conversions.
  void down(const Slab& slab, std::int64_t, const float* x, double* sums) const {
    const auto take = [&](std::int64_t columns, std::int64_t row, const auto& total) {
      each_column(columns, slab.stride, x + row * slab.stride, sums, total);
    };
    std::int64_t row = 0;
    for (; row + 8 <= slab.rows; row += 8)
      take(slab.columns, row,
           [this](const auto& at) { return this->four(at, 0) + this->four(at, 4); });
    for (; row + 4 <= slab.rows; row += 4)
      take(slab.columns, row, [this](const auto& at) { return this->four(at, 0); });
    for (; row < slab.rows; ++row)
      take(slab.columns, row, [this](const auto& at) { return this->term(at(0)); });
    take(slab.rest, row, [this](const auto& at) { return this->term(at(0)); });
  }

  static constexpr int kFew = 8;
  static constexpr int kFewest = 3;  // transposing costs more than it saves

  // The sum of a column of exactly `Rows` rows, which needs no state in memory.
  template <int Rows, class At>
  double few(const At& at) const {
    if constexpr (Rows == 8) return static_cast<double>(four(at, 0) + four(at, 4));
    constexpr int kTogether = Rows < 4 ? 1 : 4;
    double total = static_cast<double>(Rows < 4 ? term(at(0)) : four(at, 0));
    for (int row = kTogether; row < Rows; ++row) total += static_cast<double>(term(at(row)));
    return total;
  }

  // Sums columns of at most `kFew` rows: writes the results without sums in memory.
  void few_rows(const Slab& slab, const float* x, float* out) const {
    with_constant<kFew>(slab.rows,
                        [&](auto rows) { each_result<rows>(slab.columns, slab.stride, x, out); });
  }

  template <int Rows>
  void each_result(std::int64_t columns, std::int64_t stride, const float* __restrict x,
                   float* __restrict out) const {
    const auto of = [&](std::int64_t j) {
      return result(few<Rows>([&](std::int64_t row) { return x[row * stride + j]; }));
    };
    const std::int64_t whole = whole_vectors(columns);
    for (std::int64_t j = 0; j < whole; ++j) out[j] = of(j);
    if (whole == columns) return;
    const std::int64_t last = columns - kFloatsWide;
    for (std::int64_t j = 0; j < kFloatsWide; ++j) out[last + j] = of(last + j);
  }

  // Sums contiguous lines of at most `kFewest` elements each.
  void few_along(std::int64_t extent, std::int64_t lines, const float* x, float* out) const {
    alignas(kVectorBytes) double sums[LineGroups::kColumns];
    with_constant<kFew>(extent, [&](auto rows) {
      if constexpr (rows <= kFewest) each_sum<rows>(lines, x, sums);
    });
    finish(lines, lines, sums, out);
  }

  template <int Rows>
  void each_sum(std::int64_t lines, const float* __restrict x, double* __restrict sums) const {
    for (std::int64_t j = 0; j < lines; ++j)
      sums[j] = few<Rows>([&](std::int64_t k) { return x[j * Rows + k]; });
  }

  // The number of columns in full vectors, or all columns if they fill no vector.
  static std::int64_t whole_vectors(std::int64_t columns) {
    return columns < kFloatsWide ? columns : columns / kFloatsWide * kFloatsWide;
  }

  template <class At>
  float four(const At& at, std::int64_t row) const {
    return (term(at(row)) + term(at(row + 1))) + (term(at(row + 2)) + term(at(row + 3)));
  }

  template <class Total>
  static void each_column(std::int64_t columns, std::int64_t stride, const float* __restrict x,
                          double* __restrict sums, const Total& total) {
    for (std::int64_t j = 0; j < columns; ++j)
      sums[j] += static_cast<double>(total([&](std::int64_t row) { return x[row * stride + j]; }));
  }

  void merge(std::int64_t count, std::int64_t, double* into, const double* from,
             std::int64_t) const {
    for (std::int64_t j = 0; j < count; ++j) into[j] += from[j];
  }

  void finish(std::int64_t count, std::int64_t, const double* sums, float* out) const {
    for (std::int64_t j = 0; j < count; ++j) out[j] = result(sums[j]);
  }
};
template <class Term, class Result>
Sum(Term, Result) -> Sum<Term, Result>;

// Elements combined one at a time, in any order.
template <class State, class Combine>
struct Fold {
  using Number = State;
  static constexpr std::int64_t kFields = 1;
  State neutral;
  Combine combine;

  void start(std::int64_t width, State* states) const { std::fill_n(states, width, neutral); }

  void down(const Slab& slab, std::int64_t, const float* x, State* states) const {
    const auto take = [&](std::int64_t columns, std::int64_t row, const auto& total) {
      each_column(columns, slab.stride, x + row * slab.stride, states, total);
    };
    std::int64_t row = 0;
    for (; row + 4 <= slab.rows; row += 4) {
      take(slab.columns, row, [this](const auto& at) {
        return combine(combine(at(0), at(1)), combine(at(2), at(3)));
      });
    }
    for (; row < slab.rows; ++row) take(slab.columns, row, [](const auto& at) { return at(0); });
    take(slab.rest, row, [](const auto& at) { return at(0); });
  }

  template <class Total>
  void each_column(std::int64_t columns, std::int64_t stride, const float* x, State* states,
                   const Total& total) const {
    if constexpr (std::is_same_v<State, float>) {
      for_vectors(columns, [&](std::int64_t j, auto kind) {
        using Value = decltype(kind);
        const auto at = [&](std::int64_t row) { return load<Value>(x + row * stride + j); };
        store(states + j, combine(load<Value>(states + j), total(at)));
      });
    } else {
      for (std::int64_t j = 0; j < columns; ++j) {
        const auto at = [&](std::int64_t row) { return static_cast<State>(x[row * stride + j]); };
        states[j] = combine(states[j], total(at));
      }
    }
  }

  void merge(std::int64_t count, std::int64_t, State* into, const State* from, std::int64_t) const {
    if constexpr (std::is_same_v<State, float>) {
      for_vectors(count, [&](std::int64_t j, auto kind) {
        using Value = decltype(kind);
        store(into + j, combine(load<Value>(into + j), load<Value>(from + j)));
      });
    } else {
      for (std::int64_t j = 0; j < count; ++j) into[j] = combine(into[j], from[j]);
    }
  }

  void finish(std::int64_t count, std::int64_t, const State* states, float* out) const {
    for (std::int64_t j = 0; j < count; ++j) out[j] = static_cast<float>(states[j]);
  }
};
template <class State, class Combine>
Fold(State, Combine) -> Fold<State, Combine>;

// The first best element of each line, or the first NaN, and its index along the axis.
template <class Better>
struct FirstBest {
  using Number = float;
  static constexpr std::int64_t kFields = 2;
  float worst;
  Better better;

  // If all elements equal `worst`, none is better, and index 0 is correct.
  void start(std::int64_t width, float* states) const {
    std::fill_n(states, width, worst);
    std::fill_n(states + width, width, 0.0f);
  }

  void down(const Slab& slab, std::int64_t width, const float* x, float* states) const {
    const auto take = [&](std::int64_t columns, std::int64_t row, auto rows) {
      each_column(columns, slab.stride, static_cast<float>(slab.first + row * slab.step),
                  static_cast<float>(slab.step), x + row * slab.stride, states, states + width,
                  rows);
    };
    std::int64_t row = 0;
    for (; row + 4 <= slab.rows; row += 4)
      take(slab.columns, row, std::integral_constant<int, 4>());
    for (; row < slab.rows; ++row) take(slab.columns, row, std::integral_constant<int, 1>());
    take(slab.rest, row, std::integral_constant<int, 1>());
  }

  template <int Rows>
  void each_column(std::int64_t columns, std::int64_t stride, float first, float step,
                   const float* x, float* values, float* rows,
                   std::integral_constant<int, Rows>) const {
    for_vectors(columns, [&](std::int64_t j, auto kind) {
      using Value = decltype(kind);
      Value leader = load<Value>(values + j);
      Value leader_row = load<Value>(rows + j);
      for (int i = 0; i < Rows; ++i) {
        const Value value = load<Value>(x + i * stride + j);
        const auto leads = better(value, leader) | ((value != value) & (leader == leader));
        leader = leads ? value : leader;
        leader_row = leads ? Value{} + (first + static_cast<float>(i) * step) : leader_row;
      }
      store(values + j, leader);
      store(rows + j, leader_row);
    });
  }

  // `shift` is added to the indices of `from`.
  void merge(std::int64_t count, std::int64_t width, float* into, const float* from,
             std::int64_t shift) const {
    for_vectors(count, [&](std::int64_t j, auto kind) {
      using Value = decltype(kind);
      const Value value = load<Value>(from + j);
      const Value row = load<Value>(from + width + j) + static_cast<float>(shift);
      const Value leader = load<Value>(into + j);
      const Value leader_row = load<Value>(into + width + j);
      const auto is_nan = value != value;
      const auto leads = better(value, leader) | (is_nan & (leader == leader));
      const auto equals = (value == leader) | (is_nan & (leader != leader));
      const auto is_first = leads | (equals & (row < leader_row));
      store(into + j, is_first ? value : leader);
      store(into + width + j, is_first ? row : leader_row);
    });
  }

  void finish(std::int64_t count, std::int64_t width, const float* states, float* out) const {
    std::copy_n(states + width, count, out);
  }
};
template <class Better>
FirstBest(float, Better) -> FirstBest<Better>;

// One reduction of an array, group by group.
template <class Reducer>
class Reduction {
 public:
  using Number = typename Reducer::Number;

  Reduction(const AxisView& view, const float* x, float* out, const Reducer& reducer)
      : groups_(view),
        parts_(groups_.kind == LineGroups::Kind::transposed
                   ? 1
                   : parts_within(groups_.groups, groups_.elements())),
        x_(x),
        out_(out),
        reducer_(reducer) {}

  void run() const {
    const std::int64_t cost = groups_.elements() / parts_ + 1;
    if (parts_ == 1) {
      return parallel_for(groups_.groups, cost, [this](std::int64_t begin, std::int64_t end) {
        with_vector_units([=, this] {
          for (std::int64_t group = begin; group < end; ++group) run_group(group);
        });
      });
    }
    const std::int64_t numbers = Reducer::kFields * groups_.columns;
    std::vector<Number> states(static_cast<std::size_t>(groups_.groups * parts_ * numbers));
    parallel_for(groups_.groups * parts_, cost, [&](std::int64_t begin, std::int64_t end) {
      with_vector_units([&, begin, end] {
        for (std::int64_t task = begin; task < end; ++task)
          reduce_part(task / parts_, task % parts_, states.data() + task * numbers);
      });
    });
    with_vector_units([&, numbers] {
      for (std::int64_t group = 0; group < groups_.groups; ++group)
        finish_parts(group, states.data() + group * parts_ * numbers);
    });
  }

 private:
  // Whether the reducer has a separate function for long contiguous rows.
  static constexpr bool kAlong = requires(const Reducer& r, const float* x) { r.along(1, x); };

  // Whether the reducer has separate functions for few rows.
  static constexpr bool kFewRows = requires { Reducer::kFew; };

  bool has_few_rows() const {
    if constexpr (kFewRows) return groups_.view.extent >= 1 && groups_.view.extent <= Reducer::kFew;
    return false;
  }

  bool along() const { return groups_.kind == LineGroups::Kind::folded && groups_.view.inner == 1; }

  void run_group(std::int64_t group) const {
    if (groups_.kind == LineGroups::Kind::transposed) return run_transposed(group);
    if constexpr (kFewRows) {
      if (has_few_rows()) return run_few(group);
    }
    alignas(kVectorBytes) Number states[Reducer::kFields * LineGroups::kColumns];
    reduce_part(group, 0, states);
    finish(group, states);
  }

  void run_few(std::int64_t group) const {
    std::int64_t offset = 0;
    const Slab slab = groups_.slab(group, 0, groups_.rows(), &offset);
    reducer_.few_rows(slab, x_ + offset, out_ + groups_.first_line(group));
  }

  void run_transposed(std::int64_t group) const {
    const AxisView& view = groups_.view;
    const std::int64_t first = group * groups_.outers;
    const std::int64_t outers = std::min(groups_.outers, view.outer - first);
    const std::int64_t columns = view.inner * outers;
    const std::int64_t size = view.extent * view.inner;
    if constexpr (kFewRows) {
      if (has_few_rows() && view.inner == 1 && view.extent <= Reducer::kFewest)
        return reducer_.few_along(view.extent, outers, x_ + first * size, out_ + first);
    }
    alignas(kVectorBytes) float elements[LineGroups::kTransposed];
    transpose({outers, size, x_ + first * size, size, elements, outers});
    if (view.inner == 1) return reduce_columns(columns, elements, out_ + first);
    float results[LineGroups::kColumns];
    reduce_columns(columns, elements, results);
    transpose({view.inner, outers, results, outers, out_ + first * view.inner, view.inner});
  }

  void reduce_columns(std::int64_t columns, const float* elements, float* out) const {
    const std::int64_t rows = groups_.view.extent;
    if constexpr (kFewRows) {
      if (has_few_rows()) return reducer_.few_rows({rows, columns, 0, columns}, elements, out);
    }
    alignas(kVectorBytes) Number states[Reducer::kFields * LineGroups::kColumns];
    reducer_.start(columns, states);
    reducer_.down({rows, columns, 0, columns}, columns, elements, states);
    reducer_.finish(columns, columns, states, out);
  }

  void reduce_part(std::int64_t group, std::int64_t part, Number* states) const {
    const std::int64_t begin = groups_.rows() * part / parts_;
    const std::int64_t end = groups_.rows() * (part + 1) / parts_;
    std::int64_t offset = 0;
    const Slab slab = groups_.slab(group, begin, end, &offset);
    reducer_.start(groups_.columns, states);
    if constexpr (kAlong) {
      if (along()) {
        *states = reducer_.along(slab.rows * slab.columns + slab.rest, x_ + offset);
        return;
      }
    }
    reducer_.down(slab, groups_.columns, x_ + offset, states);
  }

  void finish_parts(std::int64_t group, Number* total) const {
    for (std::int64_t part = 1; part < parts_; ++part) {
      reducer_.merge(groups_.columns, groups_.columns, total,
                     total + part * Reducer::kFields * groups_.columns, 0);
    }
    finish(group, total);
  }

  void finish(std::int64_t group, Number* states) const {
    const AxisView& view = groups_.view;
    const std::int64_t width = groups_.columns;
    std::int64_t count =
        std::min(width, view.inner - group % groups_.per_outer * LineGroups::kColumns);
    if (groups_.fold > 1) {
      count = view.inner;
      for (std::int64_t half = groups_.fold / 2; half > 0; half /= 2)
        reducer_.merge(half * view.inner, width, states, states + half * view.inner, half);
    }
    reducer_.finish(count, width, states, out_ + groups_.first_line(group));
  }

  const LineGroups groups_;
  const std::int64_t parts_;
  const float* const x_;
  float* const out_;
  const Reducer& reducer_;
};

template <class Reducer>
void reduce(const AxisView& view, const float* x, float* out, const Reducer& reducer) {
  Reduction<Reducer>(view, x, out, reducer).run();
}

// In float, since twice as many square roots fit a vector. Sums too large for float are scaled by
// 2^-40, and their roots by 2^20.
float root(double total) {
  const bool large = total > 1e37;
  const float root = std::sqrt(static_cast<float>(large ? total * 0x1p-40 : total));
  return large ? root * 0x1p20f : root;
}

}  // namespace

void sum(const AxisView& view, const float* x, double factor, float* out) {
  reduce(view, x, out,
         Sum{[](float v) { return v; },
             [factor](double total) { return static_cast<float>(factor * total); }});
}

void norm(const AxisView& view, const float* x, float* out) {
  reduce(view, x, out,
         Sum{[](float v) { return v * v; }, [](double total) { return root(total); }});
}

void prod(const AxisView& view, const float* x, float* out) {
  reduce(view, x, out, Fold{1.0, [](double a, double b) { return a * b; }});
}

void max(const AxisView& view, const float* x, float* out) {
  const auto combine = [](const auto& a, const auto& b) { return larger(a, b); };
  reduce(view, x, out, Fold{-kInfinity, combine});
}

void min(const AxisView& view, const float* x, float* out) {
  const auto combine = [](const auto& a, const auto& b) { return smaller(a, b); };
  reduce(view, x, out, Fold{kInfinity, combine});
}

void argmax(const AxisView& view, const float* x, float* out) {
  const auto better = [](const auto& value, const auto& leader) { return value > leader; };
  reduce(view, x, out, FirstBest{-kInfinity, better});
}

void argmin(const AxisView& view, const float* x, float* out) {
  const auto better = [](const auto& value, const auto& leader) { return value < leader; };
  reduce(view, x, out, FirstBest{kInfinity, better});
}

}  // namespace strata::kernels
