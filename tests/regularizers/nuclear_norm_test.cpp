// NuclearNorm: value, gradient, low rank, refusals.
#include "strata/regularizers/nuclear_norm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/layers/dense.hpp"
#include "strata/ops/ops.hpp"
#include "strata/tensor/random.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace nuclear_norm_test {

using regularizers::NuclearNorm;

Tensor gradient_of(const Tensor& x) {
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  return tape.gradient(NuclearNorm(1.0f)(watched), watched);
}

TEST(NuclearNorm, IsTheSumOfSingularValues) {
  EXPECT_FLOAT_EQ(NuclearNorm(0.5f)(Tensor({2, 2}, {3, 0, 0, -4})).item(), 3.5f);
  EXPECT_FLOAT_EQ(NuclearNorm(1.0f)(Tensor({1, 2}, {3, 4})).item(), 5.0f);
  EXPECT_EQ(NuclearNorm().factor(), 0.01f);
}

// A singular value that is 0 but for rounding has no direction.
TEST(NuclearNorm, HasNoGradientAlongWhatIsZero) {
  const Tensor x = ops::matmul(Tensor({3, 1}, {1, 2, 2}), Tensor({1, 2}, {3, 4}));
  EXPECT_FLOAT_EQ(NuclearNorm(1.0f)(x).item(), 15.0f);
  EXPECT_THAT(gradient_of(x), IsClose(x / 15.0f));
  EXPECT_THAT(gradient_of(ops::zeros({2, 3})), IsClose(ops::zeros({2, 3})));
}

TEST(NuclearNorm, GradientMatchesCentralDifferences) {
  const Tensor x({3, 2}, {0.9f, -0.4f, 0.3f, 0.8f, -0.7f, 0.5f});
  EXPECT_LT(gradient_gap(NuclearNorm(0.5f), x, 1e-3f), 1e-3);
}

TEST(NuclearNorm, TakesTheAxisOfTheOutputsForTheColumns) {
  const Tensor x = random::Generator(4).normal({2, 3, 4}, 0.0f, 1.0f);
  EXPECT_THAT(NuclearNorm(1.0f).penalty(x, {.input = 2, .output = 1}),
              IsClose(NuclearNorm(1.0f)(ops::transpose(x, {0, 2, 1}))));
}

TEST(NuclearNorm, EndsOnWhatIsNotANumber) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(NuclearNorm(1.0f)(Tensor({2, 2}, {nan, 1, 1, 1})).item()));
  EXPECT_EQ(NuclearNorm(0.0f)(Tensor({2, 2}, {nan, 1, 1, 1})).item(), 0.0f);
}

TEST(NuclearNorm, RefusesABiasAndMatricesBeyondLapackWhenTheLayerIsBuilt) {
  layers::Dense layer({.units = 3, .bias_regularizer = NuclearNorm(), .name = "head"});
  EXPECT_THAT(([&] {
                layer.build({1, 2});
              }),
              Raises<ShapeError>("head: bias: NuclearNorm takes tensors of rank >= 2. Received: "
                                 "shape=(3,)."));
  EXPECT_THAT(
      [] {
        NuclearNorm().check_slot({.shape = {30000, 30000}}, "head: kernel");
      },
      Raises<ShapeError>("head: kernel: LAPACK takes at most 2147483647 rows and columns, "
                         "and of the fewer of both at most 23000. Received: a matrix of "
                         "30000 x 30000."));
}

// As `(900000000, 2)`, by the axis of its outputs.
TEST(NuclearNorm, AsksOfTheMatrixThatItTakesWhetherLapackCan) {
  NuclearNorm().check_slot({.shape = {30000, 2, 30000}, .axes = {.input = 2, .output = 1}}, "head");
  EXPECT_THAT(
      [] {
        NuclearNorm().check_slot({.shape = {30000, 2, 30000}}, "head");
      },
      RaisesWith<ShapeError>("Received: a matrix of 60000 x 30000."));
}

TEST(NuclearNorm, RefusesAFactorThatIsNegative) {
  EXPECT_THAT(
      [] { NuclearNorm(-1.0f); },
      Raises<InvalidArgument>("NuclearNorm: factor must be finite and >= 0. Received: factor=-1."));
}

}  // namespace nuclear_norm_test
}  // namespace strata::testing
