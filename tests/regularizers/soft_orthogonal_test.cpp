// SoftOrthogonal: value, gradient, tall and wide weights, refusals.
#include "strata/regularizers/soft_orthogonal.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "strata/layers/dense.hpp"
#include "strata/ops/ops.hpp"
#include "strata/tensor/random.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace soft_orthogonal_test {

using regularizers::SoftOrthogonal;

TEST(SoftOrthogonal, IsZeroForOrthonormalColumnsOrRows) {
  EXPECT_EQ(SoftOrthogonal(1.0f)(ops::eye(4)).item(), 0.0f);
  EXPECT_EQ(SoftOrthogonal(1.0f)(Tensor({3, 2}, {1, 0, 0, 1, 0, 0})).item(), 0.0f);
  EXPECT_EQ(SoftOrthogonal(1.0f)(Tensor({2, 3}, {1, 0, 0, 0, 1, 0})).item(), 0.0f);
}

TEST(SoftOrthogonal, IsTheSquaredDistanceOfTheGramMatrixFromOne) {
  EXPECT_FLOAT_EQ(SoftOrthogonal(0.5f)(Tensor({1, 2}, {3, 4})).item(), 0.5f * 24 * 24);
  EXPECT_FLOAT_EQ(SoftOrthogonal(1.0f)(ops::zeros({5, 3})).item(), 3.0f);
  EXPECT_FLOAT_EQ(SoftOrthogonal(1.0f)(ops::zeros({3, 5})).item(), 3.0f);
  EXPECT_EQ(SoftOrthogonal().factor(), 0.01f);
}

TEST(SoftOrthogonal, GradientMatchesCentralDifferences) {
  const Tensor x({3, 2}, {0.9f, -0.4f, 0.3f, 0.8f, -0.7f, 0.5f});
  EXPECT_LT(gradient_gap(SoftOrthogonal(0.5f), x, 1e-3f), 2e-3);
  EXPECT_LT(gradient_gap(SoftOrthogonal(0.5f), ops::transpose(x), 1e-3f), 2e-3);
}

TEST(SoftOrthogonal, IsThatOfItsOpsForLargerMatrices) {
  const Tensor x = random::Generator(6).normal({150, 90}, 0.0f, 0.1f);
  const Tensor gram = ops::matmul(ops::transpose(x), x) - ops::eye(90);
  EXPECT_THAT(SoftOrthogonal(1.0f)(x), IsClose(ops::sum(ops::square(gram))));
}

TEST(SoftOrthogonal, TakesTheAxisOfTheOutputsForTheColumns) {
  const Tensor x = random::Generator(4).normal({2, 3, 4}, 0.0f, 1.0f);
  EXPECT_THAT(SoftOrthogonal(1.0f).penalty(x, {.input = 2, .output = 1}),
              IsClose(SoftOrthogonal(1.0f)(ops::transpose(x, {0, 2, 1}))));
}

TEST(SoftOrthogonal, AZeroFactorLetsNoNaNThrough) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(SoftOrthogonal(0.0f)(Tensor({2, 2}, {nan, 1, 1, 1})).item(), 0.0f);
}

TEST(SoftOrthogonal, RefusesABiasAndABadFactor) {
  layers::Dense layer({.units = 3, .bias_regularizer = SoftOrthogonal(), .name = "head"});
  EXPECT_THAT(([&] {
                layer.build({1, 2});
              }),
              Raises<ShapeError>("head: bias: SoftOrthogonal takes tensors of rank >= 2. "
                                 "Received: shape=(3,)."));
  EXPECT_THAT([] { SoftOrthogonal(-1.0f); },
              Raises<InvalidArgument>(
                  "SoftOrthogonal: factor must be finite and >= 0. Received: factor=-1."));
}

}  // namespace soft_orthogonal_test
}  // namespace strata::testing
