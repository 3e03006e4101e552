// BatchNormalization: which statistics it uses, and when they move.
#include "strata/layers/batch_normalization.hpp"

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using layers::BatchNormalization;
using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;

const CallContext kTraining = {.training = true};
const Tensor kX({3, 2}, {1, 2, 3, 4, 5, 12});

TEST(BatchNormalization, NormalizesABatchInTraining) {
  BatchNormalization layer;
  EXPECT_THAT(
      layer(kX, kTraining),
      IsClose(Tensor({3, 2}, {-1.224515f, -0.925795f, 0.0f, -0.462898f, 1.224515f, 1.388693f})));
  EXPECT_THAT(layer.moving_mean().value(), IsClose(Tensor({2}, {0.03f, 0.06f})));
  EXPECT_THAT(layer.moving_variance().value(), IsClose(Tensor({2}, {1.016667f, 1.176667f})));
}

TEST(BatchNormalization, UsesTheMovingStatisticsInInference) {
  BatchNormalization layer;
  layer(kX, kTraining);
  EXPECT_THAT(
      layer(kX),
      IsClose(Tensor({3, 2}, {0.961544f, 1.787683f, 2.944108f, 3.630656f, 4.926671f, 11.002544f})));
  EXPECT_THAT(layer.moving_mean().value(), IsClose(Tensor({2}, {0.03f, 0.06f})));
}

TEST(BatchNormalization, TakesItsOwnMomentumAndEpsilon) {
  BatchNormalization layer({.momentum = 0.9f, .epsilon = 1e-2f, .center = false});
  EXPECT_THAT(
      layer(kX, kTraining),
      IsClose(Tensor({3, 2}, {-1.222455f, -0.925572f, 0.0f, -0.462786f, 1.222455f, 1.388358f})));
  EXPECT_THAT(layer.moving_mean().value(), IsClose(Tensor({2}, {0.3f, 0.6f})));
  EXPECT_THAT(layer.moving_variance().value(), IsClose(Tensor({2}, {1.166667f, 2.766667f})));
}

TEST(BatchNormalization, StandsStillWhileFrozen) {
  BatchNormalization layer;
  layer.build(kX.shape());
  layer.set_trainable(false);
  EXPECT_THAT(
      layer(kX, kTraining),
      IsClose(Tensor({3, 2}, {0.9995f, 1.999001f, 2.998501f, 3.998002f, 4.997502f, 11.994005f})));
  EXPECT_THAT(layer.moving_mean().value(), IsClose(ops::zeros({2}), 0.0));
}

TEST(BatchNormalization, LearnsNothingFromAnEmptyBatch) {
  BatchNormalization layer;
  EXPECT_EQ(layer(ops::zeros({0, 2}), kTraining).shape(), Shape({0, 2}));
  EXPECT_THAT(layer.moving_variance().value(), IsClose(ops::ones({2}), 0.0));
}

TEST(BatchNormalization, ListsItsWeightsInKerassOrder) {
  BatchNormalization layer;
  layer.build({Shape::kUnknown, 4});
  std::vector<std::string> names;
  for (const Variable& weight : layer.weights()) names.push_back(weight.name());
  EXPECT_EQ(names, (std::vector<std::string>{"gamma", "beta", "moving_mean", "moving_variance"}));
  EXPECT_EQ(layer.trainable_variables().size(), 2u);
  EXPECT_EQ(layer.count_params(), 16);
}

TEST(BatchNormalization, HasOnlyTheWeightsItWasAskedFor) {
  BatchNormalization layer({.center = false, .scale = false});
  layer(kX, kTraining);
  EXPECT_EQ(layer.weights().size(), 2u);
  EXPECT_TRUE(layer.trainable_variables().empty());
}

TEST(BatchNormalization, PaysForGammaBeforeBeta) {
  BatchNormalization layer({.gamma_initializer = "ones",
                            .beta_regularizer = "l2",
                            .gamma_regularizer = regularizers::L1L2({.l1 = 1.0f})});
  layer.build({3, 4});
  ASSERT_EQ(layer.losses().size(), 2u);
  EXPECT_EQ(layer.losses()[0].item(), 4.0f);
  EXPECT_EQ(layer.losses()[1].item(), 0.0f);
}

TEST(BatchNormalization, GradientsMatchCentralDifferences) {
  for (const int axis : {1, 2}) {
    for (const bool training : {false, true}) {
      BatchNormalization layer({.axis = axis, .momentum = 1.0f});
      const Tensor x({2, 3, 2},
                     {0.1f, -0.9f, 1.4f, 0.3f, -0.5f, 0.8f, 1.1f, -1.2f, 0.6f, -0.3f, 0.2f, 0.9f});
      const auto run = [&](const Tensor& at) { return layer(at, {.training = training}); };
      EXPECT_LT(gradient_gap(run, x), 5e-3) << axis << training;
    }
  }
}

TEST(BatchNormalization, ReadsAnAxisInAList) {
  const BatchNormalization layer =
      BatchNormalization::from_config({{"name", "b"}, {"axis", Config::array({3})}});
  EXPECT_EQ(layer.get_config()["axis"], 3);
  EXPECT_THAT(
      [] {
        BatchNormalization::from_config({{"axis", Config::array({1, 2})}});
      },
      Raises("BatchNormalization: axis must be one axis. Received: axis=[1, 2]."));
}

TEST(BatchNormalization, TakesKerassOtherKeysOnlyAtTheirDefaults) {
  EXPECT_NO_THROW(BatchNormalization::from_config({{"synchronized", false},
                                                   {"renorm", false},
                                                   {"renorm_clipping", nullptr},
                                                   {"renorm_momentum", 0.99}}));
  EXPECT_THAT(
      [] {
        BatchNormalization::from_config({{"renorm", true}});
      },
      Raises("BatchNormalization: renorm is supported only as false. Received: "
             "renorm=true."));
}

TEST(BatchNormalization, RefusesBadOptions) {
  EXPECT_THAT([] { BatchNormalization({.momentum = 1.5f}); },
              Raises("BatchNormalization: momentum must lie in [0, 1]. Received: momentum=1.5."));
  EXPECT_THAT([] { BatchNormalization({.epsilon = -1.0f}); },
              Raises("BatchNormalization: epsilon must be finite and >= 0. Received: epsilon=-1."));
}

TEST(BatchNormalization, RefusesRulesForWeightsThatAreNotThere) {
  EXPECT_THAT([] { BatchNormalization({.center = false, .beta_regularizer = "l2"}); },
              Raises("BatchNormalization: a beta_regularizer needs center. Received: "
                     "center=false."));
  EXPECT_THAT([] { BatchNormalization({.center = false, .beta_constraint = "non_neg"}); },
              Raises("BatchNormalization: a beta_constraint needs center. Received: "
                     "center=false."));
  EXPECT_THAT([] { BatchNormalization({.scale = false, .gamma_regularizer = "l2"}); },
              Raises("BatchNormalization: a gamma_regularizer needs scale. Received: "
                     "scale=false."));
  EXPECT_THAT([] { BatchNormalization({.scale = false, .gamma_constraint = "non_neg"}); },
              Raises("BatchNormalization: a gamma_constraint needs scale. Received: "
                     "scale=false."));
  EXPECT_NO_THROW(BatchNormalization({.center = false, .gamma_regularizer = "l2"}));
}

TEST(BatchNormalization, RefusesInputsThatDoNotFit) {
  EXPECT_THAT(
      [] {
        BatchNormalization({.axis = 2, .name = "b"}).build({3, 4});
      },
      Raises<ShapeError>("b: axis must lie in [-2, 2) for rank 2. Received: axis=2, "
                         "shape=(3, 4)."));
  EXPECT_THAT(
      [] {
        BatchNormalization({.name = "b"}).build({3, Shape::kUnknown});
      },
      Raises<ShapeError>("b: the channels' axis, -1, must be known. Received: "
                         "shape=(3, None)."));
  BatchNormalization layer({.name = "b"});
  layer.build({3, 4});
  EXPECT_THAT(
      [&] {
        layer(ops::zeros({3, 5}));
      },
      Raises<ShapeError>("b: the input must have rank 2 and 4 channels, as when the layer "
                         "was built. Received: shape=(3, 5)."));
}

}  // namespace
}  // namespace strata
