// A penalty, activation or loss that leaves the tape would count in the reported loss and train
// nothing. The first step refuses it by name, and leaves the model unchanged.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/layers/activation.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/input.hpp"
#include "strata/losses/formula_loss.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/group_lasso.hpp"
#include "strata/regularizers/hoyer_square.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/nuclear_norm.hpp"
#include "strata/regularizers/orthogonal.hpp"
#include "strata/regularizers/soft_orthogonal.hpp"
#include "strata/regularizers/sparse_group_lasso.hpp"
#include "strata/regularizers/spectral_norm.hpp"
#include "strata/regularizers/sum.hpp"
#include "strata/regularizers/total_variation.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using layers::Dense;
using layers::Input;
using optimizers::SGD;

const Tensor kX({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
const Tensor kY({4, 1}, {1, 2, 3, 4});

Tensor by_ops(const Tensor& w) { return 10.0f * ops::sum(ops::abs(w)); }

Tensor by_values(const Tensor& w) {
  float sum = 0.0f;
  for (const float v : w.values()) sum += std::abs(v);
  return Tensor(10.0f * sum);
}

Tensor by_item(const Tensor& w) { return ops::sum(ops::square(w)).item(); }
Tensor by_stop_gradient(const Tensor& w) { return by_ops(ops::stop_gradient(w)); }
Tensor by_sign(const Tensor& w) { return ops::sum(ops::square(ops::greater(w, -100.0f))); }

// A penalty that is reported but not trained, on purpose.
class Reported : public Regularizer {
 public:
  Tensor operator()(const Tensor& x) const override { return by_values(x); }
  bool constant() const override { return true; }
};

class Silent : public Regularizer {
 public:
  Tensor operator()(const Tensor& x) const override { return by_values(x); }
};

Sequential model_with(layers::DenseOptions options) {
  options.name = "head";
  options.units = 1;
  Sequential model({Input({2}), Dense({.units = 2, .name = "first"}), Dense(options)});
  model.compile({.optimizer = SGD({.learning_rate = 0.001f}), .loss = "mse"});
  return model;
}

std::string penalty_rule(const std::string& owner, const std::string& value,
                         const std::string& rule = "a callable") {
  return owner +
         " regularizer: a penalty must depend on its tensor by ops, or it counts in the loss and "
         "trains nothing; values(), item(), ops::stop_gradient and ops with gradient 0 leave the "
         "tape. Received: " +
         value + ", which has no gradient, from " + rule + ".";
}

TEST(SilentGradient, OfAKernelsPenaltyIsRefusedByFitByName) {
  for (const auto& rule : {by_values, by_stop_gradient}) {
    Sequential model = model_with({.units = 1, .kernel_regularizer = rule});
    model.set_weights({ops::ones({2, 2}), ops::zeros({2}), ops::ones({2, 1}), ops::zeros({1})});
    EXPECT_THAT([&] { model.fit(kX, kY, {.verbose = 0}); },
                Raises<InvalidArgument>(penalty_rule("head: kernel", "20")));
  }
}

TEST(SilentGradient, IsRefusedHoweverThePenaltyLeftTheTape) {
  for (const auto& rule : {by_values, by_item, by_stop_gradient, by_sign}) {
    Sequential model = model_with({.units = 1, .kernel_regularizer = rule});
    EXPECT_THROW(model.train_on_batch(kX, kY), InvalidArgument);
  }
  Sequential model = model_with({.units = 1, .kernel_regularizer = Silent()});
  EXPECT_THROW(model.train_on_batch(kX, kY), InvalidArgument);
}

TEST(SilentGradient, OfABiasAndAnActivityIsRefusedToo) {
  Sequential bias =
      model_with({.units = 1, .bias_initializer = "ones", .bias_regularizer = by_values});
  EXPECT_THAT([&] { bias.train_on_batch(kX, kY); },
              Raises<InvalidArgument>(penalty_rule("head: bias", "10")));
  Sequential activity = model_with({.units = 1, .activity_regularizer = by_values});
  EXPECT_THROW(activity.train_on_batch(kX, kY), InvalidArgument);
}

TEST(SilentGradient, OfAPenaltySetLaterIsRefused) {
  Sequential model = model_with({.units = 1});
  model.train_on_batch(kX, kY);
  model.sublayers().back()->set_regularizer("kernel", by_values);
  EXPECT_THROW(model.train_on_batch(kX, kY), InvalidArgument);
}

TEST(SilentGradient, LeavesTheModelAsItWas) {
  auto optimizer = std::make_shared<optimizers::Adam>();
  Sequential model({Input({2}), layers::BatchNormalization(),
                    Dense({.units = 1, .kernel_regularizer = by_values})});
  model.compile({.optimizer = optimizer, .loss = "mse"});
  const std::vector<Tensor> before = model.get_weights();
  EXPECT_THROW(model.fit(kX, kY, {.verbose = 0}), InvalidArgument);
  EXPECT_THROW(model.train_on_batch(kX, kY), InvalidArgument);
  const std::vector<Tensor> after = model.get_weights();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_THAT(after[i], IsClose(before[i], 0.0));
  EXPECT_EQ(optimizer->iterations(), 0);
  model.sublayers().back()->set_regularizer("kernel", by_ops);
  model.train_on_batch(kX, kY);
  EXPECT_EQ(optimizer->iterations(), 1);
}

TEST(SilentGradient, LeavesWhatWasNotBuiltUnbuilt) {
  Sequential model({Dense({.units = 1, .kernel_regularizer = by_values})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_THROW(model.fit(kX, kY, {.verbose = 0}), InvalidArgument);
  EXPECT_FALSE(model.built());
}

TEST(SilentGradient, IsSeenInAnOwnTrainingLoop) {
  Dense layer(
      {.units = 1, .kernel_initializer = "ones", .kernel_regularizer = by_values, .name = "own"});
  layer.build({4, 2});
  GradientTape tape;
  layer(kX);
  EXPECT_THAT([&] { layer.losses(); }, Raises<InvalidArgument>(penalty_rule("own: kernel", "20")));
}

TEST(SilentGradient, IsNoErrorWhereNoTapeRecords) {
  Sequential model = model_with({.units = 1, .kernel_regularizer = by_values});
  EXPECT_NO_THROW(model.evaluate(kX, kY, {.verbose = 0}));
  EXPECT_NO_THROW(model.losses());
}

TEST(SilentGradient, IsNoErrorOfAPenaltyOfZero) {
  const std::vector<RegularizerSpec> rules = {
      [](const Tensor&) { return Tensor(0.0f); },
      [](const Tensor& w) { return 0.0f * ops::sum(w); },
      regularizers::L2(0.0f),
      regularizers::L1L2({.l1 = 0.0f, .l2 = 0.0f}),
      regularizers::OrthogonalRegularizer({.factor = 0.0f}),
      regularizers::GroupLasso({.factor = 0.0f, .groups = -1}),
      regularizers::SparseGroupLasso({.l1 = 0.0f, .factor = 0.0f, .groups = -1}),
      regularizers::SpectralNorm(0.0f),
      regularizers::NuclearNorm(0.0f),
      regularizers::SoftOrthogonal(0.0f),
      regularizers::HoyerSquare(0.0f),
      regularizers::TotalVariation({.factor = 0.0f, .axes = -1}),
      regularizers::Sum({regularizers::L2(0.0f), regularizers::HoyerSquare(0.0f)}),
  };
  for (const RegularizerSpec& rule : rules) {
    Sequential model =
        model_with({.units = 1, .kernel_regularizer = rule, .activity_regularizer = rule});
    EXPECT_NO_THROW(model.train_on_batch(kX, kY));
  }
}

TEST(SilentGradient, IsNoErrorOfARuleThatSaysThatItIsConstant) {
  Sequential model = model_with({.units = 1, .kernel_regularizer = Reported()});
  EXPECT_NO_THROW(model.fit(kX, kY, {.verbose = 0}));
}

TEST(SilentGradient, IsNoErrorBehindFrozenLayersOrOnInputs) {
  Sequential model({Input({2}), layers::Dropout({.rate = 0.1f, .activity_regularizer = by_values}),
                    Dense({.units = 2, .activity_regularizer = by_values}), Dense({.units = 1})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.sublayers()[1]->set_trainable(false);
  EXPECT_NO_THROW(model.train_on_batch(kX, kY));
  model.sublayers()[1]->set_trainable(true);
  EXPECT_THROW(model.train_on_batch(kX, kY), InvalidArgument);
}

TEST(SilentGradient, IsNoErrorInAModelThatIsFrozen) {
  Sequential model = model_with({.units = 1,
                                 .activation = ops::stop_gradient,
                                 .kernel_regularizer = by_values,
                                 .activity_regularizer = by_values});
  model.set_trainable(false);
  EXPECT_NO_THROW(model.train_on_batch(kX, kY));
}

TEST(SilentGradient, IsNoErrorOfAnEmptyBatch) {
  Dense layer({.units = 1, .activity_regularizer = [](const Tensor&) { return Tensor(3.0f); }});
  layer.build({4, 2});
  GradientTape tape;
  EXPECT_NO_THROW(layer(ops::zeros({0, 2})));
}

TEST(SilentGradient, IsNoErrorWhereARuleReadsTheWeightByItself) {
  auto layer = std::make_shared<Dense>(Dense({.units = 1}));
  layer->build({4, 2});
  layer->set_regularizer("kernel", [layer = layer.get()](const Tensor&) {
    return ops::sum(ops::square(layer->kernel()));
  });
  GradientTape tape;
  EXPECT_NO_THROW(layer->losses());
}

TEST(SilentGradient, IsNoErrorOfADistanceFromTheStart) {
  Dense layer({.units = 1});
  layer.build({4, 2});
  const Tensor start = layer.kernel();
  layer.kernel().assign(ops::ones({2, 1}));
  layer.set_regularizer("kernel",
                        [=](const Tensor& w) { return ops::sum(ops::square(w - start)); });
  GradientTape tape;
  const Tensor gradient = tape.gradient(layer.losses()[0], layer.kernel());
  EXPECT_THAT(gradient, IsClose(2.0f * (ops::ones({2, 1}) - start)));
}

TEST(SilentGradient, IsRefusedWhereAPenaltyDependsOnAnotherWeightOnly) {
  const Variable other("other", 3.0f);
  Sequential model = model_with(
      {.units = 1, .kernel_regularizer = [=](const Tensor&) { return ops::square(other); }});
  EXPECT_THROW(model.train_on_batch(kX, kY), InvalidArgument);
}

TEST(SilentGradient, OfAPenaltyOnLongWaysBackIsFound) {
  const auto long_way = [](const Tensor& w) {
    Tensor x = w;
    for (int i = 0; i < 50; ++i) x = x + ops::tanh(x) * 0.01f;
    return ops::sum(ops::square(x));
  };
  Sequential model =
      model_with({.units = 1, .kernel_regularizer = long_way, .activity_regularizer = long_way});
  EXPECT_NO_THROW(model.train_on_batch(kX, kY));
}

// ---- activations

const std::string kActivationRule =
    "an activation must depend on its input by ops, or nothing before it is trained; values(), "
    "item(), ops::stop_gradient and ops with gradient 0 leave the tape. Received: a result without "
    "a gradient.";

Tensor silent_relu(const Tensor& x) {
  std::vector<float> values(x.values().begin(), x.values().end());
  for (float& value : values) value = std::max(value, 0.0f);
  return {x.shape(), values};
}

class SilentActivation : public Activation {
 public:
  Tensor operator()(const Tensor& x) const override { return silent_relu(x); }
};

TEST(SilentGradient, OfAnActivationIsRefusedByName) {
  for (const ActivationSpec& activation :
       {ActivationSpec(silent_relu), ActivationSpec(SilentActivation())}) {
    Sequential model = model_with({.units = 1, .activation = activation});
    EXPECT_THAT([&] { model.train_on_batch(kX, kY); },
                Raises<InvalidArgument>("head: " + kActivationRule));
  }
}

TEST(SilentGradient, OfAnActivationIsRefusedInEveryLayerThatTakesOne) {
  const auto refused = [](LayerHandle layer, const Shape& input) {
    Sequential model({Input(input), std::move(layer), layers::Flatten(), Dense({.units = 1})});
    model.compile({.optimizer = "sgd", .loss = "mse"});
    const Shape batch = input.rank() == 1 ? Shape{4, input[0]} : Shape{4, input[0], input[1]};
    EXPECT_THROW(model.train_on_batch(ops::ones(batch), kY), InvalidArgument);
  };
  refused(layers::Conv1D({.filters = 2, .kernel_size = 2, .activation = silent_relu}), {4, 2});
  refused(Dense({.units = 2, .activation = silent_relu}), {3});
}

TEST(SilentGradient, OfAnActivationLayerIsRefusedBehindWeightsOnly) {
  const layers::ActivationOptions options{.activation = silent_relu, .name = "act"};
  Sequential first({Input({2}), layers::Activation(options), Dense({.units = 1})});
  first.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_NO_THROW(first.train_on_batch(kX, kY));
  Sequential later(
      {Input({2}), Dense({.units = 2}), layers::Activation(options), Dense({.units = 1})});
  later.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_THAT([&] { later.train_on_batch(kX, kY); },
              Raises<InvalidArgument>("act: " + kActivationRule));
}

TEST(SilentGradient, OfAnActivationThatAnOwnLayerCallsIsRefused) {
  const Variable w("w", Tensor({2}, {1, 2}));
  GradientTape tape;
  for (const ActivationSpec& activation :
       {ActivationSpec(silent_relu), ActivationSpec(SilentActivation())}) {
    EXPECT_THAT([&] { activation(w); }, Raises<InvalidArgument>("Activation: " + kActivationRule));
  }
  EXPECT_NO_THROW(ActivationSpec("relu")(w));
}

TEST(SilentGradient, IsNoErrorOfAnActivationThatLeavesTheTapeInPart) {
  const auto straight_through = [](const Tensor& x) {
    return x + ops::stop_gradient(ops::sign(x) - x);
  };
  Sequential model = model_with({.units = 1, .activation = straight_through});
  EXPECT_NO_THROW(model.train_on_batch(kX, kY));
}

// ---- losses

Sequential model_of_loss(const LossSpec& loss, const RegularizerSpec& rule = nullptr) {
  Sequential model(
      {.layers = {Input({2}), Dense({.units = 1, .kernel_regularizer = rule})}, .name = "net"});
  model.compile({.optimizer = "sgd", .loss = loss});
  return model;
}

TEST(SilentGradient, OfALossIsRefusedByName) {
  const auto silent = [](const Tensor& y, const Tensor& p) -> Tensor {
    return ops::mean(ops::square(y - ops::stop_gradient(p))).item() + 1.0f;
  };
  for (const RegularizerSpec& rule : {RegularizerSpec(), RegularizerSpec("l2")}) {
    Sequential model = model_of_loss(silent, rule);
    EXPECT_THAT([&] { model.fit(kX, kY, {.verbose = 0}); },
                Raises<InvalidArgument>(
                    "lambda: a loss must depend on the predictions by ops, or it trains nothing; "
                    "values(), item(), ops::stop_gradient and ops with gradient 0 leave the tape. "
                    "Received: values of shape () without a gradient."));
  }
}

class SilentLoss : public Loss {
 protected:
  Tensor call(const Tensor& y, const Tensor& p) const override {
    return ops::mean(ops::square(y - ops::stop_gradient(p)), -1) + 1.0f;
  }
};

TEST(SilentGradient, OfALossIsRefusedInAnOwnTrainingLoop) {
  Dense layer({.units = 1});
  GradientTape tape;
  const Tensor predictions = layer(kX);
  EXPECT_THROW(SilentLoss()(kY, predictions), InvalidArgument);
  EXPECT_NO_THROW(SilentLoss()(kY, ops::stop_gradient(predictions)));
}

class Leaving : public Layer {
 public:
  Leaving() { mark_built(); }
  Tensor call(const Tensor& inputs, const CallContext&) override { return silent_relu(inputs); }
};

TEST(SilentGradient, OfALastLayerIsRefused) {
  for (const RegularizerSpec& rule : {RegularizerSpec(), RegularizerSpec("l2")}) {
    Sequential model(
        {.layers = {Input({2}), Dense({.units = 1, .kernel_regularizer = rule}), Leaving()},
         .name = "net"});
    model.compile({.optimizer = "sgd", .loss = "mse"});
    model.set_weights({ops::zeros({2, 1}), ops::ones({1})});
    EXPECT_THAT(
        [&] {
          model.train_on_batch(kX, Tensor({4, 1}, {2, 2, 2, 2}));
        },
        Raises<InvalidArgument>(
            "net: the outputs must depend on the trainable weights by ops, or the data "
            "loss trains nothing; values(), item(), ops::stop_gradient and ops with "
            "gradient 0 leave the tape. Received: outputs without a gradient, a data loss "
            "of 1."));
    model.set_trainable(false);
    EXPECT_NO_THROW(model.train_on_batch(kX, kY));
  }
}

// Trains by a loss of its own and hands on its inputs.
class TrainsAside : public Layer {
 public:
  TrainsAside() : distance_(add_weight({.name = "distance", .shape = {}, .initializer = "ones"})) {
    mark_built();
  }
  Tensor call(const Tensor& inputs, const CallContext&) override {
    add_loss(ops::square(distance_));
    return inputs;
  }

 private:
  Variable distance_;
};

TEST(SilentGradient, IsNoErrorOfAModelThatHandsOnItsInputs) {
  Sequential model({Input({2}), TrainsAside()});
  model.compile({.optimizer = SGD({.learning_rate = 0.25f}), .loss = "mse"});
  EXPECT_NO_THROW(model.train_on_batch(kX, 2.0f * kX));
  EXPECT_THAT(model.get_weights().front(), IsClose(Tensor(0.5f)));
}

TEST(SilentGradient, OfALastLayerIsRefusedBesideALossOfAnother) {
  Sequential model({Input({2}), TrainsAside(), Leaving()});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_THROW(model.train_on_batch(kX, 2.0f * kX), InvalidArgument);
}

TEST(SilentGradient, IsNoErrorOfALossOfZero) {
  Sequential model = model_of_loss([](const Tensor&, const Tensor&) { return Tensor(0.0f); }, "l2");
  EXPECT_NO_THROW(model.train_on_batch(kX, kY));
}

TEST(SilentGradient, IsNoErrorWithLossWeightsOrSampleWeightsOfZero) {
  Sequential model({Input({2}), Dense({.units = 1, .kernel_regularizer = "l2"})});
  model.compile({.optimizer = "sgd", .loss = "mse", .loss_weights = 0.0f});
  EXPECT_NO_THROW(model.train_on_batch(kX, kY));
  EXPECT_NO_THROW(model.train_on_batch(kX, kY, {.sample_weight = ops::zeros({4})}));
}

}  // namespace
}  // namespace strata::testing
