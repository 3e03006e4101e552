// The vectorized functions against the standard library's in double, over all of float's range.
#include "kernels/elementwise/vector_math.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

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

struct NamedFunction {
  const char* name;
  float (*function)(float);
  double (*exact)(double);
  double most;  // largest error in units in the last place
};

double exact_sigmoid(double x) {
  const double e = std::exp(-std::abs(x));
  return (x < 0.0 ? e : 1.0) / (1.0 + e);
}
double exact_softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

constexpr NamedFunction kFunctions[] = {
    {"exp", exp, std::exp, 1.1},
    {"expm1", expm1, std::expm1, 1.6},
    {"log", log, std::log, 1.0},
    {"log1p", log1p, std::log1p, 1.6},
    {"tanh", tanh, std::tanh, 2.0},
    {"sigmoid", sigmoid, exact_sigmoid, 2.5},
    {"softplus", softplus, exact_softplus, 2.1},
    {"erf", erf, std::erf, 2.9},
    {"square root of power", [](float x) { return pow(x, 0.5f); },
     [](double x) { return std::pow(x, 0.5); }, 0.6},
};

// NaN exactly where the exact value is NaN, and the same sign of zero.
void expect_alike(const char* name, float x, float found, double exact) {
  EXPECT_EQ(std::isnan(found), std::isnan(exact)) << name << " of " << x;
  EXPECT_TRUE(exact != 0.0 || std::signbit(found) == std::signbit(exact)) << name << " of " << x;
}

TEST(VectorMath, IsRightToTheLastPlacesOverAllFloats) {
  for (const auto& [name, function, exact, most] : kFunctions) {
    const auto defined = [f = exact](float x) { return !std::isnan(f(double{x})); };
    EXPECT_LT(largest_distance(function, exact, defined), most) << name;
  }
}

TEST(VectorMath, KeepsToTheStandardLibraryAtTheEnds) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  constexpr float kLeast = std::numeric_limits<float>::min();
  constexpr float kTiny = std::numeric_limits<float>::denorm_min();
  for (const auto& [name, function, exact, most] : kFunctions) {
    for (const float x :
         {0.0f, kTiny, 1e-40f, kLeast, 1.0f, 2.0f, 88.7f, 88.73f, 104.0f, kLargest, INFINITY}) {
      for (const float signed_x : {x, -x}) {
        expect_alike(name, signed_x, function(signed_x), exact(double{signed_x}));
        if (std::isnan(exact(double{signed_x}))) continue;
        EXPECT_LT(units_off(function(signed_x), exact(double{signed_x})), most)
            << name << " of " << signed_x;
      }
    }
    EXPECT_TRUE(std::isnan(function(NAN))) << name;
  }
}

TEST(VectorMath, AnglesAreRightAsFarAsTheyAreKnown) {
  const auto known = [](float x) { return std::abs(x) <= kLargestAngle; };
  EXPECT_LT(largest_distance(sin, std::sin, known), 1.6);
  EXPECT_LT(largest_distance(cos, std::cos, known), 1.6);
  // Close to multiples of pi / 2, where the reduced angle has few correct digits.
  for (std::int32_t n = 1; n < 600000; n += 7) {
    const auto x = static_cast<float>(n * 1.5707963267948966);
    ASSERT_LT(units_off(sin(x), std::sin(double{x})), 1.6) << x;
    ASSERT_LT(units_off(cos(x), std::cos(double{x})), 1.6) << x;
  }
  EXPECT_TRUE(std::signbit(sin(-0.0f)));
  EXPECT_EQ(cos(0.0f), 1.0f);
}

TEST(VectorMath, PowersAreTheStandardLibrarysForAllKindsOfNumbers) {
  constexpr float kNumbers[] = {0.0f,   1e-45f, 1e-40f, 1e-20f, 0.3f,        0.5f,  0.9999f,
                                1.0f,   1.5f,   2.0f,   3.0f,   4.0f,        7.0f,  33.0f,
                                100.5f, 1e6f,   2e9f,   1e20f,  16777215.0f, 3e38f, INFINITY};
  std::vector<float> numbers = {NAN};
  for (const float number : kNumbers) numbers.insert(numbers.end(), {number, -number});
  for (const float x : numbers) {
    for (const float y : numbers) {
      const double exact = std::pow(double{x}, double{y});
      const float found = pow(x, y);
      expect_alike("pow", x, found, exact);
      EXPECT_TRUE(std::isnan(exact) || units_off(found, exact) < 0.8) << x << "^" << y;
    }
  }
}

TEST(VectorMath, WholePowersOfWholeNumbersAreWhole) {
  for (int base = 2; base < 50; ++base) {
    std::int64_t power = base;
    for (int exponent = 1; power < (1 << 24); ++exponent, power *= base) {
      EXPECT_EQ(pow(static_cast<float>(base), static_cast<float>(exponent)),
                static_cast<float>(power));
    }
  }
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
