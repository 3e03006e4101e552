// KLSparsity: value in a layer, gradient, clipping, refusals.
#include "strata/regularizers/kl_sparsity.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/layers/dense.hpp"
#include "strata/ops/ops.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace kl_sparsity_test {

using regularizers::KLSparsity;

double divergence(double rho, double a) {
  return rho * std::log(rho / a) + (1 - rho) * std::log((1 - rho) / (1 - a));
}

TEST(KLSparsity, InALayerIsTheDivergenceWhateverTheBatch) {
  for (const std::int64_t batch : {1, 5}) {
    layers::Dense layer({.units = 3,
                         .activation = "sigmoid",
                         .kernel_initializer = "zeros",
                         .activity_regularizer = KLSparsity(0.5f, 0.1f)});
    layer(ops::ones({batch, 2}));
    EXPECT_NEAR(layer.losses().at(0).item(), 0.5 * 3 * divergence(0.1, 0.5), 1e-6) << batch;
  }
}

TEST(KLSparsity, IsZeroAtTheWantedActivity) {
  EXPECT_NEAR(KLSparsity(1.0f, 0.25f)(ops::full({4, 3}, 0.25f)).item(), 0.0f, 1e-6f);
}

TEST(KLSparsity, TakesPositionsForSamples) {
  const Tensor x({2, 2, 2}, {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f});
  EXPECT_NEAR(KLSparsity(1.0f, 0.05f)(x).item(),
              2.0 * (divergence(0.05, 0.4) + divergence(0.05, 0.5)), 1e-5);
}

TEST(KLSparsity, HasADefaultFactorAndActivity) {
  EXPECT_EQ(KLSparsity().factor(), 0.01f);
  EXPECT_EQ(KLSparsity().rho(), 0.05f);
}

TEST(KLSparsity, GradientMatchesCentralDifferences) {
  const Tensor x({3, 2}, {0.9f, 0.4f, 0.3f, 0.8f, 0.7f, 0.5f});
  EXPECT_LT(gradient_gap(KLSparsity(0.5f, 0.2f), x, 1e-3f), 1e-3);
}

TEST(KLSparsity, IsFiniteWhereAUnitIsSilentOrAlwaysActive) {
  const Tensor x({2, 2}, {0, 1, 0, 1});
  EXPECT_NEAR(KLSparsity(1.0f, 0.05f)(x).item(),
              2.0 * (divergence(0.05, 1e-7) + divergence(0.05, 1 - 1e-7)), 1e-4);
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  EXPECT_THAT(tape.gradient(KLSparsity(1.0f, 0.05f)(watched), watched),
              IsClose(ops::zeros({2, 2})));
}

TEST(KLSparsity, OnAWeightIsRefusedWhenTheLayerIsBuilt) {
  layers::Dense layer({.units = 3, .kernel_regularizer = KLSparsity(), .name = "head"});
  EXPECT_THAT(([&] {
                layer.build({1, 2});
              }),
              Raises<InvalidArgument>("head: kernel: KLSparsity is a penalty on outputs, for an "
                                      "activity_regularizer. Received: a weight of shape=(2, 3)."));
  EXPECT_FALSE(layer.built());
}

TEST(KLSparsity, RefusesABadFactorActivityOrRank) {
  EXPECT_THAT(
      [] { KLSparsity(-1.0f, 0.5f); },
      Raises<InvalidArgument>("KLSparsity: factor must be finite and >= 0. Received: factor=-1."));
  for (const float rho : {0.0f, 1.0f, -0.5f, std::nanf("")})
    EXPECT_THROW(KLSparsity(1.0f, rho), InvalidArgument) << rho;
  EXPECT_THAT([] { KLSparsity(1.0f, 1.0f); },
              Raises<InvalidArgument>(
                  "KLSparsity: rho must be between 0 and 1, and neither. Received: rho=1."));
  EXPECT_THAT([] { KLSparsity()(ops::ones({3})); },
              Raises<ShapeError>("KLSparsity: KLSparsity takes tensors of rank >= 2. Received: "
                                 "shape=(3,)."));
}

}  // namespace kl_sparsity_test
}  // namespace strata::testing
