// What bad input gets: a clear error, and the model as it was.
#include <gtest/gtest.h>

#include <cmath>

#include "strata/callbacks/early_stopping.hpp"
#include "strata/callbacks/lambda_callback.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l2.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::Raises;

class BadInput : public ::testing::Test {
 protected:
  BadInput() {
    model.compile(
        {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
    before = model.get_weights();
  }
  ~BadInput() override {  // whatever happened, the weights are as they were
    for (std::size_t i = 0; i < before.size(); ++i) {
      EXPECT_EQ(testing::relative_gap(model.get_weights()[i], before[i]), 0.0);
    }
    EXPECT_EQ(model.optimizer().iterations(), 0);
  }

  void fit(const Tensor& inputs, const Tensor& targets, FitOptions options = {}) {
    options.verbose = 0;
    model.fit(inputs, targets, options);
  }

  Sequential model{SequentialOptions{
      .layers = {layers::Input({3}),
                 layers::Dense({.units = 4, .activation = "softmax", .name = "head"})},
      .name = "m"}};
  Tensor x = ops::ones({5, 3});
  Tensor y = ops::zeros({5});
  std::vector<Tensor> before;
};

TEST_F(BadInput, WrongRank) {
  EXPECT_THAT(
      [&] {
        fit(ops::ones({5, 3, 1}), y);
      },
      Raises<ShapeError>("m: the inputs must have shape (None, 3). Received: shape=(5, 3, 1)."));
}

TEST_F(BadInput, WrongLastAxis) {
  EXPECT_THAT(
      [&] {
        fit(ops::ones({5, 2}), y);
      },
      Raises<ShapeError>("m: the inputs must have shape (None, 3). Received: shape=(5, 2)."));
}

TEST_F(BadInput, EmptyData) {
  EXPECT_THAT(
      [&] {
        fit(ops::ones({0, 3}), ops::ones({0}));
      },
      Raises<ShapeError>("m.fit: the data must not be empty. Received: x of shape=(0, 3)."));
  EXPECT_THAT([&] { fit({}, y); },
              Raises("m.fit: x must be defined. Received: an undefined tensor."));
}

TEST_F(BadInput, DifferentLengths) {
  EXPECT_THAT([&] { fit(x, ops::zeros({4})); },
              Raises<ShapeError>("m.fit: x and y must have the same number of samples. Received: 5 "
                                 "in x, y of shape=(4,)."));
  EXPECT_THAT(
      [&] { fit(x, y, {.sample_weight = ops::ones({6})}); },
      Raises<ShapeError>(
          "m.fit: x and sample_weight must have the same number of samples. Received: 5 in x, "
          "sample_weight of shape=(6,)."));
}

TEST_F(BadInput, BadOptions) {
  EXPECT_THAT([&] { fit(x, y, {.batch_size = 0}); },
              Raises("m.fit: batch_size must be at least 1. Received: batch_size=0."));
  EXPECT_THAT([&] { fit(x, y, {.epochs = -1}); },
              Raises("m.fit: epochs must not be negative. Received: epochs=-1."));
  EXPECT_THAT(
      [&] { fit(x, y, {.validation_split = 1.5f}); },
      Raises("m.fit: validation_split must lie in [0, 1). Received: validation_split=1.5."));
  EXPECT_THAT([&] { fit(x, y, {.validation_split = 0.9f}); },
              Raises("m.fit: validation_split must leave samples on both sides. Received: "
                     "validation_split=0.9 of 5 "
                     "samples."));
  EXPECT_THAT([&] { fit(x, y, {.callbacks = {nullptr}}); },
              Raises("m.fit: callbacks must not be null. Received: a null callback."));
  EXPECT_THAT([&] { fit(x, y, {.validation_freq = 0}); },
              Raises("m.fit: validation_freq must be at least 1. Received: validation_freq=0."));
  EXPECT_THAT([&] { model.fit(x, y, {.verbose = 3}); },
              Raises("m.fit: verbose must be 0, 1 or 2. Received: verbose=3."));
}

TEST_F(BadInput, BothKindsOfWeights) {
  EXPECT_THAT(
      [&] {
        fit(x, y, {.class_weight = {{0, 1.0f}}, .sample_weight = ops::ones({5})});
      },
      Raises("m.fit: class_weight and sample_weight can't both be given. Received: both."));
}

TEST_F(BadInput, LabelsThatNoClassWeightCanMean) {
  const Tensor labels({5}, {0.0f, 1.0f, NAN, 0.0f, 1.0f});
  EXPECT_THAT(
      [&] {
        fit(x, labels, {.class_weight = {{0, 2.0f}}});
      },
      Raises("m.fit: class_weight needs finite labels. Received: nan."));
}

TEST_F(BadInput, LossWeightsThatWeighNothing) {
  EXPECT_THAT([&] { model.compile({.optimizer = "sgd", .loss_weights = 2.0f}); },
              Raises("m.compile: loss_weights needs a loss to weigh. Received: loss_weights=2 and "
                     "no loss."));
  EXPECT_THAT([&] { model.compile({.optimizer = "sgd", .loss = "mse", .loss_weights = NAN}); },
              Raises("m.compile: loss_weights must be a finite number. Received: nan."));
}

TEST_F(BadInput, MissingTargets) {
  EXPECT_THAT([&] { fit(x, {}); }, Raises("m: the loss needs targets. Received: an undefined y."));
}

TEST_F(BadInput, ValidationDataThatDoesNotFit) {
  EXPECT_THAT(
      [&] {
        fit(x, y, {.validation_data = {ops::ones({2, 7}), ops::zeros({2})}});
      },
      Raises<ShapeError>("m: the inputs must have shape (None, 3). Received: shape=(2, 7)."));
}

TEST_F(BadInput, ValidationDataWithoutX) {
  EXPECT_THAT(
      [&] {
        fit(x, y, {.validation_data = {{}, y}});
      },
      Raises("m.fit: validation_data needs an x. Received: y alone."));
  EXPECT_THAT(
      [&] {
        fit(x, y, {.validation_data = {{}, {}, y}});
      },
      Raises("m.fit: validation_data needs an x. Received: sample_weight alone."));
}

TEST_F(BadInput, ValidationDataWithoutTargets) {
  EXPECT_THAT(
      [&] {
        fit(x, y, {.validation_data = {x, {}}});
      },
      Raises("m: the loss needs targets. Received: an undefined y."));
}

TEST_F(BadInput, ValidationWeightsThatFitNoLoss) {
  EXPECT_THAT(
      [&] {
        fit(x, y, {.validation_data = {ops::ones({4, 3}), ops::zeros({4}), ops::ones({4, 3})}});
      },
      Raises<ShapeError>("SparseCategoricalCrossentropy: sample_weight must have one weight per "
                         "sample, or one per "
                         "value. Received: sample_weight.shape=(4, 3), values of shape (4,)."));
}

TEST_F(BadInput, TargetsThatAMetricCantTake) {
  model.compile({.optimizer = "adam", .loss = "mse", .metrics = {"sparse_categorical_accuracy"}});
  EXPECT_THROW(fit(x, ops::zeros({5, 4})), ShapeError);
}

TEST_F(BadInput, ValidationTargetsThatAMetricCantTake) {
  const auto loss = [](const Tensor&, const Tensor& predictions) { return ops::mean(predictions); };
  model.compile({.optimizer = "adam", .loss = loss, .metrics = {"sparse_categorical_accuracy"}});
  EXPECT_THROW(fit(x, y, {.validation_data = {x, ops::zeros({5, 4})}}), ShapeError);
}

TEST_F(BadInput, AMonitorWhoseDirectionIsUnknown) {
  const auto stopping = std::make_shared<callbacks::EarlyStopping>(
      callbacks::EarlyStoppingOptions{.monitor = "val_foo"});
  EXPECT_THAT([&] { fit(x, y, {.callbacks = {stopping}}); },
              Raises("EarlyStopping: mode \"auto\" can't tell whether more is better; pass mode "
                     "\"min\" or \"max\". Received: monitor=val_foo."));
}

TEST_F(BadInput, AMisspeltMonitorGetsTheNearestLog) {
  const auto stopping = std::make_shared<callbacks::EarlyStopping>(
      callbacks::EarlyStoppingOptions{.monitor = "value_loss"});
  EXPECT_THAT([&] { fit(x, y, {.callbacks = {stopping}}); },
              Raises("EarlyStopping: mode \"auto\" can't tell whether more is better (did you mean "
                     "val_loss?); pass mode \"min\" or \"max\". Received: monitor=value_loss."));
}

TEST_F(BadInput, ANonFiniteDataLossIsNamedBeforeTheUpdate) {
  EXPECT_THAT(
      [&] {
        fit(ops::full({5, 3}, NAN), y);
      },
      Raises<StateError>(
          "m: the total loss must be finite; the first term that is not is the data loss. "
          "Received: nan in step 1."));
}

TEST_F(BadInput, ARegularizerThatReturnsNoScalarIsNamed) {
  model.get_layer("head").set_regularizer("kernel", [](const Tensor& w) { return ops::abs(w); });
  EXPECT_THAT([&] { fit(x, y); },
              Raises<ShapeError>("head: kernel: a regularizer must return a scalar. Received: "
                                 "shape=(3, 4) from a callable."));
}

TEST_F(BadInput, ANonFinitePenaltyIsNamed) {
  model.get_layer("head").set_regularizer(
      "bias", [](const Tensor& b) { return ops::sum(b) + std::nanf(""); });
  EXPECT_THAT(
      [&] { fit(x, y); },
      Raises<StateError>(
          "m: the total loss must be finite; the first term that is not is the bias penalty of "
          "head. Received: nan in step 1."));
}

TEST_F(BadInput, ANonFiniteGradientOfAFiniteLossIsNamed) {
  Layer& head = model.get_layer("head");
  head.set_weights({ops::zeros({3, 4}), ops::zeros({4})});
  before = model.get_weights();
  head.set_regularizer("kernel",
                       [](const Tensor& w) { return ops::sqrt(ops::sum(ops::square(w))); });
  EXPECT_THAT([&] { fit(x, y); },
              Raises<StateError>(
                  "m: the gradients must be finite; that of head: kernel is not, because of the "
                  "kernel penalty of head. Received: nan in step 1."));
}

TEST_F(BadInput, ANonFiniteSumOfFiniteTermsIsNoTermsFault) {
  const auto huge = [](const Tensor& w) { return 3e38f + 0.0f * ops::sum(w); };
  model.get_layer("head").set_regularizer("kernel", huge);
  model.get_layer("head").set_regularizer("bias", huge);
  EXPECT_THAT(
      [&] { fit(x, y); },
      Raises<StateError>("m: the total loss must be finite; each of its terms is, their sum "
                         "is not. Received: inf in step 1."));
}

// The data loss is 0; each penalty is a factor times the kernel's sum, until one isn't finite.
class Divergence : public ::testing::Test {
 protected:
  Divergence() {
    model.set_weights({Tensor({1, 1}, {2}), Tensor({1}, {0})});
    model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.0f}), .loss = "mse"});
    head().set_regularizer("bias", [](const Tensor& b) { return ops::sum(b) - 3.0f; });
    model.train_on_batch(x, y);
  }
  Layer& head() { return model.get_layer("head"); }

  Sequential model{SequentialOptions{
      .layers = {layers::Input({1}),
                 layers::Dense(
                     {.units = 1, .kernel_regularizer = regularizers::L2(0.5f), .name = "head"})},
      .name = "m"}};
  const Tensor x = ops::ones({2, 1});
  const Tensor y = ops::full({2, 1}, 3.0f);
};

TEST_F(Divergence, NamesTheLargestTermOfTheStepBefore) {
  EXPECT_THAT(
      [&] {
        model.train_on_batch(x, ops::full({2, 1}, 1e30f));
      },
      Raises<StateError>(
          "m: the total loss must be finite; the first term that is not is the data loss; "
          "in step 1 the largest was the bias penalty of head, -3. Received: inf in step "
          "2."));
}

TEST_F(Divergence, NamesTheStepBeforeAmongThoseOfAFit) {
  int batch = 0;
  callbacks::LambdaCallbackOptions hooks;
  hooks.on_train_batch_begin = [&](int, const Logs&) {
    if (++batch == 3)
      head().set_regularizer("kernel", [](const Tensor& w) { return ops::sum(w) / 0.0f; });
  };
  EXPECT_THAT(
      [&] {
        model.fit(x, ops::full({2, 1}, 7.0f),
                  {.epochs = 5,
                   .verbose = 0,
                   .callbacks = {std::make_shared<callbacks::LambdaCallback>(hooks)}});
      },
      Raises<StateError>(
          "m: the total loss must be finite; the first term that is not is the kernel penalty of "
          "head; in step 3 the largest was the data loss, 25. Received: inf in step 4."));
}

TEST_F(Divergence, NamesItForASumAndForAGradient) {
  const auto huge = [](const Tensor& w) { return 3e38f + 0.0f * ops::sum(w); };
  head().set_regularizer("kernel", huge);
  head().set_regularizer("bias", huge);
  EXPECT_THAT([&] { model.train_on_batch(x, y); },
              Raises<StateError>(
                  "m: the total loss must be finite; each of its terms is, their sum is not; in "
                  "step 1 the largest was the bias penalty of head, -3. Received: inf in step 2."));
  head().set_regularizer("kernel", nullptr);
  head().set_regularizer("bias", [](const Tensor& b) { return ops::sqrt(ops::sum(b)); });
  EXPECT_THAT(
      [&] { model.train_on_batch(x, y); },
      Raises<StateError>(
          "m: the gradients must be finite; that of head: bias is not, because of the bias penalty "
          "of head; in step 1 the largest was a penalty, -3. Received: inf in step 2."));
}

class UnbuiltModel : public ::testing::Test {
 protected:
  UnbuiltModel() {
    model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy"});
  }
  ~UnbuiltModel() override {  // nothing was built, and data of another width is welcome
    EXPECT_FALSE(model.built());
    EXPECT_TRUE(model.weights().empty());
    EXPECT_NO_THROW(model.fit(ops::ones({5, 7}), ops::zeros({5}), {.verbose = 0}));
  }

  Sequential model{
      SequentialOptions{.layers = {layers::Dense({.units = 4, .activation = "softmax"})}}};
  Tensor x = ops::ones({5, 3});
};

TEST_F(UnbuiltModel, StaysSoWhenTargetsAreRefused) {
  const Tensor sevens = ops::full({5}, 7.0f);
  EXPECT_ANY_THROW(model.fit(x, sevens, {.verbose = 0}));
  EXPECT_ANY_THROW(model.evaluate(x, sevens, {.verbose = 0}));
  EXPECT_ANY_THROW(model.train_on_batch(x, sevens));
  EXPECT_ANY_THROW(model.test_on_batch(x, sevens));
}

TEST_F(UnbuiltModel, StaysSoWhenTheFirstStepFails) {
  EXPECT_THROW(model.fit(ops::full({5, 3}, NAN), ops::zeros({5}), {.verbose = 0}), StateError);
}

TEST_F(UnbuiltModel, StaysSoWhenAskedForItsOutputsShape) {
  EXPECT_EQ(model.compute_output_shape({Shape::kUnknown, 3}), (Shape{Shape::kUnknown, 4}));
}

TEST(Uncompiled, CantBeTrained) {
  Sequential model({.layers = {layers::Input({3}), layers::Dense({.units = 1})}, .name = "m"});
  const auto text = "m: call compile() first. Received: a model that is not compiled.";
  EXPECT_THAT([&] { model.fit(ops::ones({1, 3}), ops::ones({1, 1})); }, Raises<StateError>(text));
  EXPECT_THAT(
      [&] {
        model.evaluate(ops::ones({1, 3}), ops::ones({1, 1}));
      },
      Raises<StateError>(text));
  EXPECT_THAT(
      [&] {
        model.train_on_batch(ops::ones({1, 3}), ops::ones({1, 1}));
      },
      Raises<StateError>(text));
}

TEST(SetWeights, ChangesNothingUnlessAllFit) {
  layers::Dense layer({.units = 2, .name = "d"});
  layer.build({1, 3});
  const Tensor before = layer.get_weights()[0];
  EXPECT_THAT(
      [&] {
        layer.set_weights({ops::ones({3, 2}), ops::ones({3})});
      },
      Raises<ShapeError>("d: weight bias has shape (2,). Received: shape=(3,)."));
  EXPECT_THAT(
      [&] {
        layer.set_weights({ops::ones({3, 2})});
      },
      Raises<ShapeError>("d: set_weights takes one tensor a weight, 2. Received: 1."));
  EXPECT_EQ(testing::relative_gap(layer.get_weights()[0], before), 0.0);
}

TEST(Dense, RejectsWhatItCantTake) {
  EXPECT_THAT([] { layers::Dense({.units = -3}); },
              Raises("Dense: units must be a positive integer. Received: units=-3."));
  layers::Dense layer({.units = 2, .name = "d"});
  EXPECT_THAT([&] { layer(ops::ones({3})); },
              Raises<ShapeError>("d: the input must have rank >= 2. Received: shape=(3,)."));
  layer(ops::ones({1, 3}));
  EXPECT_THAT(
      [&] {
        layer(ops::ones({1, 4}));
      },
      Raises<ShapeError>("d: the input's last axis must be 3, as when the layer was built. "
                         "Received: shape=(1, 4)."));
  EXPECT_THAT([&] { layers::Dense({.units = 1, .name = "a/b"}); },
              Raises("Layer: a name must not contain '/'. Received: name=a/b."));
}

}  // namespace
}  // namespace strata
