// OrthogonalRegularizer: rows and columns, value, gradient, config.
#include "strata/regularizers/orthogonal.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/layers/dense.hpp"
#include "strata/ops/array.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace orthogonal_test {

using regularizers::OrthogonalRegularizer;

const Tensor kA({2, 2}, {1, -2, 3, 4});
const Tensor kB({2, 3}, {1, 2, 3, 4, 5, 6});
const Tensor kZ({2, 2}, {0, 0, 3, 4});
const float kNaN = std::numeric_limits<float>::quiet_NaN();

OrthogonalRegularizer rows(float factor) { return OrthogonalRegularizer({.factor = factor}); }
OrthogonalRegularizer columns(float factor) {
  return OrthogonalRegularizer({.factor = factor, .mode = "columns"});
}

Tensor gradient_of(const Regularizer& penalty, const Tensor& x) {
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  return tape.gradient(penalty(watched), watched);
}

TEST(OrthogonalRegularizer, IsTheMeanAbsoluteCosineOfRows) {
  EXPECT_THAT(rows(0.1f)(kA), IsClose(Tensor(0.04472136f)));
  EXPECT_THAT(rows(0.1f)(kB), IsClose(Tensor(0.09746318f)));
  EXPECT_THAT(rows(0.01f)(kB), IsClose(Tensor(0.00974632f)));
}

TEST(OrthogonalRegularizer, OrOfColumns) {
  EXPECT_THAT(columns(0.1f)(kA), IsClose(Tensor(0.07071068f)));
  EXPECT_THAT(columns(0.1f)(kB), IsClose(Tensor(0.09878544f)));
  EXPECT_THAT(columns(0.1f)(kZ), IsClose(Tensor(0.1f)));
}

TEST(OrthogonalRegularizer, HasAFactorOfOneHundredthOfRowsByDefault) {
  EXPECT_FLOAT_EQ(OrthogonalRegularizer().factor(), 0.01f);
  EXPECT_EQ(OrthogonalRegularizer().mode(), "rows");
}

TEST(OrthogonalRegularizer, PunishesOppositeRowsLikeEqualOnes) {
  EXPECT_FLOAT_EQ(rows(1.0f)(Tensor({2, 2}, {1, 2, -1, -2})).item(), 1.0f);
  EXPECT_FLOAT_EQ(rows(1.0f)(Tensor({2, 2}, {1, 2, 1, 2})).item(), 1.0f);
}

TEST(OrthogonalRegularizer, IsTheFactorWhereAllRowsAreEqual) {
  EXPECT_FLOAT_EQ(rows(0.3f)(ops::ones({4, 4})).item(), 0.3f);
}

TEST(OrthogonalRegularizer, IsZeroForOrthonormalRowsAndColumns) {
  EXPECT_EQ(rows(1.0f)(ops::eye(5)).item(), 0.0f);
  EXPECT_EQ(columns(1.0f)(ops::eye(5)).item(), 0.0f);
}

TEST(OrthogonalRegularizer, OfASingleRowOrColumnIsZeroWithoutAGradient) {
  EXPECT_EQ(rows(0.1f)(ops::ones({1, 3})).item(), 0.0f);
  EXPECT_EQ(columns(0.1f)(ops::ones({3, 1})).item(), 0.0f);
  EXPECT_FALSE(gradient_of(rows(0.1f), ops::ones({1, 3})).defined());
}

TEST(OrthogonalRegularizer, OfAZeroRowIsFiniteInValueAndGradient) {
  EXPECT_EQ(rows(0.1f)(kZ).item(), 0.0f);
  const Tensor gradient = gradient_of(rows(0.1f), kZ);
  for (const float value : gradient.values()) EXPECT_TRUE(std::isfinite(value)) << value;
}

TEST(OrthogonalRegularizer, FloorsTheNormOfTinyRows) {
  const Tensor tiny({2, 2}, {1e-8f, 0, 1e-8f, 0});
  EXPECT_THAT(rows(1.0f)(tiny), IsClose(Tensor(0.01f)));
  EXPECT_NEAR(gradient_of(rows(1.0f), tiny).values()[0], 1e6f, 1e2f);
}

TEST(OrthogonalRegularizer, GradientIsKerass) {
  const Tensor x({2, 3}, {1, -2, 0.5f, 3, 4, 0});
  EXPECT_THAT(gradient_of(rows(0.1f), x),
              IsClose(Tensor({2, 3}, {-0.03449921f, -0.01828874f, -0.00415653f, -0.01396594f,
                                      0.01047446f, -0.00436436f})));
  EXPECT_THAT(
      gradient_of(columns(0.1f), x),
      IsClose(Tensor({2, 3}, {0.00241576f, -0.0012488f, 0, -0.00080526f, -0.0006244f, 0.00361708f}),
              1e-4));
}

TEST(OrthogonalRegularizer, GradientMatchesCentralDifferences) {
  const Tensor x({3, 2}, {0.9f, -0.4f, 0.3f, 0.8f, -0.7f, 0.5f});
  EXPECT_LT(gradient_gap(rows(0.5f), x, 1e-3f), 1e-3);
  EXPECT_LT(gradient_gap(columns(0.5f), x, 1e-3f), 1e-3);
}

TEST(OrthogonalRegularizer, AZeroFactorLetsNoNaNThrough) {
  EXPECT_EQ(rows(0.0f)(Tensor({2, 2}, {kNaN, 1, 1, 1})).item(), 0.0f);
}

TEST(OrthogonalRegularizer, RefusesTensorsThatAreNotMatrices) {
  EXPECT_THAT(
      [] {
        OrthogonalRegularizer()(ops::ones({4, 4, 4}));
      },
      Raises<ShapeError>("OrthogonalRegularizer: OrthogonalRegularizer takes tensors of "
                         "rank 2. Received: shape=(4, 4, 4)."));
  EXPECT_THAT([] { OrthogonalRegularizer()(ops::ones({4})); },
              Raises<ShapeError>("OrthogonalRegularizer: OrthogonalRegularizer takes tensors of "
                                 "rank 2. Received: shape=(4,)."));
}

TEST(OrthogonalRegularizer, OnABiasIsRefusedWhenTheLayerIsBuilt) {
  layers::Dense layer({.units = 3, .bias_regularizer = OrthogonalRegularizer(), .name = "head"});
  EXPECT_THAT(
      [&] {
        layer.build({1, 2});
      },
      Raises<ShapeError>("head: bias: OrthogonalRegularizer takes tensors of rank 2. "
                         "Received: shape=(3,)."));
  EXPECT_FALSE(layer.built());
}

TEST(OrthogonalRegularizer, RefusesAnUnknownMode) {
  EXPECT_THAT([] { OrthogonalRegularizer({.mode = "invalid_mode"}); },
              Raises<InvalidArgument>("OrthogonalRegularizer: mode must be \"rows\" or "
                                      "\"columns\". Received: mode=invalid_mode."));
}

TEST(OrthogonalRegularizer, RefusesAFactorThatIsNegativeOrNotFinite) {
  EXPECT_THAT([] { rows(-1.0f); },
              Raises<InvalidArgument>(
                  "OrthogonalRegularizer: factor must be finite and >= 0. Received: factor=-1."));
  EXPECT_THAT([] { rows(kNaN); },
              Raises<InvalidArgument>(
                  "OrthogonalRegularizer: factor must be finite and >= 0. Received: factor=nan."));
}

TEST(OrthogonalRegularizer, GoesByItsKerasAliasToo) {
  EXPECT_EQ(regularizers::orthogonal_regularizer({.factor = 0.5f}).factor(), 0.5f);
}

}  // namespace orthogonal_test
}  // namespace strata::testing
