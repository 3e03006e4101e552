// Embedding: rows, their gradients, initial weights and errors. layer_golden_test.cpp has Keras's
// values.
#include "strata/layers/embedding.hpp"

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using layers::Embedding;
using testing::IsClose;
using testing::Raises;
using testing::RaisesWith;

const Tensor& table() {
  static const Tensor values({4, 2}, {0, 1, 2, 3, 4, 5, 6, 7});
  return values;
}

Embedding embedding() {
  return Embedding({.input_dim = 4, .output_dim = 2, .weights = table(), .name = "words"});
}

TEST(Embedding, HasTheWeightsItIsGivenAtOnce) {
  Embedding layer = embedding();
  EXPECT_TRUE(layer.built());
  EXPECT_EQ(layer.count_params(), 8);
  EXPECT_THAT(layer.get_weights()[0], IsClose(table()));
  EXPECT_EQ(layer.embeddings().name(), "embeddings");
  EXPECT_THAT(layer(Tensor({1, 3}, {3, 0, 3})), IsClose(Tensor({1, 3, 2}, {6, 7, 0, 1, 6, 7})));
  EXPECT_THAT(layer(Tensor({2}, {1, 2})), IsClose(Tensor({2, 2}, {2, 3, 4, 5})));
  EXPECT_FALSE(layer.get_config().contains("weights"));
}

TEST(Embedding, AddsTheGradientsOfAnIndexThatRepeats) {
  Embedding layer = embedding();
  const Tensor x({1, 3}, {3, 0, 3});
  const Tensor weights({1, 3, 2}, {1, 2, 3, 4, 5, 6});
  GradientTape tape;
  const Tensor loss = ops::sum(layer(x) * weights);
  EXPECT_THAT(tape.gradient(loss, layer.embeddings()),
              IsClose(Tensor({4, 2}, {3, 4, 0, 0, 0, 0, 6, 8})));
}

TEST(Embedding, MasksTheIndexZeroIfAskedTo) {
  const Tensor x({1, 3}, {3, 0, 1});
  EXPECT_FALSE(embedding().call_with_mask(x, {}).mask.defined());
  Embedding layer({.input_dim = 4, .output_dim = 2, .mask_zero = true});
  EXPECT_THAT(layer.call_with_mask(x, {}).mask, IsClose(Tensor({1, 3}, {1, 0, 1})));
  EXPECT_TRUE(layer.supports_masking());
}

// The loss is over the steps that count; the penalty is of all outputs.
TEST(Embedding, TrainsOnTheStepsThatCount) {
  Sequential model({layers::Input({3}),
                    Embedding({.input_dim = 3,
                               .output_dim = 2,
                               .embeddings_initializer = "ones",
                               .mask_zero = true,
                               .activity_regularizer = regularizers::L2(1.0f)}),
                    layers::Dense({.units = 1, .kernel_initializer = "ones"})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Tensor x({2, 3}, {1, 2, 0, 1, 0, 0});
  const Logs logs = model.evaluate(x, ops::zeros({2, 3, 1}), {.verbose = 0});
  EXPECT_NEAR(logs.at("data_loss"), 4.0, 1e-6);
  EXPECT_NEAR(logs.at("reg_loss"), 6.0, 1e-6);
  const Tensor before = model.get_weights()[0];
  model.train_on_batch(x, ops::zeros({2, 3, 1}));
  EXPECT_FALSE(testing::relative_gap(model.get_weights()[0], before) == 0.0);
}

TEST(Embedding, PaysForItsVectorsUnderTheirName) {
  Embedding layer = embedding();
  layer.set_regularizer("embeddings", regularizers::L1(1.0f));
  const std::vector<Penalty> penalties = layer.penalties();
  ASSERT_EQ(penalties.size(), 1u);
  EXPECT_EQ(penalties[0].source, "embeddings");
  EXPECT_FLOAT_EQ(penalties[0].value.item(), 28.0f);
}

TEST(Embedding, AcceptsWhatKerasWrites) {
  const auto layer = layers::deserialize({{"class_name", "Embedding"},
                                          {"config",
                                           {{"name", "e"},
                                            {"trainable", true},
                                            {"input_dim", 4},
                                            {"output_dim", 2},
                                            {"input_length", 3},
                                            {"mask_zero", nullptr},
                                            {"quantization_config", nullptr}}},
                                          {"build_config", {{"input_shape", {nullptr, 3}}}}});
  EXPECT_EQ(layer->count_params(), 8);
  EXPECT_FALSE(layer->supports_masking());
}

TEST(Embedding, RefusesWhatIsNoIndexAndNoTable) {
  Embedding layer = embedding();
  EXPECT_THAT(
      [&] {
        layer(Tensor({1, 2}, {1, 4}));
      },
      RaisesWith("words: ops::gather: indices must be whole numbers in [0, 4). Received: 4 "
                 "at position 1."));
  EXPECT_THAT([&] { layer(Tensor({1, 2}, {1, -1})); }, RaisesWith("Received: -1 at position 1."));
  EXPECT_THAT([&] { layer(Tensor({1, 1}, {0.5f})); }, RaisesWith("Received: 0.5 at position 0."));
  EXPECT_THAT([] { Embedding({.input_dim = 0, .output_dim = 2}); },
              Raises("Embedding: input_dim must be a positive integer. Received: input_dim=0."));
  EXPECT_THAT([] { Embedding({.input_dim = 2, .output_dim = -1}); },
              Raises("Embedding: output_dim must be a positive integer. Received: output_dim=-1."));
  EXPECT_THAT([] { Embedding({.input_dim = 2, .output_dim = 4, .weights = table()}); },
              Raises<ShapeError>(
                  "Embedding: weights must have shape (2, 4). Received: weights.shape=(4, 2)."));
}

}  // namespace
}  // namespace strata
