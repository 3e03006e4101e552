// Functions of one tensor, element by element.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "ops/samples.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
#include "strata/ops/reduction.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;
using testing::sample;
using testing::spread_sample;

struct UnaryCase {
  const char* name;
  Tensor (*op)(const Tensor&);
  double (*reference)(double);
  float low;
  float high;
};

void PrintTo(const UnaryCase& unary, std::ostream* out) { *out << unary.name; }

class Unary : public ::testing::TestWithParam<UnaryCase> {};

TEST_P(Unary, AgreesWithTheStandardLibrary) {
  const auto& [name, op, reference, low, high] = GetParam();
  const Tensor x = sample({50000}, low, high);
  const Tensor y = op(x);
  for (std::size_t i = 0; i < 50000; ++i) {
    const double expected = reference(double{x.values()[i]});
    ASSERT_NEAR(y.values()[i], expected, 1e-6 * std::max(1.0, std::abs(expected)))
        << "at " << x.values()[i];
  }
}

TEST_P(Unary, GradientMatchesCentralDifferences) {
  const auto& [name, op, reference, low, high] = GetParam();
  const float margin = 0.05f * (high - low);
  EXPECT_LT(gradient_gap(op, sample({2, 3}, low + margin, high - margin)), 2e-3);
  EXPECT_LT(gradient_gap(op, sample({}, low + margin, high - margin)), 2e-3);
}

TEST_P(Unary, GradientIsAddedToWhatIsThere) {
  const auto& [name, op, reference, low, high] = GetParam();
  const Tensor x = sample({3, 2}, low, high);
  GradientTape tape({.persistent = true});
  const Tensor watched = tape.watch(x);
  const Tensor y = op(watched);
  const Tensor alone = tape.gradient(y, watched);
  const Tensor with_more = tape.gradient(ops::sum(y) + ops::sum(3.0f * watched), watched);
  EXPECT_THAT(with_more, IsClose(alone + 3.0f));
}

TEST_P(Unary, RejectsAnUndefinedTensor) {
  EXPECT_THAT([] { GetParam().op({}); },
              Raises<InvalidArgument>("ops::" + std::string(GetParam().name) +
                                      ": the inputs must be defined. Received: an undefined "
                                      "tensor."));
}

double softplus(double x) { return std::log1p(std::exp(x)); }
double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

INSTANTIATE_TEST_SUITE_P(
    All, Unary,
    ::testing::Values(
        UnaryCase{"negative", ops::negative, [](double x) { return -x; }, -2, 2},
        UnaryCase{"square", ops::square, [](double x) { return x * x; }, -2, 2},
        UnaryCase{"sqrt", ops::sqrt, std::sqrt, 0.1f, 3},
        UnaryCase{"rsqrt", ops::rsqrt, [](double x) { return 1.0 / std::sqrt(x); }, 0.3f, 3},
        UnaryCase{"exp", ops::exp, std::exp, -3, 2},
        UnaryCase{"expm1", ops::expm1, std::expm1, -3, 2},
        UnaryCase{"log", ops::log, std::log, 0.2f, 3},
        UnaryCase{"log1p", ops::log1p, std::log1p, -0.7f, 3},
        UnaryCase{"sin", ops::sin, std::sin, -4, 4}, UnaryCase{"cos", ops::cos, std::cos, -4, 4},
        UnaryCase{"log2", ops::log2, std::log2, 0.2f, 3},
        UnaryCase{"log10", ops::log10, std::log10, 0.2f, 3},
        UnaryCase{"asin", ops::asin, std::asin, -0.8f, 0.8f},
        UnaryCase{"acos", ops::acos, std::acos, -0.8f, 0.8f},
        UnaryCase{"atan", ops::atan, std::atan, -3, 3},
        UnaryCase{"sinh", ops::sinh, std::sinh, -2, 2},
        UnaryCase{"cosh", ops::cosh, std::cosh, -2, 2},
        UnaryCase{"tanh", ops::tanh, std::tanh, -2, 2}, UnaryCase{"erf", ops::erf, std::erf, -2, 2},
        UnaryCase{"sigmoid", ops::sigmoid, sigmoid, -5, 5},
        UnaryCase{"softplus", ops::softplus, softplus, -5, 5}),
    [](const auto& unary) { return std::string(unary.param.name); });

Tensor gradient(Tensor (*f)(const Tensor&), const Tensor& x) {
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  return tape.gradient(f(watched), watched);
}

TEST(Abs, HasNoSlopeAtZero) {
  const Tensor x({3}, {-2, 0, 3});
  EXPECT_THAT(ops::abs(x), IsClose(Tensor({3}, {2, 0, 3})));
  EXPECT_THAT(gradient(ops::abs, x), IsClose(Tensor({3}, {-1, 0, 1})));
  EXPECT_LT(gradient_gap(ops::abs, spread_sample({4, 5})), 1e-3);
}

TEST(Relu, HasNoSlopeAtZero) {
  const Tensor x({3}, {-2, 0, 3});
  EXPECT_THAT(ops::relu(x), IsClose(Tensor({3}, {0, 0, 3})));
  EXPECT_THAT(gradient(ops::relu, x), IsClose(Tensor({3}, {0, 0, 1})));
  EXPECT_LT(gradient_gap(ops::relu, spread_sample({4, 5})), 1e-3);
}

TEST(Relu, PassesNanOnAndMakesNoNegativeZero) {
  EXPECT_TRUE(std::isnan(ops::relu(NAN).item()));
  EXPECT_FALSE(std::signbit(ops::relu(-0.0f).item()));
  EXPECT_FALSE(std::signbit(ops::relu(-1.0f).item()));
}

TEST(Clip, KeepsWithinTheBounds) {
  const Tensor x({5}, {-2, -1, 0, 1, 2});
  EXPECT_THAT(ops::clip(x, -1.0f, 1.0f), IsClose(Tensor({5}, {-1, -1, 0, 1, 1})));
  EXPECT_TRUE(std::isnan(ops::clip(NAN, 0.0f, 1.0f).item()));
}

TEST(Clip, HasSlopeOneOnTheBoundsAndNoneBeyond) {
  const auto clip = [](const Tensor& x) { return ops::clip(x, -1.0f, 1.0f); };
  EXPECT_THAT(gradient(clip, Tensor({5}, {-2, -1, 0, 1, 2})),
              IsClose(Tensor({5}, {0, 1, 1, 1, 0})));
  EXPECT_LT(gradient_gap([](const Tensor& x) { return ops::clip(x, -0.2f, 0.3f); },
                         spread_sample({4, 5})),
            1e-3);
}

TEST(Clip, RejectsBoundsInTheWrongOrder) {
  EXPECT_THAT(
      [] { ops::clip(0.0f, 1.0f, -1.0f); },
      Raises<InvalidArgument>("ops::clip: low must not be above high. Received: low=1, high=-1."));
  EXPECT_THAT(
      [] { ops::clip(0.0f, NAN, 1.0f); },
      Raises<InvalidArgument>("ops::clip: low must not be above high. Received: low=nan, high=1."));
}

TEST(Rounding, GoesWhereItSays) {
  const Tensor x({6}, {-1.5f, -0.5f, 0.5f, 1.5f, 2.5f, 1.2f});
  EXPECT_THAT(ops::floor(x), IsClose(Tensor({6}, {-2, -1, 0, 1, 2, 1})));
  EXPECT_THAT(ops::ceil(x), IsClose(Tensor({6}, {-1, 0, 1, 2, 3, 2})));
  EXPECT_THAT(ops::round(x), IsClose(Tensor({6}, {-2, 0, 0, 2, 2, 1})));
}

TEST(Rounding, KeepsWhatHasNoFraction) {
  for (const float x : {8388609.0f, -16777216.0f, 3e38f, INFINITY, -0.0f}) {
    EXPECT_EQ(ops::round(x).item(), x);
    EXPECT_EQ(std::signbit(ops::round(x).item()), std::signbit(x));
  }
  EXPECT_EQ(ops::round(8388607.5f).item(), 8388608.0f);
  EXPECT_TRUE(std::isnan(ops::round(NAN).item()));
}

TEST(Sign, IsOneZeroOrMinusOne) {
  EXPECT_THAT(ops::sign(Tensor({3}, {-2, 0, 3})), IsClose(Tensor({3}, {-1, 0, 1})));
  EXPECT_TRUE(std::isnan(ops::sign(NAN).item()));
}

TEST(Flat, FunctionsAreConstants) {
  for (auto* op : {ops::sign, ops::floor, ops::ceil, ops::round, ops::logical_not, ops::isnan,
                   ops::isfinite, ops::stop_gradient}) {
    EXPECT_FALSE(gradient(op, Tensor({2}, {0.5f, 1.5f})).defined());
  }
}

TEST(Isnan, TellsNanFromTheRest) {
  const Tensor x({4}, {NAN, INFINITY, -INFINITY, 1});
  EXPECT_THAT(ops::isnan(x), IsClose(Tensor({4}, {1, 0, 0, 0})));
  EXPECT_THAT(ops::isfinite(x), IsClose(Tensor({4}, {0, 0, 0, 1})));
}

TEST(StopGradient, SharesTheValue) {
  const Tensor x({2}, {1, 2});
  EXPECT_EQ(ops::stop_gradient(x).data(), x.data());
}

TEST(StopGradient, CutsOnePathOnly) {
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({2}, {3, 4}));
  EXPECT_THAT(tape.gradient(x * ops::stop_gradient(x), x), IsClose(Tensor({2}, {3, 4})));
}

TEST(Log, IsIeeeAtItsEnds) {
  EXPECT_EQ(ops::log(0.0f).item(), -INFINITY);
  EXPECT_TRUE(std::isnan(ops::log(-1.0f).item()));
  EXPECT_TRUE(std::isnan(ops::sqrt(-1.0f).item()));
  EXPECT_EQ(ops::exp(1000.0f).item(), INFINITY);
  EXPECT_EQ(ops::exp(-INFINITY).item(), 0.0f);
  EXPECT_TRUE(std::isnan(ops::exp(NAN).item()));
  EXPECT_EQ(ops::rsqrt(0.0f).item(), INFINITY);
}

TEST(Expm1, IsExactNearZero) {
  EXPECT_THAT(ops::expm1(1e-6f), IsClose(Tensor(1.0000005e-6f)));
  EXPECT_FLOAT_EQ(ops::expm1(1e-6f).item(), 1.0000005e-6f);
  EXPECT_FLOAT_EQ(ops::log1p(1e-6f).item(), 9.999995e-7f);
}

TEST(Sigmoid, SaturatesWithoutNan) {
  EXPECT_EQ(ops::sigmoid(1000.0f).item(), 1.0f);
  EXPECT_EQ(ops::sigmoid(-1000.0f).item(), 0.0f);
  EXPECT_EQ(ops::tanh(1000.0f).item(), 1.0f);
  EXPECT_EQ(ops::tanh(-1000.0f).item(), -1.0f);
  EXPECT_TRUE(std::isnan(ops::sigmoid(NAN).item()));
  EXPECT_TRUE(std::isnan(ops::tanh(NAN).item()));
}

// An angle beyond the range of the vectorized function has the right sine, and doesn't change its
// neighbours.
TEST(Sin, OfLargeAnglesIsRightBesideSmallOnes) {
  std::vector<float> angles;
  for (int i = 0; i < 3000; ++i) angles.push_back(0.01f * static_cast<float>(i));
  const auto count = static_cast<std::int64_t>(angles.size());
  const Tensor small({count}, angles);
  for (const std::size_t place : {0UL, 7UL, 1500UL, 2999UL}) {
    std::vector<float> mixed = angles;
    mixed[place] = 1e9f;
    const Tensor x({count}, mixed);
    for (auto* op : {ops::sin, ops::cos}) {
      const Tensor y = op(x);
      const Tensor expected = op(small);
      for (std::size_t i = 0; i < angles.size(); ++i)
        ASSERT_TRUE(i == place || y.values()[i] == expected.values()[i]) << i;
      const double exact = op == ops::sin ? std::sin(1e9) : std::cos(1e9);
      EXPECT_NEAR(y.values()[place], exact, 1e-6);
    }
  }
  EXPECT_TRUE(std::isnan(ops::sin(INFINITY).item()));
  EXPECT_TRUE(std::isnan(ops::cos(NAN).item()));
}

// Elements in full vectors and in the remainder have the same results, at every position and
// length.
TEST(Unary, OutputsDoNotDependOnThePlace) {
  const float values[] = {-3.0f, -0.7f, 0.1f, 0.45f, 0.8f, 1.3f, 2.9f, 11.0f};
  for (auto* op : {ops::exp, ops::expm1, ops::log, ops::log1p, ops::sin, ops::cos, ops::tanh,
                   ops::erf, ops::sigmoid, ops::softplus, ops::sqrt, ops::rsqrt}) {
    for (const float value : values) {
      const float alone = op(value).item();
      for (const std::int64_t count : {7, 8, 15, 33, 1029}) {
        const Tensor y = op(ops::full({count}, value));
        for (const float found : y.values())
          ASSERT_TRUE(found == alone || std::isnan(alone)) << value << " of " << count;
      }
    }
  }
}

TEST(Softplus, DoesNotOverflow) {
  EXPECT_EQ(ops::softplus(1000.0f).item(), 1000.0f);
  EXPECT_EQ(ops::softplus(-1000.0f).item(), 0.0f);
  EXPECT_EQ(ops::softplus(INFINITY).item(), INFINITY);
  EXPECT_EQ(ops::softplus(-INFINITY).item(), 0.0f);
  EXPECT_THAT(gradient(ops::softplus, Tensor({3}, {-1000, 0, 1000})),
              IsClose(Tensor({3}, {0, 0.5f, 1})));
}

}  // namespace
}  // namespace strata
