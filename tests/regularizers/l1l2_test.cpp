// L1L2: the sum of both penalties, its gradient, its config.
#include "strata/regularizers/l1l2.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/ops/array.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace l1l2_test {

using regularizers::L1;
using regularizers::L1L2;
using regularizers::L2;

const float kInf = std::numeric_limits<float>::infinity();
const float kNaN = std::numeric_limits<float>::quiet_NaN();
const Tensor kSample({2, 3}, {1, -2, 0.5f, 3, 4, 0});

Tensor gradient_of(const Regularizer& penalty, const Tensor& x) {
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  return tape.gradient(penalty(watched), watched);
}

TEST(L1L2, SumsBothPenalties) {
  const L1L2 both({.l1 = 0.1f, .l2 = 0.2f});
  EXPECT_FLOAT_EQ(both(Tensor({2, 2}, {1, -2, 3, 4})).item(), 7.0f);
  EXPECT_FLOAT_EQ(both(Tensor({2, 3}, {1, 2, 3, 4, 5, 6})).item(), 20.3f);
  EXPECT_FLOAT_EQ(both(Tensor({2, 2}, {0, 0, 3, 4})).item(), 5.7f);
}

TEST(L1L2, IsZeroByDefault) {
  EXPECT_EQ(L1L2().l1(), 0.0f);
  EXPECT_EQ(L1L2().l2(), 0.0f);
  EXPECT_EQ(L1L2()(kSample).item(), 0.0f);
}

TEST(L1L2, OfOneFactorIsThatPenaltyAlone) {
  EXPECT_EQ(L1L2({.l1 = 0.1f})(kSample).item(), L1(0.1f)(kSample).item());
  EXPECT_EQ(L1L2({.l2 = 0.1f})(kSample).item(), L2(0.1f)(kSample).item());
}

TEST(L1L2, GradientSumsBoth) {
  EXPECT_THAT(gradient_of(L1L2({.l1 = 0.1f, .l2 = 0.2f}), kSample),
              IsClose(Tensor({2, 3}, {0.5f, -0.9f, 0.3f, 1.3f, 1.7f, 0})));
}

TEST(L1L2, GradientMatchesCentralDifferences) {
  EXPECT_LT(gradient_gap(L1L2({.l1 = 0.3f, .l2 = 0.5f}), Tensor({3}, {-1.0f, 0.5f, 2.0f})), 1e-3);
}

TEST(L1L2, AZeroFactorSkipsItsTerm) {
  const Tensor x({1}, {1e30f});  // its square overflows
  EXPECT_EQ(L1L2({.l1 = 1.0f})(x).item(), 1e30f);
  EXPECT_THAT(gradient_of(L1L2({.l1 = 0.5f}), Tensor({2}, {kInf, -2.0f})),
              IsClose(Tensor({2}, {0.5f, -0.5f})));
}

TEST(L1L2, TwoZeroFactorsLetNoNaNThrough) {
  EXPECT_EQ(L1L2()(Tensor({2}, {kNaN, kInf})).item(), 0.0f);
  EXPECT_FALSE(gradient_of(L1L2(), Tensor({2}, {kNaN, kInf})).defined());
}

TEST(L1L2, RefusesFactorsThatAreNegativeOrNotFinite) {
  EXPECT_THAT([] { L1L2({.l1 = -0.5f}); },
              Raises<InvalidArgument>("L1L2: l1 must be finite and >= 0. Received: l1=-0.5."));
  EXPECT_THAT([] { L1L2({.l1 = 0.1f, .l2 = kNaN}); },
              Raises<InvalidArgument>("L1L2: l2 must be finite and >= 0. Received: l2=nan."));
  EXPECT_THAT([] { L1L2({.l2 = kInf}); },
              Raises<InvalidArgument>("L1L2: l2 must be finite and >= 0. Received: l2=inf."));
}

TEST(L1L2, GoesByItsKerasAliasToo) {
  EXPECT_EQ(regularizers::l1_l2({.l1 = 0.5f}).l1(), 0.5f);
  EXPECT_EQ(regularizers::l1_l2().l2(), 0.0f);
}

}  // namespace l1l2_test
}  // namespace strata::testing
