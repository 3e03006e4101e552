// HoyerSquare: value, gradient, zero weights, scale, refusals.
#include "strata/regularizers/hoyer_square.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/layers/dense.hpp"
#include "strata/ops/ops.hpp"
#include "strata/tensor/random.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace hoyer_square_test {

using regularizers::HoyerSquare;

TEST(HoyerSquare, IsBetweenOneAndTheNumberOfElements) {
  EXPECT_FLOAT_EQ(HoyerSquare(1.0f)(Tensor({4}, {0, -7, 0, 0})).item(), 1.0f);
  EXPECT_FLOAT_EQ(HoyerSquare(1.0f)(Tensor({4}, {2, -2, 2, 2})).item(), 4.0f);
  EXPECT_FLOAT_EQ(HoyerSquare(0.5f)(Tensor({2}, {3, -4})).item(), 0.5f * 49 / 25);
  EXPECT_EQ(HoyerSquare().factor(), 0.01f);
}

TEST(HoyerSquare, DoesNotDependOnTheScale) {
  const Tensor x = random::Generator(1).normal({300, 200}, 0.0f, 1.0f);
  const float value = HoyerSquare(1.0f)(x).item();
  EXPECT_FLOAT_EQ(HoyerSquare(1.0f)(x * 1e-25f).item(), value);
  EXPECT_FLOAT_EQ(HoyerSquare(1.0f)(x * 1e15f).item(), value);
  EXPECT_THAT(Tensor(value),
              IsClose(ops::square(ops::sum(ops::abs(x))) / ops::sum(ops::square(x))));
}

TEST(HoyerSquare, OfZeroIsZeroWithoutAGradient) {
  EXPECT_EQ(HoyerSquare(1.0f)(ops::zeros({2, 2})).item(), 0.0f);
  GradientTape tape;
  const Tensor x = tape.watch(ops::zeros({2, 2}));
  EXPECT_FALSE(tape.gradient(HoyerSquare(1.0f)(x), x).defined());
}

TEST(HoyerSquare, GradientMatchesCentralDifferences) {
  const Tensor x({3, 2}, {0.9f, -0.4f, 0.3f, 0.8f, -0.7f, 0.5f});
  EXPECT_LT(gradient_gap(HoyerSquare(0.5f), x, 1e-3f), 2e-3);
}

TEST(HoyerSquare, TakesABias) {
  layers::Dense layer(
      {.units = 3, .bias_initializer = "ones", .bias_regularizer = HoyerSquare(1.0f)});
  layer.build({1, 2});
  EXPECT_FLOAT_EQ(layer.losses().at(0).item(), 3.0f);
}

TEST(HoyerSquare, ChecksItsFactor) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(HoyerSquare(0.0f)(Tensor({2}, {nan, 1})).item(), 0.0f);
  EXPECT_THAT(
      [] { HoyerSquare(-1.0f); },
      Raises<InvalidArgument>("HoyerSquare: factor must be finite and >= 0. Received: factor=-1."));
}

}  // namespace hoyer_square_test
}  // namespace strata::testing
