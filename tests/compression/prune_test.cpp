// prune: which weights become zero, and that they stay so.
#include "strata/compression/prune.hpp"

#include <gtest/gtest.h>

#include "strata/compression/shrink.hpp"
#include "strata/constraints/chain.hpp"
#include "strata/constraints/keep_zeros.hpp"
#include "strata/constraints/non_neg.hpp"
#include "strata/layers/bidirectional.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/depthwise_convolution.hpp"
#include "strata/layers/gru.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/lstm.hpp"
#include "strata/layers/rnn.hpp"
#include "strata/layers/spectral_normalization.hpp"
#include "strata/layers/time_distributed.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/saving/register_serializable.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace prune_test {
namespace {

using layers::Dense;
using layers::Input;

Sequential two_layers(const ConstraintSpec& constraint = {}) {
  Sequential model({Input({2}),
                    Dense({.units = 2, .kernel_constraint = constraint, .name = "first"}),
                    Dense({.units = 2, .name = "second"})});
  model.set_weights({Tensor({2, 2}, {1, 2, 3, 4}), ops::zeros({2}),
                     Tensor({2, 2}, {-50, 6, 5, -70}), ops::zeros({2})});
  return model;
}

Tensor kernel(const PrunedModel& pruned, const char* layer) {
  return pruned.model->get_layer(layer).weight("kernel");
}

TEST(Prune, TakesTheSmallestOfTheWholeModel) {
  const PrunedModel pruned = prune(two_layers(), {.share = 0.5f});
  EXPECT_THAT(kernel(pruned, "first"), IsClose(ops::zeros({2, 2})));
  EXPECT_THAT(kernel(pruned, "second"), IsClose(Tensor({2, 2}, {-50, 6, 5, -70})));
  ASSERT_EQ(pruned.weights.size(), 2U);
  EXPECT_EQ(pruned.weights[0].weight, "first/kernel");
  EXPECT_EQ(pruned.weights[0].pruned, (ZeroCount{4, 4}));
  EXPECT_EQ(pruned.weights[1].pruned, (ZeroCount{0, 4}));
  EXPECT_FALSE(pruned.model->compiled());
}

TEST(Prune, TakesTheSmallestOfEachLayer) {
  const PrunedModel pruned = prune(two_layers(), {.share = 0.5f, .by = "layer"});
  EXPECT_THAT(kernel(pruned, "first"), IsClose(Tensor({2, 2}, {0, 0, 3, 4})));
  EXPECT_THAT(kernel(pruned, "second"), IsClose(Tensor({2, 2}, {-50, 0, 0, -70})));
}

TEST(Prune, TakesGroups) {
  const PruneOptions inputs{.share = 0.5f, .by = "layer", .structure = "inputs"};
  EXPECT_THAT(kernel(prune(two_layers(), inputs), "first"), IsClose(Tensor({2, 2}, {0, 0, 3, 4})));
  EXPECT_THAT(kernel(prune(two_layers(), inputs), "second"),
              IsClose(Tensor({2, 2}, {0, 0, 5, -70})));
  const PruneOptions outputs{.share = 0.5f, .by = "layer", .structure = "outputs"};
  EXPECT_THAT(kernel(prune(two_layers(), outputs), "second"),
              IsClose(Tensor({2, 2}, {0, 6, 0, -70})));
}

TEST(Prune, TakesAUnitOfAnLstmInAllGates) {
  Sequential model({Input({3, 1}), layers::LSTM({.units = 2, .name = "lstm"})});
  std::vector<Tensor> weights = model.get_weights();
  weights[0] = Tensor({1, 8}, {1, 9, 1, 9, 1, 9, 1, 9});
  model.set_weights(weights);
  const PrunedModel pruned = prune(model, {.share = 0.5f, .by = "layer", .structure = "outputs"});
  EXPECT_THAT(pruned.model->get_weights()[0], IsClose(Tensor({1, 8}, {0, 9, 0, 9, 0, 9, 0, 9})));
}

std::int64_t zeros_of(const Model& model, const std::string& path) {
  for (const WeightSparsity& each : model.sparsity().weights) {
    if (each.weight == path) return each.elements.zeros;
  }
  return -1;
}

// Half of each kernel is zero, stays so in training, and is counted.
void expect_half_pruned(const Sequential& model, const std::vector<std::string>& paths) {
  const PrunedModel pruned = prune(model, {.share = 0.5f, .by = "layer"});
  std::vector<std::string> found;
  for (const PrunedWeight& each : pruned.weights) found.push_back(each.weight);
  EXPECT_EQ(found, paths);
  EXPECT_TRUE(pruned.left.empty());
  pruned.model->compile({.optimizer = "adam", .loss = "mse"});
  const Tensor x = random::Generator(2).normal({4, 3, 2});
  pruned.model->fit(x, ops::zeros((*pruned.model)(x).shape()), {.epochs = 2, .verbose = 0});
  for (const PrunedWeight& each : pruned.weights) {
    EXPECT_EQ(each.pruned.zeros, each.pruned.total / 2) << each.weight;
    EXPECT_EQ(zeros_of(*pruned.model, each.weight), each.pruned.zeros) << each.weight;
  }
}

TEST(Prune, TakesWhatTimeDistributedCalls) {
  expect_half_pruned(Sequential({Input({3, 2}), layers::TimeDistributed(
                                                    {.layer = Dense({.units = 2, .name = "each"}),
                                                     .name = "steps"})}),
                     {"steps/each/kernel"});
}

TEST(Prune, TakesASequentialInsideTimeDistributed) {
  auto inside = std::make_shared<Sequential>(
      SequentialOptions{.layers = {Dense({.units = 2, .name = "each"})}, .name = "inside"});
  expect_half_pruned(
      Sequential({Input({3, 2}),
                  layers::TimeDistributed({.layer = LayerHandle(inside), .name = "steps"})}),
      {"steps/inside/each/kernel"});
}

TEST(Prune, TakesBothDirections) {
  expect_half_pruned(
      Sequential({Input({3, 2}),
                  layers::Bidirectional(
                      {.layer = layers::LSTM({.units = 2, .name = "lstm"}), .name = "both"})}),
      {"both/forward_lstm/kernel", "both/forward_lstm/recurrent_kernel",
       "both/backward_lstm/kernel", "both/backward_lstm/recurrent_kernel"});
}

TEST(Prune, TakesCells) {
  expect_half_pruned(
      Sequential(
          {Input({3, 2}), layers::RNN({.cell = {layers::GRUCell({.units = 2, .name = "first"}),
                                                layers::GRUCell({.units = 4, .name = "second"})},
                                       .name = "rnn"})}),
      {"rnn/stacked_rnn_cells/first/kernel", "rnn/stacked_rnn_cells/first/recurrent_kernel",
       "rnn/stacked_rnn_cells/second/kernel", "rnn/stacked_rnn_cells/second/recurrent_kernel"});
}

TEST(Prune, TakesWhatSpectralNormalizationCalls) {
  expect_half_pruned(Sequential({Input({3, 2}), layers::SpectralNormalization(
                                                    {.layer = Dense({.units = 2, .name = "each"}),
                                                     .name = "normal"})}),
                     {"normal/each/kernel"});
}

// Calls a layer that its config doesn't hold.
class Calls : public Layer {
 public:
  Calls() : Layer("Calls", "calls") { track(dense_); }
  Tensor call(const Tensor& x, const CallContext& context) override {
    return (*dense_)(x, context);
  }
  Shape compute_output_shape(const Shape& input) override {
    return dense_->compute_output_shape(input);
  }
  static Calls from_config(const Config&) { return Calls(); }

 protected:
  void create_weights(const Shape& input) override { dense_->build(input); }

 private:
  std::shared_ptr<Dense> dense_ =
      std::make_shared<Dense>(Dense::Options{.units = 2, .name = "inner"});
};

TEST(Prune, SaysWhichKernelsItLeaves) {
  register_serializable<Calls>({.package = "prune_test", .name = "Calls"});
  const Sequential model({Input({2}), Calls(), Dense({.units = 2, .name = "out"})});
  const PrunedModel pruned = prune(model, {.share = 0.5f});
  EXPECT_EQ(pruned.left, std::vector<std::string>{"calls/inner/kernel"});
  EXPECT_EQ(pruned.weights.size(), 1U);
}

TEST(Prune, RefusesALayerThatAWrapperSharesWithAnother) {
  auto shared = std::make_shared<Dense>(layers::DenseOptions{.units = 2, .name = "shared"});
  Sequential model({Input({3, 2}), layers::TimeDistributed(LayerHandle(shared))});
  model.add(shared);
  EXPECT_THAT([&] { prune(model, {.share = 0.5f}); },
              Raises("prune: a layer must stand in the model once. Received: shared twice."));
}

TEST(Prune, KeepsTheZerosInTrainingAndFiles) {
  const PrunedModel pruned = prune(two_layers(), {.share = 0.5f, .by = "layer"});
  pruned.model->compile({.optimizer = "adam", .loss = "mse"});
  const Tensor x({2, 2}, {1, 2, 3, -4});
  pruned.model->fit(x, x, {.epochs = 3, .verbose = 0});
  const Tensor after = kernel(pruned, "first");
  EXPECT_EQ(after.values()[0], 0.0f);
  EXPECT_EQ(after.values()[1], 0.0f);
  EXPECT_NE(after.values()[2], 3.0f);
  // What is made of the config keeps the zeros of its weights.
  const ShrunkModel again = shrink(*pruned.model);
  const auto* keeps = dynamic_cast<const constraints::KeepZeros*>(
      again.model->get_layer("first").weight("kernel").constraint().get());
  ASSERT_NE(keeps, nullptr);
  EXPECT_EQ(keeps->kept().values()[0], 0.0f);
}

TEST(Prune, PutsItsConstraintBehindAnother) {
  const PrunedModel once = prune(two_layers(constraints::NonNeg()), {.share = 0.25f});
  const PrunedModel twice = prune(*once.model, {.share = 0.25f});
  const auto* chain = dynamic_cast<const constraints::Chain*>(
      twice.model->get_layer("first").weight("kernel").constraint().get());
  ASSERT_NE(chain, nullptr);
  ASSERT_EQ(chain->parts().size(), 2U);
  EXPECT_NE(dynamic_cast<const constraints::NonNeg*>(chain->parts()[0].get()), nullptr);
}

TEST(Prune, RefusesWhatItCanNotTake) {
  EXPECT_THAT([] { prune(two_layers(), {.share = 1.0f}); },
              Raises("prune: share must lie in [0, 1). Received: share=1."));
  EXPECT_THAT([] { prune(two_layers(), {.share = 0.5f, .by = "all"}); },
              Raises("prune: by must be \"model\" or \"layer\". Received: by=all."));
  EXPECT_THAT([] { prune(two_layers(), {.share = 0.5f, .structure = "units"}); },
              Raises("prune: structure must be \"weights\", \"inputs\", \"outputs\" or "
                     "\"filters\". Received: structure=units."));
  EXPECT_THAT([] { prune(Sequential({Dense(2)}), {.share = 0.5f}); },
              Raises("prune: the model must be built. Received: an unbuilt model."));
}

}  // namespace
}  // namespace prune_test
}  // namespace strata::testing
