// Convolution layers: shapes, options, configs, bad input.
#include "strata/layers/convolution.hpp"

#include <gtest/gtest.h>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/constraints/max_norm.hpp"
#include "strata/core/errors.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/convolution.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using layers::Conv1D;
using layers::Conv2D;
using layers::Conv3D;
using testing::IsClose;
using testing::Raises;

constexpr std::int64_t kAnyExtent = Shape::kUnknown;

Conv2D every_slot_filled() {
  return Conv2D({.filters = 4,
                 .kernel_size = {3, 2},
                 .strides = {2, 1},
                 .padding = "SAME",
                 .groups = 2,
                 .activation = "tanh",
                 .kernel_regularizer = regularizers::L1L2({.l1 = 0.01f, .l2 = 0.02f}),
                 .bias_regularizer = regularizers::L2(0.5f),
                 .activity_regularizer = regularizers::L1(0.25f),
                 .kernel_constraint = constraints::MaxNorm({.max_value = 2.0f}),
                 .bias_constraint = "non_neg",
                 .name = "edges"});
}

TEST(Conv, MakesItsWeightsFromTheInputsChannels) {
  Conv1D one({.filters = 6, .kernel_size = 5, .groups = 2});
  one.build({kAnyExtent, 20, 4});
  EXPECT_EQ(one.kernel().shape(), (Shape{5, 2, 6}));
  EXPECT_EQ(one.bias().shape(), Shape{6});
  Conv3D three({.filters = 2, .kernel_size = {1, 2, 3}, .use_bias = false});
  three.build({kAnyExtent, 4, 4, 4, 7});
  EXPECT_EQ(three.kernel().shape(), (Shape{1, 2, 3, 7, 2}));
  EXPECT_EQ(three.count_params(), 84);
}

TEST(Conv, KnowsItsOutputsShape) {
  Conv2D valid({.filters = 8, .kernel_size = 3, .strides = {2, 1}});
  EXPECT_EQ(valid.compute_output_shape({kAnyExtent, 9, kAnyExtent, 3}),
            (Shape{kAnyExtent, 4, kAnyExtent, 8}));
  Conv1D causal({.filters = 8, .kernel_size = 3, .strides = 2, .padding = "causal"});
  EXPECT_EQ(causal.compute_output_shape({5, 7, 3}), (Shape{5, 4, 8}));
  Conv2D first({.filters = 8, .kernel_size = 2, .data_format = "channels_first"});
  EXPECT_EQ(first.compute_output_shape({kAnyExtent, 3, 9, kAnyExtent}),
            (Shape{kAnyExtent, 8, 8, kAnyExtent}));
  Conv1D gated({.filters = 6, .kernel_size = 2, .activation = "glu"});
  EXPECT_EQ(gated.compute_output_shape({5, 4, 3}), (Shape{5, 3, 3}));
  EXPECT_EQ(gated(ops::zeros({5, 4, 3})).shape(), (Shape{5, 3, 3}));
  EXPECT_FALSE(first.built());
}

TEST(Conv, ChannelsFirstMovesTheDataAlone) {
  Conv2D last({.filters = 3, .kernel_size = 2, .padding = "same", .activation = "softmax"});
  Conv2D first({.filters = 3,
                .kernel_size = 2,
                .padding = "same",
                .data_format = "channels_first",
                .activation = "relu"});
  const Tensor x = random::Generator(1).normal({2, 5, 4, 3});
  const Tensor moved = ops::transpose(x, {0, 3, 1, 2});
  first(moved);
  last.build(x.shape());
  last.set_weights(first.get_weights());
  const Tensor y =
      ops::relu(ops::convolution(x, first.kernel(), first.bias(), {.padding = ops::Padding::same}));
  EXPECT_THAT(ops::transpose(first(moved), {0, 2, 3, 1}), IsClose(y));
  EXPECT_THAT(ops::sum(last(x), -1), IsClose(ops::ones({2, 5, 4})));
}

// What every_slot_filled() is to pay, term by term.
std::vector<Tensor> penalties_of(const Conv2D& layer, const Tensor& outputs) {
  const Tensor kernel = layer.kernel();
  return {0.25f * ops::sum(ops::abs(outputs)) / static_cast<float>(outputs.shape().front()),
          0.01f * ops::sum(ops::abs(kernel)) + 0.02f * ops::sum(ops::square(kernel)),
          0.5f * ops::sum(ops::square(layer.bias()))};
}

TEST(Conv, PaysForEverySlotAndPassesTheGradientOn) {
  Conv2D layer = every_slot_filled();
  const Tensor x = random::Generator(1).normal({3, 5, 4, 2});
  layer.build(x.shape());
  layer.set_weights({layer.kernel(), Tensor({4}, {0.1f, -0.2f, 0.3f, 0.4f})});
  GradientTape tape({.persistent = true});
  const std::vector<Tensor> expected = penalties_of(layer, layer(x));
  const std::vector<Tensor> losses = layer.losses();
  ASSERT_EQ(losses.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_THAT(losses[i], IsClose(expected[i]));
  for (const Variable& weight : {layer.kernel(), layer.bias()}) {
    EXPECT_THAT(tape.gradient(ops::sum(losses), weight),
                IsClose(tape.gradient(ops::sum(expected), weight)));
  }
}

TEST(Conv, SetRegularizerCountsAtOnceAndIsWritten) {
  Conv1D layer({.filters = 2, .kernel_size = 2});
  layer.set_regularizer("kernel", regularizers::L2(0.5f));
  layer.build({kAnyExtent, 4, 1});
  layer.set_weights({ops::ones({2, 1, 2}), ops::ones({2})});
  EXPECT_THAT(layer.losses().at(0), IsClose(Tensor(2.0f)));
  layer.set_regularizer("bias", regularizers::L1(0.25f));
  layer.set_regularizer("activity", "l1");
  EXPECT_THAT(layer.losses().at(1), IsClose(Tensor(0.5f)));
  const Config config = layer.get_config();
  EXPECT_EQ(config["kernel_regularizer"]["config"]["l2"], 0.5);
  EXPECT_EQ(config["bias_regularizer"]["config"]["l1"], 0.25);
  EXPECT_EQ(config["activity_regularizer"]["class_name"], "L1");
}

TEST(Conv, WritesKerassKeysInKerassOrder) {
  std::vector<std::string> keys;
  const Config config = every_slot_filled().get_config();
  for (const auto& [key, value] : config.items()) keys.push_back(key);
  EXPECT_THAT(
      keys, ::testing::ElementsAre("name", "trainable", "dtype", "activity_regularizer", "filters",
                                   "kernel_size", "strides", "padding", "data_format",
                                   "dilation_rate", "groups", "activation", "use_bias",
                                   "kernel_initializer", "bias_initializer", "kernel_regularizer",
                                   "bias_regularizer", "kernel_constraint", "bias_constraint"));
  EXPECT_EQ(config["kernel_size"], Config::array({3, 2}));
  EXPECT_EQ(config["padding"], "same");
  EXPECT_EQ(config["data_format"], "channels_last");
}

TEST(Conv, WritesWhatIsNotSet) {
  const Config config = Conv1D({.filters = 2, .kernel_size = 3}).get_config();
  EXPECT_EQ(config["activation"], "linear");
  EXPECT_EQ(config["kernel_size"], Config::array({3}));
  EXPECT_TRUE(config["activity_regularizer"].is_null());
}

TEST(Conv, TakesAConfigOfFewKeys) {
  const Conv2D layer = Conv2D::from_config(
      {{"filters", 3}, {"kernel_size", 2}, {"strides", {2, 1}}, {"data_format", nullptr}});
  const Config config = layer.get_config();
  EXPECT_EQ(config["kernel_size"], Config::array({2, 2}));
  EXPECT_EQ(config["strides"], Config::array({2, 1}));
  EXPECT_EQ(config["data_format"], "channels_last");
}

TEST(Conv, IsNamedAfterItsClass) {
  EXPECT_EQ(Conv3D({.filters = 1, .kernel_size = 1}).name().rfind("conv3d", 0), 0U);
}

TEST(Conv, RefusesOptionsOutOfRange) {
  EXPECT_THAT([] { Conv2D({.filters = 0, .kernel_size = 3}); },
              Raises("Conv2D: filters must be a positive integer. Received: filters=0."));
  EXPECT_THAT([] { Conv2D({.filters = 3, .kernel_size = 3, .groups = 0}); },
              Raises("Conv2D: groups must be a positive integer. Received: groups=0."));
  EXPECT_THAT([] { Conv2D({.filters = 3, .kernel_size = 3, .groups = 2}); },
              Raises("Conv2D: filters must be divisible by groups. Received: filters=3, "
                     "groups=2."));
  EXPECT_THAT(
      [] {
        Conv2D({.filters = 3, .kernel_size = {3, -1}});
      },
      Raises("Conv2D: kernel_size must be positive, for each of the 2 spatial axes. "
             "Received: kernel_size=(3, -1)."));
  EXPECT_THAT([] { Conv1D({.filters = 3, .kernel_size = 3, .strides = 0}); },
              Raises("Conv1D: strides must be positive, for each of the 1 spatial axes. Received: "
                     "strides=(0)."));
  EXPECT_THAT(
      [] {
        Conv3D({.filters = 3, .kernel_size = 3, .dilation_rate = {1, 0, 1}});
      },
      Raises("Conv3D: dilation_rate must be positive, for each of the 3 spatial axes. "
             "Received: dilation_rate=(1, 0, 1)."));
  EXPECT_THAT([] { Conv2D({.filters = 3, .kernel_size = 3, .strides = 2, .dilation_rate = 2}); },
              Raises("Conv2D: strides above 1 can't be combined with a dilation_rate above 1. "
                     "Received: strides=(2, 2), dilation_rate=(2, 2)."));
  EXPECT_THAT([] { Conv2D({.filters = 3, .kernel_size = 3, .padding = "causal"}); },
              Raises("Conv2D: padding must be \"valid\" or \"same\". Received: padding=causal."));
  EXPECT_THAT([] { Conv1D({.filters = 3, .kernel_size = 3, .padding = "full"}); },
              Raises("Conv1D: padding must be \"valid\", \"same\" or \"causal\". Received: "
                     "padding=full."));
  EXPECT_THAT([] { Conv2D({.filters = 3, .kernel_size = 3, .data_format = "NHWC"}); },
              Raises("Conv2D: data_format must be \"channels_last\" or \"channels_first\". "
                     "Received: data_format=NHWC."));
}

TEST(Conv, RefusesRulesForABiasThatIsNotThere) {
  EXPECT_THAT(
      [] { Conv2D({.filters = 2, .kernel_size = 1, .use_bias = false, .bias_regularizer = "l2"}); },
      Raises("Conv2D: a bias_regularizer needs use_bias. Received: use_bias=false."));
  EXPECT_THAT(
      [] {
        Conv1D({.filters = 2, .kernel_size = 1, .use_bias = false, .bias_constraint = "non_neg"});
      },
      Raises("Conv1D: a bias_constraint needs use_bias. Received: use_bias=false."));
}

TEST(Conv, RefusesInputsThatDoNotFit) {
  Conv2D layer({.filters = 4, .kernel_size = 3, .groups = 2, .name = "c"});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({2, 5, 4}));
      },
      Raises<ShapeError>("c: the input must have rank 4: batch, two spatial, channels. "
                         "Received: shape=(2, 5, 4)."));
  EXPECT_THAT(
      [&] {
        layer.build({kAnyExtent, 5, 5, kAnyExtent});
      },
      Raises<ShapeError>("c: the number of input channels must be known. Received: "
                         "shape=(None, 5, 5, None)."));
  EXPECT_THAT(
      [&] {
        layer.build({kAnyExtent, 5, 5, 3});
      },
      Raises<ShapeError>("c: the number of input channels must be a positive multiple of "
                         "groups=2. Received: 3 channels, shape=(None, 5, 5, 3)."));
  EXPECT_THAT(
      [&] {
        layer(ops::ones({1, 2, 5, 2}));
      },
      Raises<ShapeError>("c: the output would be empty: kernel_size=3 with dilation 1 is "
                         "more than spatial axis 0 has. Received: shape=(1, 2, 5, 2)."));
  EXPECT_FALSE(layer.built());
  layer.build({kAnyExtent, 5, 5, 2});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({1, 5, 5, 4}));
      },
      Raises<ShapeError>("c: the number of input channels must be 2, as when the layer was "
                         "built. Received: 4 channels, shape=(1, 5, 5, 4)."));
}

TEST(Conv, RefusesConfigsThatSayOtherwise) {
  EXPECT_THAT(
      [] {
        Conv2D::from_config({{"filters", 3}, {"kernel_size", {3, 3, 3}}});
      },
      Raises("Conv2D: kernel_size must be a whole number, or one for each axis. Received: "
             "kernel_size=[3,3,3]."));
  EXPECT_THAT(
      [] {
        Conv2D::from_config({{"filters", 3}});
      },
      Raises("Conv2D: kernel_size must be positive, for each of the 2 spatial axes. "
             "Received: kernel_size=(0, 0)."));
}

}  // namespace
}  // namespace strata
