// The order of losses(), and what frees and freezes them (keras.md 2).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "strata/core/errors.hpp"
#include "strata/layers/activity_regularization.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using regularizers::L1;
using regularizers::L2;
using ::testing::ElementsAre;
using testing::Raises;

std::vector<float> values(const std::vector<Tensor>& tensors) {
  std::vector<float> result;
  for (const Tensor& tensor : tensors) result.push_back(tensor.item());
  return result;
}

// keras.md 2.8
Sequential worked_example() {
  Sequential model({
      layers::Input({2}),
      layers::Dense({.units = 2,
                     .kernel_initializer = "ones",
                     .kernel_regularizer = L2(1.0f),
                     .bias_regularizer = L2(1.0f),
                     .activity_regularizer = L1(1.0f)}),
      layers::ActivityRegularization({.l1 = .5f, .l2 = .25f}),
      Sequential({layers::Dense({.units = 3,
                                 .kernel_initializer = "ones",
                                 .kernel_regularizer = L1(7.0f),
                                 .activity_regularizer = L1(11.0f)}),
                  layers::Dense({.units = 1,
                                 .kernel_initializer = "ones",
                                 .kernel_regularizer = L1(13.0f),
                                 .activity_regularizer = L1(17.0f)})}),
      layers::Dense({.units = 1, .kernel_initializer = "ones", .activity_regularizer = L1(19.0f)}),
  });
  model.compile({.optimizer = "sgd", .loss = "mse"});
  return model;
}

TEST(Losses, AreTheWeightsBeforeAnyCall) {
  EXPECT_THAT(values(worked_example().losses()), ElementsAre(4, 0, 42, 39));
}

TEST(Losses, ListRecordedOnesFirstInKerasOrder) {
  Sequential model = worked_example();
  model(ops::ones({2, 2}));
  EXPECT_THAT(values(model.losses()), ElementsAre(4, 4, 204, 132, 228, 4, 0, 42, 39));
}

TEST(Losses, OfAFrozenLayerKeepTheActivity) {
  Sequential model = worked_example();
  model(ops::ones({2, 2}));
  model.get_layer(0).set_trainable(false);
  EXPECT_THAT(values(model.losses()), ElementsAre(4, 4, 204, 132, 228, 42, 39));
  model.get_layer(0).set_trainable(true);
  EXPECT_EQ(model.losses().size(), 9U);
}

TEST(Losses, AreInTheEvaluatedLoss) {
  Sequential model = worked_example();
  EXPECT_NEAR(model.evaluate(ops::ones({2, 2}), ops::zeros({2, 1}), {.verbose = 0}).at("loss"),
              801.0, 1e-3);
}

TEST(Losses, DontPileUpOverCalls) {
  Sequential model = worked_example();
  for (int call = 0; call < 3; ++call) model(ops::ones({2, 2}));
  EXPECT_EQ(model.losses().size(), 9U);
}

TEST(Losses, OfASubLayerCalledByItselfReplaceItsOwn) {
  Sequential model = worked_example();
  model(ops::ones({2, 2}));
  model.get_layer(0)(ops::zeros({2, 2}));
  EXPECT_THAT(values(model.losses()), ElementsAre(0, 4, 204, 132, 228, 4, 0, 42, 39));
}

// Uses one layer twice.
class Twice : public Layer {
 public:
  explicit Twice(std::shared_ptr<Layer> layer) : layer_(layer) { track(std::move(layer)); }
  Tensor call(const Tensor& inputs, const CallContext& context) override {
    return (*layer_)((*layer_)(inputs, context), context);
  }

 private:
  std::shared_ptr<Layer> layer_;
};

TEST(Losses, OfALayerUsedTwiceHoldTwoActivitiesAndOneKernel) {
  Twice twice(
      std::make_shared<layers::Dense>(layers::DenseOptions{.units = 2,
                                                           .kernel_initializer = "ones",
                                                           .kernel_regularizer = L2(1.0f),
                                                           .activity_regularizer = L1(1.0f)}));
  twice(ops::ones({1, 2}));
  EXPECT_THAT(values(twice.losses()), ElementsAre(4, 8, 4));
}

TEST(Losses, ShareTheContextOfTheOuterCall) {
  class AsksForTraining : public Layer {
   public:
    Tensor call(const Tensor& inputs, const CallContext& context) override {
      training = context.training;
      return inputs;
    }
    bool training = false;
  };
  class CallsWithout : public Layer {
   public:
    explicit CallsWithout(std::shared_ptr<Layer> layer) { track(std::move(layer)); }
    Tensor call(const Tensor& inputs, const CallContext&) override {
      return (*sublayers().front())(inputs);
    }
  };
  const auto inner = std::make_shared<AsksForTraining>();
  CallsWithout outer(inner);
  outer(ops::ones({1}), {.training = true});
  EXPECT_TRUE(inner->training);
}

TEST(Penalties, NameLayerAndSource) {
  Sequential model({layers::Input({2}), layers::Dense({.units = 1,
                                                       .kernel_initializer = "ones",
                                                       .kernel_regularizer = L2(1.0f),
                                                       .bias_regularizer = "l1",
                                                       .activity_regularizer = L1(1.0f),
                                                       .name = "head"})});
  model(ops::ones({2, 2}));
  std::string text;
  for (const Penalty& penalty : model.penalties()) {
    text += penalty.layer + "/" + penalty.source + "=" +
            std::to_string(static_cast<int>(penalty.value.item())) + " ";
  }
  EXPECT_EQ(text, "head/activity=2 head/kernel=2 head/bias=0 ");
}

TEST(AddLoss, RefusesWhatIsNotAScalar) {
  class AddsAVector : public Layer {
   public:
    AddsAVector() : Layer("AddsAVector", "adds") {}
    Tensor call(const Tensor& inputs, const CallContext&) override {
      add_loss(inputs);
      return inputs;
    }
  };
  EXPECT_THAT([] { AddsAVector()(ops::ones({3})); },
              Raises<ShapeError>("adds.add_loss: a loss must be a scalar. Received: shape=(3,)."));
}

TEST(SetRegularizer, CountsBeforeAndAfterBuildAndInTheNextStep) {
  layers::Dense layer({.units = 2, .kernel_initializer = "ones", .name = "d"});
  layer.set_regularizer("bias", L2(3.0f));
  layer.build({4, 2});
  EXPECT_EQ(layer.losses().size(), 1U);
  layer.set_regularizer("kernel", L2(0.5f));
  EXPECT_THAT(values(layer.losses()), ElementsAre(2, 0));
  EXPECT_TRUE(layer.kernel_regularizer());
  layer.set_regularizer("bias", nullptr);
  layer.set_regularizer("activity", L1(1.0f));
  layer(ops::ones({1, 2}));
  EXPECT_THAT(values(layer.losses()), ElementsAre(4, 2));
}

TEST(SetRegularizer, NamesTheWeightsThereAre) {
  layers::Dense layer({.units = 2, .name = "d"});
  layer.build({4, 2});
  EXPECT_THAT(
      [&] { layer.set_regularizer("gamma", "l2"); },
      Raises("d: there is no weight of this name; known are kernel, bias. Received: gamma."));
  layers::Dense unbuilt({.units = 2, .use_bias = false, .name = "u"});
  EXPECT_THAT([&] { unbuilt.set_regularizer("bias", "l2"); },
              Raises("u: there is no weight of this name; known are kernel. Received: bias."));
  EXPECT_NO_THROW(unbuilt.build({4, 2}));
}

TEST(SetRegularizer, IsForWeightsThatAreTrained) {
  layers::BatchNormalization layer({.name = "bn"});
  layer.build({4, 2});
  EXPECT_THAT([&] { layer.set_regularizer("moving_mean", "l2"); },
              Raises("bn: only a weight that is trained can have a regularizer. Received: one for "
                     "moving_mean."));
  EXPECT_NO_THROW(layer.set_regularizer("moving_mean", nullptr));
  layer.set_trainable(false);
  EXPECT_NO_THROW(layer.set_regularizer("gamma", "l2"));  // it may be trained again
}

TEST(SetRegularizer, OfAVariableIsForWeightsThatAreTrained) {
  layers::BatchNormalization layer({.gamma_regularizer = "l2", .name = "bn"});
  layer.set_trainable(false);
  EXPECT_NO_THROW(layer.build({4, 2}));  // with the rule of gamma, which may be trained later
  const auto penalty = std::make_shared<const L2>(0.5f);
  EXPECT_THAT([&] { layer.weight("moving_mean").set_regularizer(penalty); },
              Raises("Variable: only a weight that is trained can have a regularizer. Received: "
                     "one for moving_mean."));
  EXPECT_FALSE(layer.weight("beta").trainable());
  EXPECT_NO_THROW(layer.weight("beta").set_regularizer(penalty));
  layer.set_trainable(true);
  EXPECT_EQ(layer.losses().size(), 2U);
}

// Counts its calls in a weight that is never trained.
class Counter : public Layer {
 public:
  explicit Counter(WeightOptions count) : Layer("Counter", "counter"), count_(std::move(count)) {}
  Tensor call(const Tensor& inputs, const CallContext&) override { return inputs; }
  void create_weights(const Shape&) override { add_weight(count_); }

 private:
  WeightOptions count_;
};

TEST(AddWeight, TakesNoRuleForAWeightThatIsNeverTrained) {
  const WeightOptions count{
      .name = "count", .shape = {}, .initializer = "zeros", .trainable = false};
  WeightOptions regularized = count;
  regularized.regularizer = "l2";
  WeightOptions constrained = count;
  constrained.constraint = "non_neg";
  const auto build = [](Layer& layer) { layer.build({1, 2}); };
  EXPECT_THAT(
      [&] {
        Counter layer(regularized);
        build(layer);
      },
      Raises("counter: only a weight that is trained can have a regularizer. Received: one "
             "for count."));
  EXPECT_THAT(
      [&] {
        Counter layer(constrained);
        build(layer);
      },
      Raises("counter: only a weight that is trained can have a constraint. Received: one "
             "for count."));
  Counter layer(count);
  layer.set_regularizer("count", "l2");
  EXPECT_THAT([&] { build(layer); }, Raises("counter: only a weight that is trained can have a "
                                            "regularizer. Received: one for count."));
}

// A user's layer, whose weights are known once they are made.
class Scale : public Layer {
 public:
  Scale() : Layer("Scale", "scale") {}
  Tensor call(const Tensor& inputs, const CallContext&) override { return factor_ * inputs; }
  void create_weights(const Shape&) override {
    factor_ =
        add_weight({.name = "factor", .shape = {}, .initializer = "ones", .regularizer = L2(1.0f)});
  }

 private:
  Variable factor_;
};

TEST(SetRegularizer, OfAWeightThatIsNotMadeRaisesWhenTheLayerIsBuiltAndCanBeTakenBack) {
  Scale scale;
  scale.set_regularizer("fctor", "l2");
  EXPECT_THAT(
      [&] {
        scale.build({1, 2});
      },
      Raises("scale: there is no weight of this name; did you mean factor? Known are factor. "
             "Received: fctor."));
  EXPECT_FALSE(scale.built());
  scale.set_regularizer("fctor", nullptr);
  scale.build({1, 2});
  EXPECT_THAT(values(scale.losses()), ElementsAre(1));
}

TEST(SetRegularizer, ToNothingBeforeTheWeightIsMadeTakesItsPenaltyAway) {
  Scale scale;
  scale.set_regularizer("factor", nullptr);
  scale.build({1, 2});
  EXPECT_TRUE(scale.losses().empty());
}

TEST(OrthogonalRegularizer, OfAnActivityItCantTakeIsRefusedInTheLayersName) {
  layers::Dense layer({.units = 2, .activity_regularizer = "orthogonal_regularizer", .name = "d"});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({2, 3, 4}));
      },
      Raises<ShapeError>("d: activity: OrthogonalRegularizer takes tensors of rank 2. "
                         "Received: shape=(2, 3, 2)."));
}

TEST(Penalties, OfAnActivityMustBeScalars) {
  layers::Dense layer({.units = 2,
                       .activity_regularizer = [](const Tensor& x) { return ops::abs(x); },
                       .name = "d"});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({1, 3}));
      },
      Raises<ShapeError>("d: activity: a regularizer must return a scalar. Received: "
                         "shape=(1, 2) from a callable."));
}

TEST(OrthogonalRegularizer, IsRefusedOnALayerItCantServeWhenThatIsBuilt) {
  class Cube : public Layer {
   public:
    Cube() : Layer("Cube", "cube") {}
    void create_weights(const Shape&) override {
      add_weight({.name = "kernel", .shape = {2, 2, 2}, .regularizer = "orthogonal_regularizer"});
    }
    Tensor call(const Tensor& inputs, const CallContext&) override { return inputs; }
  };
  Cube cube;
  EXPECT_THAT(
      [&] {
        cube.build({1, 2});
      },
      Raises<ShapeError>("cube: kernel: OrthogonalRegularizer takes tensors of rank 2. Received: "
                         "shape=(2, 2, 2)."));
  EXPECT_FALSE(cube.built());
}

}  // namespace
}  // namespace strata
