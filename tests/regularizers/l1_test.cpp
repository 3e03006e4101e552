// L1: value, gradient (0 at 0), config, bad factors.
#include "strata/regularizers/l1.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using regularizers::L1;

const float kInf = std::numeric_limits<float>::infinity();
const float kNaN = std::numeric_limits<float>::quiet_NaN();

Tensor gradient_of(const Regularizer& penalty, const Tensor& x) {
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  return tape.gradient(penalty(watched), watched);
}

TEST(L1, IsTheFactorTimesTheSumOfAbsoluteValues) {
  EXPECT_FLOAT_EQ(L1(0.01f)(Tensor({2, 2}, {1, -2, 3, 4})).item(), 0.1f);
  EXPECT_FLOAT_EQ(L1(0.3f)(Tensor({2, 3}, {1, 2, 3, 4, 5, 6})).item(), 6.3f);
  EXPECT_FLOAT_EQ(L1(0.3f)(Tensor({2, 2}, {0, 0, 3, 4})).item(), 2.1f);
}

TEST(L1, HasAFactorOfOneHundredthByDefault) {
  EXPECT_FLOAT_EQ(L1().l1(), 0.01f);
  EXPECT_FLOAT_EQ(L1()(ops::ones({5, 5})).item(), 0.25f);
}

TEST(L1, IsAScalarForEveryRank) {
  EXPECT_EQ(L1(0.5f)(Tensor(-3.0f)).item(), 1.5f);
  EXPECT_EQ(L1(0.5f)(ops::ones({2, 3, 4, 5})).rank(), 0);
  EXPECT_EQ(L1(0.5f)(ops::ones({2, 3, 4, 5})).item(), 60.0f);
}

TEST(L1, IsZeroForZerosAndForAnEmptyTensor) {
  EXPECT_EQ(L1(0.1f)(ops::zeros({4, 4})).item(), 0.0f);
  EXPECT_EQ(L1(0.1f)(ops::zeros({0, 4})).item(), 0.0f);
}

TEST(L1, DoesNotSeeSigns) {
  EXPECT_FLOAT_EQ(L1(0.1f)(ops::ones({4, 4})).item(), 1.6f);
  EXPECT_FLOAT_EQ(L1(0.1f)(ops::full({4, 4}, -1.0f)).item(), 1.6f);
}

TEST(L1, GradientIsTheFactorTimesTheSign) {
  EXPECT_THAT(gradient_of(L1(0.1f), Tensor({2, 3}, {1, -2, 0.5f, 3, 4, 0})),
              IsClose(Tensor({2, 3}, {0.1f, -0.1f, 0.1f, 0.1f, 0.1f, 0})));
}

TEST(L1, GradientIsZeroAtZero) {
  const Tensor gradient = gradient_of(L1(0.1f), Tensor({2}, {0.0f, -0.0f}));
  EXPECT_EQ(gradient.values()[0], 0.0f);
  EXPECT_EQ(gradient.values()[1], 0.0f);
}

TEST(L1, GradientMatchesCentralDifferences) {
  EXPECT_LT(gradient_gap(L1(0.5f), Tensor({3}, {-1.0f, 0.5f, 2.0f})), 1e-3);
}

TEST(L1, GradientOfAnInfiniteWeightIsFinite) {
  EXPECT_THAT(gradient_of(L1(0.5f), Tensor({2}, {kInf, -kInf})),
              IsClose(Tensor({2}, {0.5f, -0.5f})));
}

TEST(L1, AZeroFactorLetsNoNaNThrough) {
  EXPECT_EQ(L1(0.0f)(Tensor({3}, {kNaN, kInf, 1.0f})).item(), 0.0f);
  EXPECT_FALSE(gradient_of(L1(0.0f), Tensor({2}, {kNaN, 1.0f})).defined());
}

TEST(L1, ANaNWeightShowsInTheValue) {
  EXPECT_TRUE(std::isnan(L1(0.1f)(Tensor({2}, {kNaN, 1.0f})).item()));
}

TEST(L1, AddsItsGradientToWhatIsThere) {
  const Variable w("w", Tensor({2}, {3.0f, -4.0f}));
  GradientTape tape;
  const Tensor loss = L1(0.5f)(w) + L1(0.25f)(w);
  EXPECT_THAT(tape.gradient(loss, w), IsClose(Tensor({2}, {0.75f, -0.75f})));
}

TEST(L1, TakesAnyArithmeticFactor) {
  EXPECT_EQ(L1(2).l1(), 2.0f);
  EXPECT_EQ(L1(0.5).l1(), 0.5f);
  EXPECT_EQ(L1(1e6f).l1(), 1e6f);
  EXPECT_EQ(L1(1e-10f).l1(), 1e-10f);
  EXPECT_EQ(L1(0).l1(), 0.0f);
  EXPECT_EQ(L1(-0.0f).l1(), 0.0f);
}

TEST(L1, RefusesAFactorThatIsNegativeOrNotFinite) {
  EXPECT_THAT([] { L1(-0.001f); },
              Raises<InvalidArgument>("L1: l1 must be finite and >= 0. Received: l1=-0.001."));
  EXPECT_THAT([] { L1{kNaN}; },
              Raises<InvalidArgument>("L1: l1 must be finite and >= 0. Received: l1=nan."));
  EXPECT_THAT([] { L1{kInf}; },
              Raises<InvalidArgument>("L1: l1 must be finite and >= 0. Received: l1=inf."));
  EXPECT_THAT([] { L1{-kInf}; },
              Raises<InvalidArgument>("L1: l1 must be finite and >= 0. Received: l1=-inf."));
}

TEST(L1, RefusesAnUndefinedTensor) {
  EXPECT_THAT(
      [] {
        L1(0.1f)
        (Tensor());
      },
      Raises<InvalidArgument>(
          "penalty: the tensor must be defined. Received: an undefined tensor."));
}

TEST(L1, GoesByItsKerasAliasToo) { EXPECT_EQ(regularizers::l1(0.5f).l1(), 0.5f); }

}  // namespace
}  // namespace strata::testing
