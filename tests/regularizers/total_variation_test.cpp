// TotalVariation: steps along each axis, gradient, outputs, refusals.
#include "strata/regularizers/total_variation.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "strata/layers/dense.hpp"
#include "strata/ops/ops.hpp"
#include "strata/tensor/random.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace total_variation_test {

using regularizers::TotalVariation;

const Tensor kX({2, 3}, {1, 4, 2, -1, 0, 7});

TotalVariation along(AxisList axes) { return TotalVariation({.factor = 1.0f, .axes = axes}); }

TEST(TotalVariation, SumsTheStepsAlongItsAxes) {
  EXPECT_EQ(along(0)(kX).item(), 2.0f + 4.0f + 5.0f);
  EXPECT_EQ(along(1)(kX).item(), 3.0f + 2.0f + 1.0f + 7.0f);
  EXPECT_EQ(along({0, -1})(kX).item(), 24.0f);
  EXPECT_EQ(along(0)(ops::ones({1, 3})).item(), 0.0f);
}

TEST(TotalVariation, HasAFactorOfOneHundredthAlongTheFirstAxisByDefault) {
  EXPECT_EQ(TotalVariation().factor(), 0.01f);
  EXPECT_EQ(TotalVariation().axes(), AxisList(0));
}

TEST(TotalVariation, GradientMatchesCentralDifferences) {
  const Tensor x = random::Generator(2).uniform({3, 4, 2}, -9.0f, 9.0f);
  for (const AxisList& axes : {AxisList(0), AxisList(1), AxisList(-1), AxisList({0, 1, 2})})
    EXPECT_LT(gradient_gap(along(axes), x, 1e-3f), 2e-3);
}

TEST(TotalVariation, IsThatOfItsOpsForLargerTensors) {
  const Tensor x = random::Generator(3).normal({400, 300}, 0.0f, 1.0f);
  const Tensor steps = ops::slice(x, {1, 0}, {399, 300}) - ops::slice(x, {0, 0}, {399, 300});
  EXPECT_THAT(along(0)(x), IsClose(ops::sum(ops::abs(steps))));
}

TEST(TotalVariation, TakesOutputsAlongAllAxesButThatOfTheSamples) {
  layers::Dense layer({.units = 3, .activity_regularizer = along(-1), .name = "head"});
  layer(ops::ones({4, 2}));
  EXPECT_EQ(layer.losses().size(), 1U);
  layers::Dense samples({.units = 3, .activity_regularizer = along(0), .name = "head"});
  EXPECT_THAT(([&] {
                samples(ops::ones({4, 2}));
              }),
              Raises<InvalidArgument>(
                  "head: activity: TotalVariation takes no steps along the first axis of an "
                  "output, which counts samples. Received: axes=0, shape=(4, 3)."));
}

TEST(TotalVariation, RefusesAxesThatAreNotThereOrTwice) {
  layers::Dense layer({.units = 3, .bias_regularizer = along(1), .name = "head"});
  EXPECT_THAT(([&] {
                layer.build({1, 2});
              }),
              Raises<ShapeError>("head: bias: the axes of TotalVariation must be axes of the "
                                 "tensor. Received: axes=1, shape=(3,)."));
  EXPECT_THAT(
      [] {
        along({0, -2})(kX);
      },
      Raises<ShapeError>("TotalVariation: the axes of TotalVariation must differ. "
                         "Received: axes=[0,-2], shape=(2, 3)."));
  EXPECT_THAT(
      [] {
        along({1, 1});
      },
      Raises<InvalidArgument>("TotalVariation: axes must be one axis or several that "
                              "differ. Received: axes=[1,1]."));
  EXPECT_THAT([] { along(std::vector<int>{}); },
              Raises<InvalidArgument>("TotalVariation: axes must be one axis or several that "
                                      "differ. Received: axes=[]."));
}

TEST(TotalVariation, ChecksItsFactor) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(TotalVariation(0.0f)(Tensor({2}, {nan, 1})).item(), 0.0f);
  EXPECT_THAT([] { TotalVariation(-1.0f); },
              Raises<InvalidArgument>(
                  "TotalVariation: factor must be finite and >= 0. Received: factor=-1."));
}

}  // namespace total_variation_test
}  // namespace strata::testing
