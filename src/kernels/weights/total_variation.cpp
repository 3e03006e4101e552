// The loops of total variation: the steps from each row of an axis to the next.
#include "kernels/weights/total_variation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"

namespace strata::kernels {
namespace {

// Calls `body(outer, first, last)` for each index of the outer axes that has some of the rows, with
// its own ones, of which there are `per_outer`. They are contiguous in memory.
template <class Body>
void for_each_outer(IndexRange rows, std::int64_t per_outer, const Body& body) {
  for (std::int64_t outer = rows.begin / per_outer; outer * per_outer < rows.end; ++outer) {
    const std::int64_t start = outer * per_outer;
    body(outer, std::max(rows.begin - start, std::int64_t{0}),
         std::min(rows.end - start, per_outer));
  }
}

// A row is a step along the axis: there are `extent - 1` for each index of the outer axes.
double steps_of_rows(const AxisView& axis, IndexRange rows, const float* x) {
  constexpr std::int64_t kLanes = 8;
  std::array<double, kLanes> lanes{};
  for_each_outer(rows, axis.extent - 1,
                 [&](std::int64_t outer, std::int64_t first, std::int64_t last) {
                   const std::int64_t count = (last - first) * axis.inner;
                   const float* const from = x + (outer * axis.extent + first) * axis.inner;
                   const float* const to = from + axis.inner;
                   const auto add_step = [&](std::int64_t at, std::int64_t lane) {
                     lanes[static_cast<std::size_t>(lane)] +=
                         static_cast<double>(std::fabs(to[at] - from[at]));
                   };
                   std::int64_t i = 0;
                   for (; i + kLanes <= count; i += kLanes) {
                     for (std::int64_t lane = 0; lane < kLanes; ++lane) add_step(i + lane, lane);
                   }
                   for (std::int64_t lane = 0; i < count; ++i, ++lane) add_step(i, lane);
                 });
  return std::accumulate(lanes.begin(), lanes.end(), 0.0);
}

float sign_of_step(float from, float to) { return static_cast<float>((to > from) - (to < from)); }

// The part of the gradient that rows of the axis have.
void add_gradient_of_rows(const AxisView& axis, IndexRange rows, const float* x, float factor,
                          float* sum) {
  const std::int64_t inner = axis.inner;
  for_each_outer(rows, axis.extent, [&](std::int64_t outer, std::int64_t first, std::int64_t last) {
    const float* __restrict const here = x + outer * axis.extent * inner;
    float* __restrict const to = sum + outer * axis.extent * inner;
    const std::int64_t second = std::max(first, std::int64_t{1});
    for (std::int64_t i = second * inner; i < last * inner; ++i)
      to[i] += factor * sign_of_step(here[i - inner], here[i]);
    const std::int64_t end = std::min(last, axis.extent - 1);
    for (std::int64_t i = first * inner; i < end * inner; ++i)
      to[i] -= factor * sign_of_step(here[i], here[i + inner]);
  });
}

}  // namespace

double total_variation(const AxisView& axis, const float* x) {
  if (axis.extent < 2 || axis.inner == 0) return 0.0;
  const std::int64_t rows = axis.outer * (axis.extent - 1);
  const std::int64_t parts = part_count(rows, axis.inner);
  std::array<double, kMostPartsOfAll> sums{};
  parallel_parts(parts, [&](std::int64_t part) {
    const IndexRange range = IndexRange::of_part(rows, part, parts);
    with_vector_units(
        [&] { sums[static_cast<std::size_t>(part)] = steps_of_rows(axis, range, x); });
  });
  return std::accumulate(sums.begin(), sums.begin() + parts, 0.0);
}

void add_total_variation_gradient(const AxisView& axis, const float* x, float factor, float* sum) {
  if (axis.extent < 2) return;
  parallel_for(axis.outer * axis.extent, 2 * axis.inner, [=](std::int64_t begin, std::int64_t end) {
    with_vector_units([=] { add_gradient_of_rows(axis, {begin, end}, x, factor, sum); });
  });
}

}  // namespace strata::kernels
