// Masking, and what layers that heed a mask refuse. layer_golden_test.cpp has Keras's values.
#include "strata/layers/masking.hpp"

#include <cmath>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/global_pooling.hpp"
#include "strata/layers/softmax.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using layers::Masking;
using testing::IsClose;
using testing::Raises;

TEST(Masking, SkipsStepsOfOneValueAndSetsThemToZero) {
  Masking layer({.mask_value = 2.0f});
  const Tensor x({1, 3, 2}, {2, 2, 2, 1, 0, 0});
  const MaskedOutput masked = layer.call_with_mask(x, {});
  EXPECT_THAT(masked.output, IsClose(Tensor({1, 3, 2}, {0, 0, 2, 1, 0, 0})));
  EXPECT_THAT(masked.mask, IsClose(Tensor({1, 3}, {0, 1, 1})));
  EXPECT_THAT(layer.compute_mask(x, {}), IsClose(masked.mask));
}

TEST(Masking, LetsNoGradientThroughASkippedStep) {
  Masking layer;
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({1, 2, 2}, {0, 0, 0, 3}));
  EXPECT_THAT(tape.gradient(ops::sum(layer(x)), x), IsClose(Tensor({1, 2, 2}, {0, 0, 1, 1})));
}

TEST(Masking, RefusesAScalar) {
  EXPECT_THAT([] { Masking({.name = "skip"})(Tensor(1.0f)); },
              Raises<ShapeError>("skip: the input must have features. Received: shape=()."));
}

TEST(GlobalAveragePooling1D, OfNoStepsIsNotANumber) {
  layers::GlobalAveragePooling1D layer;
  const Tensor y = layer(ops::ones({1, 2, 1}), {.mask = ops::zeros({1, 2})});
  EXPECT_TRUE(std::isnan(y.item()));
}

TEST(GlobalAveragePooling1D, RefusesAMaskOfOtherSteps) {
  layers::GlobalAveragePooling1D layer({.name = "mean"});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({1, 2, 1}), {.mask = ops::ones({1, 3})});
      },
      Raises<ShapeError>("mean: the mask must have shape (1, 2), one value per step. "
                         "Received: mask.shape=(1, 3)."));
}

TEST(Softmax, RefusesAMaskThatDoesNotBroadcast) {
  layers::Softmax layer({.name = "share"});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({2, 3, 4}), {.mask = ops::ones({2, 3})});
      },
      Raises<ShapeError>("share: the mask must broadcast to the input. Received: "
                         "mask.shape=(2, 3), shape=(2, 3, 4)."));
}

TEST(BatchNormalization, RefusesAMaskOfAnotherRank) {
  layers::BatchNormalization layer({.name = "norm"});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({2, 3}), {.mask = ops::ones({2, 3})});
      },
      Raises<ShapeError>("norm: the mask must have one axis less than the input. Received: "
                         "mask.shape=(2, 3), shape=(2, 3)."));
}

}  // namespace
}  // namespace strata
