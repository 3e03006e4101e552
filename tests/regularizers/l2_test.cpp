// L2: value, gradient, config, large weights and threads.
#include "strata/regularizers/l2.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/parallel.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/regularizers/l1.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace l2_test {

using regularizers::L1;
using regularizers::L2;

const float kInf = std::numeric_limits<float>::infinity();
const float kNaN = std::numeric_limits<float>::quiet_NaN();

// Values in [-0.5, 0.5) that no two neighbours share.
Tensor long_tensor(std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  std::uint32_t state = 1;
  for (float& value : values) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<float>(state >> 8) / 16777216.0f - 0.5f;
  }
  return {{count}, values};
}

TEST(L2, IsTheFactorTimesTheSumOfSquaresWithoutAHalf) {
  EXPECT_FLOAT_EQ(L2(0.1f)(Tensor({2, 2}, {1, -2, 3, 4})).item(), 3.0f);
  EXPECT_FLOAT_EQ(L2(0.1f)(Tensor({2, 3}, {1, 2, 3, 4, 5, 6})).item(), 9.1f);
  EXPECT_FLOAT_EQ(L2(0.1f)(Tensor({2, 2}, {0, 0, 3, 4})).item(), 2.5f);
}

TEST(L2, OfFactorTwoIsFiftyOnFiveByFiveOnes) {
  EXPECT_EQ(L2(2.0f)(ops::ones({5, 5})).item(), 50.0f);
}

TEST(L2, HasAFactorOfOneHundredthByDefault) {
  EXPECT_FLOAT_EQ(L2().l2(), 0.01f);
  EXPECT_FLOAT_EQ(L2()(Tensor({2, 2}, {1, -2, 3, 4})).item(), 0.3f);
}

TEST(L2, PunishesLargeWeightsHarderThanL1AndSmallOnesLess) {
  EXPECT_FLOAT_EQ(L2(1.0f)(ops::full({4, 4}, 10.0f)).item(), 1600.0f);
  EXPECT_FLOAT_EQ(L1(1.0f)(ops::full({4, 4}, 10.0f)).item(), 160.0f);
  EXPECT_FLOAT_EQ(L2(1.0f)(ops::full({4, 4}, 0.1f)).item(), 0.16f);
  EXPECT_FLOAT_EQ(L1(1.0f)(ops::full({4, 4}, 0.1f)).item(), 1.6f);
}

TEST(L2, IsZeroForZerosAndForAnEmptyTensor) {
  EXPECT_EQ(L2(0.1f)(ops::zeros({4, 4})).item(), 0.0f);
  EXPECT_EQ(L2(0.1f)(ops::zeros({4, 0})).item(), 0.0f);
}

TEST(L2, GradientIsTwiceTheFactorTimesTheWeight) {
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({2, 3}, {1, -2, 0.5f, 3, 4, 0}));
  EXPECT_THAT(tape.gradient(L2(0.1f)(x), x),
              IsClose(Tensor({2, 3}, {0.2f, -0.4f, 0.1f, 0.6f, 0.8f, 0})));
}

TEST(L2, GradientMatchesCentralDifferences) {
  EXPECT_LT(gradient_gap(L2(0.5f), Tensor({3}, {-1.0f, 0.5f, 2.0f})), 1e-3);
}

TEST(L2, GradientIsScaledByWhatFollows) {
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({2}, {1.0f, -3.0f}));
  EXPECT_THAT(tape.gradient(L2(0.5f)(x) * 10.0f, x), IsClose(Tensor({2}, {10.0f, -30.0f})));
}

TEST(L2, AZeroFactorLetsNoNaNThrough) {
  EXPECT_EQ(L2(0.0f)(Tensor({3}, {kNaN, kInf, 1.0f})).item(), 0.0f);
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({2}, {kNaN, 1.0f}));
  EXPECT_FALSE(tape.gradient(L2(0.0f)(x), x).defined());
}

TEST(L2, AnInfiniteWeightShowsInTheValue) {
  EXPECT_EQ(L2(0.1f)(Tensor({2}, {kInf, 1.0f})).item(), kInf);
}

TEST(L2, OfTenMillionElementsIsRightToOneMillionth) {
  const Tensor x = long_tensor(10'000'000);
  double exact = 0.0;
  for (const float value : x.values()) exact += double{value} * double{value};
  const double found = L2(1.0f)(x).item();
  EXPECT_LT(std::abs(found - exact) / exact, 1e-6);
}

TEST(L2, IsTheSameToTheBitForAnyNumberOfThreads) {
  const Tensor x = long_tensor(1'000'003);
  const int before = num_threads();
  const KeepHelpers keep;
  set_num_threads(1);
  const float alone = L2(0.3f)(x).item();
  for (const int threads : {2, 3, 8}) {
    set_num_threads(threads);
    EXPECT_EQ(L2(0.3f)(x).item(), alone) << threads;
  }
  set_num_threads(before);
}

TEST(L2, RefusesAFactorThatIsNegativeOrNotFinite) {
  EXPECT_THAT([] { L2(-1.0f); },
              Raises<InvalidArgument>("L2: l2 must be finite and >= 0. Received: l2=-1."));
  EXPECT_THAT([] { L2{kNaN}; },
              Raises<InvalidArgument>("L2: l2 must be finite and >= 0. Received: l2=nan."));
  EXPECT_THAT([] { L2{kInf}; },
              Raises<InvalidArgument>("L2: l2 must be finite and >= 0. Received: l2=inf."));
}

TEST(L2, GoesByItsKerasAliasToo) { EXPECT_EQ(regularizers::l2(0.5f).l2(), 0.5f); }

}  // namespace l2_test
}  // namespace strata::testing
