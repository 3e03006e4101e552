// Ops that sum over each line of an array, compute coefficients of the line from the sums, and map
// its elements with these: softmax, L2 normalization and their gradients.
#pragma once

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "kernels/moving/transpose.hpp"
#include "kernels/reduction/lines.hpp"

namespace strata::kernels {

/// An op is a struct with constant `kTraits` and the inlined functions
/// - `first(a, b, shift)` of an element, stored in the output for the second pass if `keeps`;
/// - `term(a, b, first)` and, of two sums, `second_term(a, b)`, which are summed;
/// - `coefficients(sum, second sum, c, d)`, which writes c and d, a line's coefficients;
/// - `result(a, b, first if it is kept, shift, c, d)`, the output.
struct LineOpTraits {
  std::int64_t cost;    ///< per element, in additions
  bool shifts = false;  ///< whether `shift` is the line's largest element, else 0
  bool keeps = false;
  int sums = 1;
};

/// The state of a group's lines, one column per line.
struct alignas(kVectorBytes) LineStates {
  float largest[LineGroups::kColumns];
  double sums[2][LineGroups::kColumns];
  float coefficients[2][LineGroups::kColumns];
};

struct Operands {
  const float* a;
  const float* b;  ///< equals `a` if the op has one input
  float* y;

  Operands at(std::int64_t offset) const { return {a + offset, b + offset, y + offset}; }
};

inline void raise_largest(std::int64_t columns, const float* __restrict x,
                          float* __restrict largest) {
  for (std::int64_t j = 0; j < columns; ++j) largest[j] = x[j] > largest[j] ? x[j] : largest[j];
}

inline void raise_largest_by_four(std::int64_t columns, std::int64_t stride,
                                  const float* __restrict x, float* __restrict largest) {
  const auto larger_one = [](float a, float b) { return a > b ? a : b; };
  for (std::int64_t j = 0; j < columns; ++j) {
    const float two = larger_one(x[j], x[stride + j]);
    const float others = larger_one(x[2 * stride + j], x[3 * stride + j]);
    largest[j] = larger_one(larger_one(two, others), largest[j]);
  }
}

inline void find_largest(const Slab& slab, const float* x, float* largest) {
  std::int64_t row = 0;
  for (; row + 4 <= slab.rows; row += 4)
    raise_largest_by_four(slab.columns, slab.stride, x + row * slab.stride, largest);
  for (; row < slab.rows; ++row) raise_largest(slab.columns, x + row * slab.stride, largest);
  raise_largest(slab.rest, x + row * slab.stride, largest);
}

template <class Op>
void add_row(const Op& op, std::int64_t columns, const float* __restrict a,
             const float* __restrict b, float* __restrict y, const float* __restrict shift,
             double* __restrict sums, double* __restrict others) {
  for (std::int64_t j = 0; j < columns; ++j) {
    const float first = op.first(a[j], b[j], Op::kTraits.shifts ? shift[j] : 0.0f);
    if constexpr (Op::kTraits.keeps) y[j] = first;
    sums[j] += op.term(a[j], b[j], first);
    if constexpr (Op::kTraits.sums == 2) others[j] += op.second_term(a[j], b[j]);
  }
}

// Four rows at once, so that the sums are loaded and stored once.
template <class Op>
void add_four_rows(const Op& op, std::int64_t columns, std::int64_t stride,
                   const float* __restrict a, const float* __restrict b, double* __restrict sums,
                   double* __restrict others) {
  for (std::int64_t j = 0; j < columns; ++j) {
    const auto term = [&](std::int64_t row) {
      const std::int64_t i = row * stride + j;
      return op.term(a[i], b[i], op.first(a[i], b[i], 0.0f));
    };
    sums[j] += (term(0) + term(1)) + (term(2) + term(3));
    if constexpr (Op::kTraits.sums == 2) {
      const auto other = [&](std::int64_t row) {
        return op.second_term(a[row * stride + j], b[row * stride + j]);
      };
      others[j] += (other(0) + other(1)) + (other(2) + other(3));
    }
  }
}

template <class Op>
void add_terms(const Op& op, const Slab& slab, const Operands& x, const float* shift,
               LineStates& into) {
  std::int64_t row = 0;
  if constexpr (!Op::kTraits.shifts && !Op::kTraits.keeps) {
    for (; row + 4 <= slab.rows; row += 4) {
      const Operands at = x.at(row * slab.stride);
      add_four_rows(op, slab.columns, slab.stride, at.a, at.b, into.sums[0], into.sums[1]);
    }
  }
  for (; row <= slab.rows; ++row) {
    const Operands at = x.at(row * slab.stride);
    add_row(op, row < slab.rows ? slab.columns : slab.rest, at.a, at.b, at.y, shift, into.sums[0],
            into.sums[1]);
  }
}

template <class Op>
void map_row(const Op& op, std::int64_t columns, const float* __restrict a,
             const float* __restrict b, float* __restrict y, const float* __restrict shift,
             const float* __restrict c, const float* __restrict d) {
  for (std::int64_t j = 0; j < columns; ++j) {
    y[j] =
        op.result(a[j], b[j], Op::kTraits.keeps ? y[j] : 0.0f, Op::kTraits.shifts ? shift[j] : 0.0f,
                  c[j], Op::kTraits.sums == 2 ? d[j] : 0.0f);
  }
}

template <class Op>
void map_slab(const Op& op, const Slab& slab, const Operands& x, const LineStates& states) {
  for (std::int64_t row = 0; row <= slab.rows; ++row) {
    const Operands at = x.at(row * slab.stride);
    map_row(op, row < slab.rows ? slab.columns : slab.rest, at.a, at.b, at.y, states.largest,
            states.coefficients[0], states.coefficients[1]);
  }
}

/// One op over an array, group by group. Long lines are split into parts, whose number follows from
/// their length alone, so that a line's result is the same to the bit in any array.
template <class Op>
class LineOp {
 public:
  LineOp(const AxisView& view, const Op& op, const Operands& x)
      : op_(op), x_(x), groups_(view), parts_(parts_of(groups_)) {}

  void run() const {
    const std::int64_t groups = groups_.groups;
    const std::int64_t cost = Op::kTraits.cost * groups_.elements();
    if (parts_ == 1) {
      return parallel_for(groups, cost, [this](std::int64_t begin, std::int64_t end) {
        with_vector_units([=, this] {
          for (std::int64_t group = begin; group < end; ++group) run_group(group);
        });
      });
    }
    // With enough groups each thread processes whole ones, else all share the parts of a few.
    constexpr std::int64_t kTasksPerWorker = 4;
    const std::int64_t tasks = kTasksPerWorker * worker_count(groups * parts_);
    if (tasks == kTasksPerWorker || groups >= tasks) {
      return parallel_parts(groups, [this](std::int64_t group) {
        with_vector_units([=, this] { run_group(group); });
      });
    }
    const std::int64_t together = (tasks + parts_ - 1) / parts_;
    for (std::int64_t first = 0; first < groups; first += together)
      run_shared(first, std::min(first + together, groups));
  }

 private:
  static std::int64_t parts_of(const LineGroups& groups) {
    constexpr std::int64_t kElements = 1 << 16;  // per part; sharing less costs more than it saves
    return std::clamp<std::int64_t>(groups.elements() / kElements, 1, kMostParts);
  }

  void run_group(std::int64_t group) const {
    if (groups_.kind == LineGroups::Kind::transposed) return run_transposed(group);
    if (parts_ > 1) return run_shared(group, group + 1);
    std::int64_t offset = 0;
    const Slab slab = groups_.slab(group, 0, groups_.rows(), &offset);
    run_slab(slab, x_.at(offset));
  }

  void run_transposed(std::int64_t group) const {
    const AxisView& view = groups_.view;
    const std::int64_t size = view.extent * view.inner;
    const std::int64_t first = group * groups_.outers;
    const std::int64_t outers = std::min(groups_.outers, view.outer - first);
    const Operands from = x_.at(first * size);
    alignas(kVectorBytes) float a[LineGroups::kTransposed];
    alignas(kVectorBytes) float b[LineGroups::kTransposed];
    alignas(kVectorBytes) float y[LineGroups::kTransposed];
    transpose({outers, size, from.a, size, a, outers});
    if (from.b != from.a) transpose({outers, size, from.b, size, b, outers});
    run_slab({view.extent, view.inner * outers, 0, view.inner * outers},
             {a, from.b != from.a ? b : a, y});
    transpose({size, outers, y, outers, from.y, size});
  }

  void run_slab(const Slab& slab, const Operands& x) const {
    LineStates states;
    find_shift(slab, x, states);
    if (Op::kTraits.shifts) share_largest(states);
    find_sums(slab, x, states.largest, states);
    make_coefficients(slab.columns, states);
    map_slab(op_, slab, x, states);
  }

  // The parts of the groups [begin, end), shared by all threads unless this runs on one of them.
  void run_shared(std::int64_t begin, std::int64_t end) const {
    const std::int64_t count = (end - begin) * parts_;
    const auto states =
        std::make_unique_for_overwrite<LineStates[]>(static_cast<std::size_t>(count));
    const auto for_all = [&](const auto& body) {
      parallel_parts(count, [&](std::int64_t task) {
        with_vector_units([&, task] {
          const auto [slab, x] = part_of(begin + task / parts_, task % parts_);
          body(slab, x, states[static_cast<std::size_t>(task)],
               states[static_cast<std::size_t>(task / parts_ * parts_)]);
        });
      });
    };
    const auto for_groups = [&](const auto& merge, const auto& finish) {
      for (std::int64_t group = begin; group < end; ++group) {
        LineStates* const own = states.get() + (group - begin) * parts_;
        const std::int64_t columns = part_of(group, 0).first.columns;
        for (std::int64_t part = 1; part < parts_; ++part) merge(columns, own[part], own[0]);
        finish(columns, own[0]);
      }
    };
    if constexpr (Op::kTraits.shifts) {
      for_all([&](const Slab& slab, const Operands& x, LineStates& own, LineStates&) {
        find_shift(slab, x, own);
      });
      for_groups(merge_shift, [this](std::int64_t, LineStates& total) { share_largest(total); });
    }
    for_all([&](const Slab& slab, const Operands& x, LineStates& own, LineStates& total) {
      find_sums(slab, x, total.largest, own);
    });
    for_groups(merge_sums, [this](std::int64_t columns, LineStates& total) {
      make_coefficients(columns, total);
    });
    for_all([&](const Slab& slab, const Operands& x, LineStates&, LineStates& total) {
      map_slab(op_, slab, x, total);
    });
  }

  std::pair<Slab, Operands> part_of(std::int64_t group, std::int64_t part) const {
    const IndexRange rows = IndexRange::of_part(groups_.rows(), part, parts_);
    std::int64_t offset = 0;
    const Slab slab = groups_.slab(group, rows.begin, rows.end, &offset);
    return {slab, x_.at(offset)};
  }

  static void find_shift(const Slab& slab, const Operands& x, LineStates& into) {
    if (!Op::kTraits.shifts) return;
    std::fill_n(into.largest, slab.columns, -std::numeric_limits<float>::infinity());
    find_largest(slab, x.a, into.largest);
  }

  static void merge_shift(std::int64_t columns, const LineStates& from, LineStates& into) {
    if (Op::kTraits.shifts) raise_largest(columns, from.largest, into.largest);
  }

  void find_sums(const Slab& slab, const Operands& x, const float* shift, LineStates& into) const {
    for (int sum = 0; sum < Op::kTraits.sums; ++sum) std::fill_n(into.sums[sum], slab.columns, 0.0);
    add_terms(op_, slab, x, shift, into);
  }

  static void merge_sums(std::int64_t columns, const LineStates& from, LineStates& into) {
    for (int sum = 0; sum < Op::kTraits.sums; ++sum)
      add_sums(columns, from.sums[sum], into.sums[sum]);
  }

  static void add_sums(std::int64_t count, const double* from, double* into) {
    for (std::int64_t j = 0; j < count; ++j) into[j] += from[j];
  }

  // Combines the columns of each folded line, and writes the line's maximum to all of them.
  void share_largest(LineStates& states) const {
    const std::int64_t inner = groups_.view.inner;
    for (std::int64_t half = groups_.fold / 2; half > 0; half /= 2)
      raise_largest(half * inner, states.largest + half * inner, states.largest);
    repeat(states.largest);
  }

  // For existing columns only: the sums of others are 0, and dividing by 0 raises an exception.
  void make_coefficients(std::int64_t columns, LineStates& states) const {
    const std::int64_t inner = groups_.view.inner;
    for (int sum = 0; sum < Op::kTraits.sums; ++sum) {
      for (std::int64_t half = groups_.fold / 2; half > 0; half /= 2)
        add_sums(half * inner, states.sums[sum] + half * inner, states.sums[sum]);
    }
    const std::int64_t lines = groups_.fold > 1 ? inner : columns;
    write_coefficients(lines, states.sums[0], states.sums[Op::kTraits.sums - 1],
                       states.coefficients[0], states.coefficients[1]);
    for (int sum = 0; sum < Op::kTraits.sums; ++sum) repeat(states.coefficients[sum]);
  }

  void write_coefficients(std::int64_t lines, const double* __restrict sums,
                          const double* __restrict others, float* __restrict c,
                          float* __restrict d) const {
    for (std::int64_t j = 0; j < lines; ++j) op_.coefficients(sums[j], others[j], c[j], d[j]);
  }

  void repeat(float* values) const {
    const std::int64_t inner = groups_.view.inner;
    for (std::int64_t count = inner; count < groups_.fold * inner; count *= 2)
      std::copy_n(values, count, values + count);
  }

  const Op op_;
  const Operands x_;
  const LineGroups groups_;
  const std::int64_t parts_;
};

/// y = op(a, b) along the axis of the view; b is a if the op has one input.
template <class Op>
void apply_along(const AxisView& view, const Op& op, const float* a, const float* b, float* y) {
  LineOp<Op>(view, op, {a, b, y}).run();
}

}  // namespace strata::kernels
