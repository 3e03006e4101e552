// The vectorized functions against the standard library's in double, over all of float's range.
#include "kernels/vector_math.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace strata::kernels {
namespace {

// The distance from the exact value in units of the last place of float.
double units_off(float found, double exact) {
  const auto rounded = static_cast<float>(exact);
  if (std::isinf(rounded) || std::isinf(found)) return rounded == found ? 0.0 : INFINITY;
  const float next = std::nextafter(std::abs(rounded), INFINITY);
  return std::abs(double{found} - exact) / (double{next} - double{std::abs(rounded)});
}

// The largest distance over floats spread evenly over all bit patterns that pass `in_range`.
template <class Range>
double largest_distance(float (*function)(float), double (*exact)(double), Range in_range) {
  double largest = 0.0;
  for (std::uint64_t bits = 0; bits <= 0xffffffffU; bits += 4099) {
    const auto x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (std::isnan(x) || !in_range(x)) continue;
    largest = std::max(largest, units_off(function(x), exact(double{x})));
  }
  return largest;
}

bool everywhere(float) { return true; }

TEST(VectorMath, ExpIsRightToTheLastPlace) {
  EXPECT_LT(largest_distance(exp, std::exp, everywhere), 1.1);
}

TEST(VectorMath, TanhIsRightToTwoPlaces) {
  EXPECT_LT(largest_distance(tanh, std::tanh, everywhere), 2.0);
}

TEST(VectorMath, SigmoidIsRightToThreePlaces) {
  const auto exact = [](double x) { return 1.0 / (1.0 + std::exp(-x)); };
  EXPECT_LT(largest_distance(sigmoid, exact, [](float x) { return x > -88.0f; }), 3.0);
}

TEST(VectorMath, ExpReachesBothEnds) {
  EXPECT_EQ(exp(88.73f), INFINITY);
  EXPECT_EQ(exp(INFINITY), INFINITY);
  EXPECT_EQ(exp(-103.9f), std::numeric_limits<float>::denorm_min());
  EXPECT_EQ(exp(-104.0f), 0.0f);
  EXPECT_EQ(exp(-INFINITY), 0.0f);
  EXPECT_EQ(exp(0.0f), 1.0f);
}

TEST(VectorMath, PassesNanOn) {
  EXPECT_TRUE(std::isnan(exp(NAN)));
  EXPECT_TRUE(std::isnan(sigmoid(NAN)));
  EXPECT_TRUE(std::isnan(tanh(NAN)));
}

TEST(VectorMath, TanhIsOdd) {
  for (const float x : {0.0f, 1e-30f, 0.3f, 0.625f, 2.0f, 100.0f}) EXPECT_EQ(tanh(-x), -tanh(x));
}

}  // namespace
}  // namespace strata::kernels
