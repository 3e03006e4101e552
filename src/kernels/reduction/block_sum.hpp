// Sums over long arrays: float sums of short blocks, added up in double, so that they are
// vectorized and still exact to 1e-6 over 10^7 elements.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>

#include "core/parallel.hpp"

namespace strata::kernels {

/// The sum of `term(x[i])` over [begin, end), in an order that depends on the range alone.
template <class Term>
double block_sum(const float* x, std::int64_t begin, std::int64_t end, Term term) {
  constexpr std::int64_t kLanes = 16;
  constexpr std::int64_t kBlock = 64 * kLanes;
  double total = 0.0;
  for (std::int64_t block = begin; block < end; block += kBlock) {
    const std::int64_t stop = std::min(end, block + kBlock);
    std::array<float, kLanes> lanes{};
    std::int64_t i = block;
    for (; i + kLanes <= stop; i += kLanes) {
      for (std::int64_t lane = 0; lane < kLanes; ++lane)
        lanes[static_cast<std::size_t>(lane)] += term(x[i + lane]);
    }
    for (; i < stop; ++i) lanes[0] += term(x[i]);
    for (const float lane : lanes) total += static_cast<double>(lane);
  }
  return total;
}

/// `sum(begin, end)` over a partition of [0, count), added in order.
template <class Sum>
double sum_of_parts(std::int64_t count, const Sum& sum) {
  const std::int64_t parts = part_count(count);
  std::array<double, kMostPartsOfAll> sums;
  parallel_parts(parts, [&](std::int64_t part) {
    const IndexRange range = IndexRange::of_part(count, part, parts);
    sums[static_cast<std::size_t>(part)] = sum(range.begin, range.end);
  });
  return std::accumulate(sums.begin(), sums.begin() + parts, 0.0);
}

}  // namespace strata::kernels
