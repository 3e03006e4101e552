// The loops of L1 and L2 penalties: values, gradients, or both in one pass.
#include "kernels/weights/penalty.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "kernels/reduction/block_sum.hpp"
#include "kernels/weights/penalty_slope.hpp"

namespace strata::kernels {
namespace {

// The terms of a penalty's sums: |x| and x^2, of a float or of a vector of floats.
template <bool kL1, bool kL2, class Value>
void add_terms(PenaltySlope<kL1, kL2>, const Value& x, Value* sums) {
  if constexpr (kL1) sums[0] += x < 0.0f ? -x : x;
  if constexpr (kL2) sums[1] += x * x;
}

/// `write(out[i], gradient of x[i])` for i in [begin, end).
template <class Slope, class Write>
void write_gradient(const Slope slope, IndexRange range, const float* __restrict x,
                    float* __restrict out, Write write) {
  for (std::int64_t i = range.begin; i < range.end; ++i) write(out[i], slope(x[i]));
}

constexpr auto assign = [](float& slot, float term) { slot = term; };
constexpr auto add = [](float& slot, float term) { slot += term; };

template <class Write>
void write_in_parallel(std::int64_t count, const float* x, PenaltyFactors factors, float* out,
                       Write write) {
  with_penalty_slope(factors, [=](auto slope) {
    parallel_for(count, 1, [=](std::int64_t begin, std::int64_t end) {
      with_vector_units([=] { write_gradient(slope, {begin, end}, x, out, write); });
    });
  });
}

// The value over the range, and the gradient unless it is null, by blocks that are short enough
// to be summed in float and are read from memory once. Several sums side by side hide the latency of
// an addition.
template <class Slope>
double part_of_penalty(const Slope slope, IndexRange range, const float* x, float* gradient) {
  constexpr std::int64_t kBlock = 1024;
  constexpr std::int64_t kSideBySide = 4;
  constexpr std::int64_t kStep = kSideBySide * kFloatsWide;
  constexpr std::size_t kSums = 2;
  std::array<double, kSums> totals{};
  for (std::int64_t begin = range.begin; begin < range.end; begin += kBlock) {
    const std::int64_t end = std::min(range.end, begin + kBlock);
    Floats sums[kSideBySide][kSums] = {};
    std::int64_t i = begin;
    for (; i + kStep <= end; i += kStep) {
      for (std::int64_t k = 0; k < kSideBySide; ++k) {
        Floats values;
        load_vector(x + i + k * kFloatsWide, values);
        add_terms(slope, values, sums[k]);
      }
    }
    float rest[kSums] = {};
    for (; i < end; ++i) add_terms(slope, x[i], rest);
    for (std::size_t sum = 0; sum < kSums; ++sum) {
      const Floats all = (sums[0][sum] + sums[1][sum]) + (sums[2][sum] + sums[3][sum]);
      totals[sum] += static_cast<double>(rest[sum]);
      for (int lane = 0; lane < kFloatsWide; ++lane) totals[sum] += static_cast<double>(all[lane]);
    }
    if (gradient != nullptr) write_gradient(slope, {begin, end}, x, gradient, assign);
  }
  return slope.l1 * totals[0] + 0.5 * slope.slope * totals[1];
}

}  // namespace

float penalty(std::int64_t count, const float* x, PenaltyFactors factors, float* gradient) {
  const double sum = with_penalty_slope(factors, [=](auto slope) {
    return sum_of_parts(count, [=](std::int64_t begin, std::int64_t end) {
      double value = 0.0;
      with_vector_units([=, &value] { value = part_of_penalty(slope, {begin, end}, x, gradient); });
      return value;
    });
  });
  return static_cast<float>(sum);
}

AbsoluteAndSquares absolute_and_squares(std::int64_t count, const float* x) {
  constexpr std::size_t kLanes = 8;
  std::array<AbsoluteAndSquares, kMostPartsOfAll> sums;
  const std::int64_t parts = part_count(count, 2);
  parallel_parts(parts, [&](std::int64_t part) {
    const IndexRange range = IndexRange::of_part(count, part, parts);
    std::array<double, kLanes> absolute{};
    std::array<double, kLanes> squares{};
    with_vector_units([&] {
      const auto step = static_cast<std::int64_t>(kLanes);
      std::int64_t i = range.begin;
      for (; i + step <= range.end; i += step) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          const auto value = static_cast<double>(x[i + static_cast<std::int64_t>(lane)]);
          absolute[lane] += value < 0.0 ? -value : value;
          squares[lane] += value * value;
        }
      }
      for (; i < range.end; ++i) {
        const auto value = static_cast<double>(x[i]);
        absolute[0] += value < 0.0 ? -value : value;
        squares[0] += value * value;
      }
    });
    sums[static_cast<std::size_t>(part)] = {std::accumulate(absolute.begin(), absolute.end(), 0.0),
                                            std::accumulate(squares.begin(), squares.end(), 0.0)};
  });
  AbsoluteAndSquares total;
  for (std::int64_t part = 0; part < parts; ++part) {
    total.absolute += sums[static_cast<std::size_t>(part)].absolute;
    total.squares += sums[static_cast<std::size_t>(part)].squares;
  }
  return total;
}

void penalty_gradient(std::int64_t count, const float* x, PenaltyFactors factors, float* gradient) {
  write_in_parallel(count, x, factors, gradient, assign);
}

void add_penalty_gradient(std::int64_t count, const float* x, PenaltyFactors factors, float* sum) {
  write_in_parallel(count, x, factors, sum, add);
}

}  // namespace strata::kernels
