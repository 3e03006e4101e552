// Softmax, normalization and their gradients. Each op sums over its lines, computes one or two
// coefficients per line from the sums, and then maps every element with its line's coefficients.
#include "kernels/softmax.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <type_traits>
#include <utility>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "kernels/lines.hpp"
#include "kernels/transpose.hpp"
#include "kernels/vector_math.hpp"

namespace strata::kernels {
namespace {

/// log(x) for x in [1, 2^52], with a relative error of 1e-10: x = 2^k m with m near 1, and log(m) =
/// 2 artanh((m - 1) / (m + 1)) by its series. Without branches or calls, so that loops are
/// vectorized.
inline double log_from_one(double x) {
  constexpr std::int64_t kRootOfHalf = 0x3FE6A09E667F3BCD;
  constexpr std::int64_t kWhole = 0x4338000000000000;  // 1.5 * 2^52: adding whole numbers is exact
  const auto bits = std::bit_cast<std::int64_t>(x);
  const auto power =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(bits - kRootOfHalf) >> 52);
  const auto k = std::bit_cast<double>(power + kWhole) - std::bit_cast<double>(kWhole);
  const auto m = std::bit_cast<double>(bits - (power << 52));
  const double z = (m - 1.0) / (m + 1.0);
  const double s = z * z;
  const double series =
      1.0 + s * (1.0 / 3 + s * (1.0 / 5 + s * (1.0 / 7 + s * (1.0 / 9 + s * (1.0 / 11)))));
  const double value = k * std::numbers::ln2 + 2.0 * z * series;
  return x != x ? x : value;
}

// An op has `kShifts` if it subtracts the line's largest element, and `kKeeps` if `first(element)`
// is stored in the output for the second pass. It sums `term` and, if `kSums` is 2, `second_term`.
// `coefficients` computes from a line's sums the numbers that `result` needs.

struct Softmax {
  static constexpr std::int64_t kCost = 20;
  static constexpr bool kShifts = true;
  static constexpr bool kKeeps = true;
  static constexpr int kSums = 1;

  float first(float x, float, float shift) const { return exp(x - shift); }
  double term(float, float, float first) const { return static_cast<double>(first); }
  void coefficients(double sum, double, float& scale, float&) const {
    scale = static_cast<float>(1.0 / sum);
  }
  float result(float, float, float kept, float, float scale, float) const { return kept * scale; }
};

struct SoftmaxGradient {
  static constexpr std::int64_t kCost = 4;
  static constexpr bool kShifts = false;
  static constexpr bool kKeeps = false;
  static constexpr int kSums = 1;

  float first(float y, float dy, float) const { return dy * y; }
  double term(float, float, float first) const { return static_cast<double>(first); }
  void coefficients(double dot, double, float& mean, float&) const {
    mean = static_cast<float>(dot);
  }
  float result(float y, float dy, float, float, float mean, float) const { return y * (dy - mean); }
};

struct LogSoftmax {
  static constexpr std::int64_t kCost = 20;
  static constexpr bool kShifts = true;
  static constexpr bool kKeeps = false;
  static constexpr int kSums = 1;

  float first(float x, float, float shift) const { return exp(x - shift); }
  double term(float, float, float first) const { return static_cast<double>(first); }
  void coefficients(double sum, double, float& log_sum, float&) const {
    log_sum = static_cast<float>(log_from_one(sum));
  }
  float result(float x, float, float, float shift, float log_sum, float) const {
    return (x - shift) - log_sum;
  }
};

struct LogSoftmaxGradient {
  static constexpr std::int64_t kCost = 20;
  static constexpr bool kShifts = false;
  static constexpr bool kKeeps = false;
  static constexpr int kSums = 1;

  float first(float, float dy, float) const { return dy; }
  double term(float, float, float first) const { return static_cast<double>(first); }
  void coefficients(double total, double, float& sum, float&) const {
    sum = static_cast<float>(total);
  }
  float result(float y, float dy, float, float, float sum, float) const {
    return dy - exp(y) * sum;
  }
};

struct L2Normalize {
  static constexpr std::int64_t kCost = 4;
  static constexpr bool kShifts = false;
  static constexpr bool kKeeps = false;
  static constexpr int kSums = 1;
  double epsilon;

  float first(float x, float, float) const { return x; }
  double term(float x, float, float) const {
    return static_cast<double>(x) * static_cast<double>(x);
  }
  void coefficients(double squares, double, float& scale, float&) const {
    scale = static_cast<float>(1.0 / std::max(std::sqrt(squares), epsilon));
  }
  float result(float x, float, float, float, float scale, float) const { return x * scale; }
};

struct L2NormalizeGradient {
  static constexpr std::int64_t kCost = 8;
  static constexpr bool kShifts = false;
  static constexpr bool kKeeps = false;
  static constexpr int kSums = 2;
  double epsilon;

  float first(float x, float, float) const { return x; }
  double term(float x, float, float) const {
    return static_cast<double>(x) * static_cast<double>(x);
  }
  double second_term(float x, float dy) const {
    return static_cast<double>(x) * static_cast<double>(dy);
  }
  void coefficients(double squares, double dot, float& scale, float& along) const {
    const bool is_short = squares <= epsilon * epsilon;
    const double inverse = 1.0 / std::max(std::sqrt(squares), epsilon);
    const double projection = dot * inverse * inverse;
    scale = static_cast<float>(inverse);
    along = static_cast<float>(is_short ? 0.0 : projection);
  }
  float result(float x, float dy, float, float, float scale, float along) const {
    return (dy - x * along) * scale;
  }
};

// The state of a group's lines, one column per line.
struct alignas(kVectorBytes) LineStates {
  float largest[LineGroups::kColumns];
  double sums[2][LineGroups::kColumns];
  float coefficients[2][LineGroups::kColumns];
};

struct Operands {
  const float* a;
  const float* b;  // equals `a` if the op has one input
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
    const float first = op.first(a[j], b[j], Op::kShifts ? shift[j] : 0.0f);
    if constexpr (Op::kKeeps) y[j] = first;
    sums[j] += op.term(a[j], b[j], first);
    if constexpr (Op::kSums == 2) others[j] += op.second_term(a[j], b[j]);
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
    if constexpr (Op::kSums == 2) {
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
  if constexpr (!Op::kShifts && !Op::kKeeps) {
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
    y[j] = op.result(a[j], b[j], Op::kKeeps ? y[j] : 0.0f, Op::kShifts ? shift[j] : 0.0f, c[j],
                     Op::kSums == 2 ? d[j] : 0.0f);
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

// One op over an array, group by group. Groups of long lines are split into parts that threads
// share. The number of parts doesn't depend on the number of lines, so a line's result is the same
// to the bit in any array.
template <class Op>
class LineOp {
 public:
  LineOp(const Layout& layout, const Op& op, const Operands& x)
      : op_(op), x_(x), groups_(layout), parts_(parts_of(groups_)) {}

  void run() const {
    const std::int64_t groups = groups_.groups;
    const std::int64_t cost = Op::kCost * groups_.elements();
    if (parts_ == 1) {
      return parallel_for(groups, cost, [this](std::int64_t begin, std::int64_t end) {
        with_vector_units([=, this] {
          for (std::int64_t group = begin; group < end; ++group) run_group(group);
        });
      });
    }
    // With enough groups each thread takes whole ones; else all share the parts of a few groups.
    constexpr std::int64_t kTasksOfEach = 4;
    const std::int64_t tasks = kTasksOfEach * worker_count(groups * parts_);
    if (tasks == kTasksOfEach || groups >= tasks) {
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
    if (parts_ > 1) return run_parts(group);
    std::int64_t offset = 0;
    const Slab slab = groups_.slab(group, 0, groups_.rows(), &offset);
    run_slab(slab, x_.at(offset));
  }

  void run_transposed(std::int64_t group) const {
    const Layout& l = groups_.l;
    const std::int64_t size = l.extent * l.inner;
    const std::int64_t first = group * groups_.outers;
    const std::int64_t outers = std::min(groups_.outers, l.outer - first);
    const Operands from = x_.at(first * size);
    alignas(kVectorBytes) float a[LineGroups::kTransposed];
    alignas(kVectorBytes) float b[LineGroups::kTransposed];
    alignas(kVectorBytes) float y[LineGroups::kTransposed];
    transpose({outers, size, from.a, size, a, outers});
    if (from.b != from.a) transpose({outers, size, from.b, size, b, outers});
    run_slab({l.extent, l.inner * outers, 0, l.inner * outers}, {a, from.b != from.a ? b : a, y});
    transpose({size, outers, y, outers, from.y, size});
  }

  void run_slab(const Slab& slab, const Operands& x) const {
    LineStates states;
    find_shift(slab, x, states);
    if (Op::kShifts) share_largest(states);
    find_sums(slab, x, states.largest, states);
    make_coefficients(slab.columns, states);
    map_slab(op_, slab, x, states);
  }

  // The parts of a group, one after the other.
  void run_parts(std::int64_t group) const {
    LineStates total, own;
    const auto for_all = [&](const auto& find) {
      std::int64_t columns = 0;
      for (std::int64_t part = 0; part < parts_; ++part) {
        const auto [slab, x] = part_of(group, part);
        columns = slab.columns;
        find(slab, x, part == 0 ? total : own);
      }
      return columns;
    };
    for_all([&](const Slab& slab, const Operands& x, LineStates& into) {
      find_shift(slab, x, into);
      if (&into == &own) merge_shift(slab.columns, own, total);
    });
    if (Op::kShifts) share_largest(total);
    const std::int64_t columns =
        for_all([&](const Slab& slab, const Operands& x, LineStates& into) {
          find_sums(slab, x, total.largest, into);
          if (&into == &own) merge_sums(slab.columns, own, total);
        });
    make_coefficients(columns, total);
    for_all(
        [&](const Slab& slab, const Operands& x, LineStates&) { map_slab(op_, slab, x, total); });
  }

  // The parts of the groups [begin, end), shared by all threads.
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
    if constexpr (Op::kShifts) {
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
    const Part rows = Part::of(groups_.rows(), part, parts_);
    std::int64_t offset = 0;
    const Slab slab = groups_.slab(group, rows.begin, rows.end, &offset);
    return {slab, x_.at(offset)};
  }

  static void find_shift(const Slab& slab, const Operands& x, LineStates& into) {
    if (!Op::kShifts) return;
    std::fill_n(into.largest, slab.columns, -std::numeric_limits<float>::infinity());
    find_largest(slab, x.a, into.largest);
  }

  static void merge_shift(std::int64_t columns, const LineStates& from, LineStates& into) {
    if (Op::kShifts) raise_largest(columns, from.largest, into.largest);
  }

  void find_sums(const Slab& slab, const Operands& x, const float* shift, LineStates& into) const {
    for (int sum = 0; sum < Op::kSums; ++sum) std::fill_n(into.sums[sum], slab.columns, 0.0);
    add_terms(op_, slab, x, shift, into);
  }

  static void merge_sums(std::int64_t columns, const LineStates& from, LineStates& into) {
    for (int sum = 0; sum < Op::kSums; ++sum) add_sums(columns, from.sums[sum], into.sums[sum]);
  }

  static void add_sums(std::int64_t count, const double* from, double* into) {
    for (std::int64_t j = 0; j < count; ++j) into[j] += from[j];
  }

  // Combines the columns of each folded line, and writes the line's maximum to all of them.
  void share_largest(LineStates& states) const {
    const std::int64_t inner = groups_.l.inner;
    for (std::int64_t half = groups_.fold / 2; half > 0; half /= 2)
      raise_largest(half * inner, states.largest + half * inner, states.largest);
    repeat(states.largest);
  }

  // Only of existing columns: the sum of any other is 0, and dividing by it raises an exception.
  void make_coefficients(std::int64_t columns, LineStates& states) const {
    const std::int64_t inner = groups_.l.inner;
    for (int sum = 0; sum < Op::kSums; ++sum) {
      for (std::int64_t half = groups_.fold / 2; half > 0; half /= 2)
        add_sums(half * inner, states.sums[sum] + half * inner, states.sums[sum]);
    }
    const std::int64_t lines = groups_.fold > 1 ? inner : columns;
    write_coefficients(lines, states.sums[0], states.sums[Op::kSums - 1], states.coefficients[0],
                       states.coefficients[1]);
    for (int sum = 0; sum < Op::kSums; ++sum) repeat(states.coefficients[sum]);
  }

  void write_coefficients(std::int64_t lines, const double* __restrict sums,
                          const double* __restrict others, float* __restrict c,
                          float* __restrict d) const {
    for (std::int64_t j = 0; j < lines; ++j) op_.coefficients(sums[j], others[j], c[j], d[j]);
  }

  void repeat(float* values) const {
    const std::int64_t inner = groups_.l.inner;
    for (std::int64_t count = inner; count < groups_.fold * inner; count *= 2)
      std::copy_n(values, count, values + count);
  }

  const Op op_;
  const Operands x_;
  const LineGroups groups_;
  const std::int64_t parts_;
};

template <class Op>
void run(const Layout& layout, const Op& op, const float* a, const float* b, float* y) {
  LineOp<Op>(layout, op, {a, b, y}).run();
}

}  // namespace

void softmax(const Layout& layout, const float* x, float* y) { run(layout, Softmax(), x, x, y); }

void softmax_gradient(const Layout& layout, const float* y, const float* dy, float* dx) {
  run(layout, SoftmaxGradient(), y, dy, dx);
}

void log_softmax(const Layout& layout, const float* x, float* y) {
  run(layout, LogSoftmax(), x, x, y);
}

void log_softmax_gradient(const Layout& layout, const float* y, const float* dy, float* dx) {
  run(layout, LogSoftmaxGradient(), y, dy, dx);
}

void l2_normalize(const Layout& layout, const float* x, float epsilon, float* y) {
  run(layout, L2Normalize{static_cast<double>(epsilon)}, x, x, y);
}

void l2_normalize_gradient(const Layout& layout, const float* x, const float* dy, float epsilon,
                           float* dx) {
  run(layout, L2NormalizeGradient{static_cast<double>(epsilon)}, x, dy, dx);
}

}  // namespace strata::kernels
