// SpectralNorm: value and gradient by LAPACK's, easy and hard spectra, the same bits each time.
#include "strata/regularizers/spectral_norm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/parallel.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/threads.hpp"
#include "strata/layers/dense.hpp"
#include "strata/ops/linalg.hpp"
#include "strata/ops/ops.hpp"
#include "strata/tensor/random.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace spectral_norm_test {

using regularizers::SpectralNorm;

Tensor gradient_of(const Tensor& x) {
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  return tape.gradient(SpectralNorm(0.5f)(watched), watched);
}

// `factor 2 σ₁ u₁ v₁ᵀ`
Tensor gradient_by_lapack(const Tensor& x) {
  const auto [u, s, vt] = ops::linalg::svd(x, {.full_matrices = false});
  const Tensor first_u = ops::slice(u, {0, 0}, {x.shape()[0], 1});
  const Tensor first_v = ops::slice(vt, {0, 0}, {1, x.shape()[1]});
  return ops::matmul(first_u, first_v) * s.values()[0];
}

TEST(SpectralNorm, IsTheSquareOfTheLargestSingularValue) {
  EXPECT_FLOAT_EQ(SpectralNorm(0.5f)(Tensor({2, 2}, {3, 0, 0, -4})).item(), 8.0f);
  EXPECT_FLOAT_EQ(SpectralNorm(1.0f)(Tensor({1, 2}, {3, 4})).item(), 25.0f);
  EXPECT_EQ(SpectralNorm().factor(), 0.01f);
}

TEST(SpectralNorm, IsLapacksForTallWideAndLargeMatrices) {
  for (const Shape& shape : {Shape{40, 7}, Shape{7, 40}, Shape{300, 200}, Shape{1, 9}}) {
    const Tensor x = random::Generator(1).normal(shape, 0.0f, 1.0f);
    const float largest = ops::linalg::svd(x, {.full_matrices = false}).s.values()[0];
    EXPECT_THAT(SpectralNorm(1.0f)(x), IsClose(Tensor(largest * largest), 2e-6)) << shape;
    EXPECT_THAT(gradient_of(x), IsClose(gradient_by_lapack(x), 1e-4)) << shape;
  }
}

// The first two singular values agree to a thousandth.
TEST(SpectralNorm, TellsCloseSingularValuesApart) {
  const auto u = ops::linalg::qr(random::Generator(2).normal({120, 100}, 0.0f, 1.0f)).q;
  const auto v = ops::linalg::qr(random::Generator(3).normal({100, 100}, 0.0f, 1.0f)).q;
  std::vector<float> values(100, 1.0f);
  values[0] = 2.0f;
  values[1] = 1.998f;
  const Tensor x = ops::matmul(u * Tensor({1, 100}, values), v);
  EXPECT_THAT(SpectralNorm(1.0f)(x), IsClose(Tensor(4.0f), 2e-6));
  EXPECT_THAT(gradient_of(x), IsClose(gradient_by_lapack(x), 1e-3));
}

// Any vector is the first one: the gradient of one of them has the right length.
TEST(SpectralNorm, OfEqualSingularValuesHasTheGradientOfOneOfThem) {
  EXPECT_FLOAT_EQ(SpectralNorm(1.0f)(ops::eye(30)).item(), 1.0f);
  EXPECT_NEAR(ops::sum(ops::square(gradient_of(ops::eye(30)))).item(), 1.0f, 1e-5f);
}

TEST(SpectralNorm, OfZeroIsZeroWithoutAGradient) {
  EXPECT_EQ(SpectralNorm(1.0f)(ops::zeros({3, 4})).item(), 0.0f);
  EXPECT_THAT(gradient_of(ops::zeros({3, 4})), IsClose(ops::zeros({3, 4})));
  EXPECT_EQ(SpectralNorm(1.0f)(ops::zeros({0, 4})).item(), 0.0f);
}

TEST(SpectralNorm, GradientMatchesCentralDifferences) {
  const Tensor x({3, 2}, {0.9f, -0.4f, 0.3f, 0.8f, -0.7f, 0.5f});
  EXPECT_LT(gradient_gap(SpectralNorm(0.5f), x, 1e-3f), 1e-3);
  const Tensor turned({2, 2, 2}, {0.9f, -0.4f, 0.3f, 0.8f, -0.7f, 0.5f, 1.1f, 0.2f});
  const auto by_axes = [](const Tensor& w) {
    return SpectralNorm(0.5f).penalty(w, {.input = 2, .output = 1});
  };
  EXPECT_LT(gradient_gap(by_axes, turned, 1e-3f), 1e-3);
}

TEST(SpectralNorm, TakesTheAxisOfTheOutputsForTheColumns) {
  const Tensor x = random::Generator(4).normal({2, 3, 4}, 0.0f, 1.0f);
  EXPECT_THAT(SpectralNorm(1.0f).penalty(x, {.input = 2, .output = 1}),
              IsClose(SpectralNorm(1.0f)(ops::transpose(x, {0, 2, 1}))));
}

TEST(SpectralNorm, GivesTheSameBitsForAnyNumberOfThreadsAndCalls) {
  const KeepHelpers keep(200);
  const int before = num_threads();
  const Tensor x = random::Generator(5).normal({500, 400}, 0.0f, 1.0f);
  set_num_threads(1);
  const float value = SpectralNorm(1.0f)(x).item();
  const Tensor gradient = gradient_of(x);
  for (const int threads : {2, 7, 64}) {
    set_num_threads(threads);
    EXPECT_EQ(SpectralNorm(1.0f)(x).item(), value) << threads;
    EXPECT_THAT(gradient_of(x), IsClose(gradient, 0.0)) << threads;
  }
  set_num_threads(before);
}

TEST(SpectralNorm, EndsOnWhatIsNotANumber) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isnan(SpectralNorm(1.0f)(Tensor({2, 2}, {nan, 1, 1, 1})).item()));
  EXPECT_TRUE(std::isnan(SpectralNorm(1.0f)(Tensor({2, 2}, {infinity, 1, 1, 1})).item()));
  EXPECT_EQ(SpectralNorm(0.0f)(Tensor({2, 2}, {nan, 1, 1, 1})).item(), 0.0f);
}

TEST(SpectralNorm, OnABiasIsRefusedWhenTheLayerIsBuilt) {
  layers::Dense layer({.units = 3, .bias_regularizer = SpectralNorm(), .name = "head"});
  EXPECT_THAT(([&] {
                layer.build({1, 2});
              }),
              Raises<ShapeError>("head: bias: SpectralNorm takes tensors of rank >= 2. Received: "
                                 "shape=(3,)."));
}

TEST(SpectralNorm, RefusesAFactorThatIsNegative) {
  EXPECT_THAT([] { SpectralNorm(-1.0f); },
              Raises<InvalidArgument>(
                  "SpectralNorm: factor must be finite and >= 0. Received: factor=-1."));
}

}  // namespace spectral_norm_test
}  // namespace strata::testing
