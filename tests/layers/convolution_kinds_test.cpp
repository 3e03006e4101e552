// Depthwise, separable and transposed convolution layers: shapes, options, configs, bad input.
#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/depthwise_convolution.hpp"
#include "strata/layers/separable_convolution.hpp"
#include "strata/layers/transposed_convolution.hpp"
#include "strata/ops/array.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace convolution_kinds_test {

using layers::Conv1DTranspose;
using layers::Conv2DTranspose;
using layers::Conv3DTranspose;
using layers::DepthwiseConv1D;
using layers::DepthwiseConv2D;
using layers::SeparableConv1D;
using layers::SeparableConv2D;
using testing::IsClose;
using testing::Raises;

constexpr std::int64_t kAnyExtent = Shape::kUnknown;

std::vector<std::string> own_keys(const Layer& layer) {
  std::vector<std::string> keys;
  const Config config = layer.get_config();
  for (const auto& [key, value] : config.items()) keys.push_back(key);
  return {keys.begin() + 4, keys.end()};  // behind name, trainable, dtype, activity_regularizer
}

// The layer with channels first does to moved images what the other does to images.
template <class Layer>
void expect_moved_by_channels_first(typename Layer::Options options) {
  Layer last(options);
  options.data_format = "channels_first";
  Layer first(options);
  const Tensor x = random::Generator(1).normal({2, 5, 6, 3});
  const Tensor y = last(x);
  first.build({kAnyExtent, 3, 5, 6});
  first.set_weights(last.get_weights());
  const Tensor moved = first(ops::transpose(x, {0, 3, 1, 2}));
  EXPECT_EQ(moved.shape(), first.compute_output_shape({2, 3, 5, 6}));
  EXPECT_THAT(ops::transpose(moved, {0, 2, 3, 1}), IsClose(y));
}

TEST(ConvolutionKinds, ChannelsFirstMovesTheDataAlone) {
  expect_moved_by_channels_first<DepthwiseConv2D>(
      {.kernel_size = 3, .depth_multiplier = 2, .activation = "relu"});
  expect_moved_by_channels_first<SeparableConv2D>(
      {.filters = 4, .kernel_size = 3, .strides = 2, .padding = "same"});
  expect_moved_by_channels_first<Conv2DTranspose>({.filters = 2, .kernel_size = 3, .strides = 2});
}

TEST(ConvolutionKinds, MakeTheirWeightsFromTheInputsChannels) {
  DepthwiseConv1D depthwise({.kernel_size = 5, .depth_multiplier = 3});
  depthwise.build({kAnyExtent, 20, 4});
  EXPECT_EQ(depthwise.kernel().shape(), (Shape{5, 4, 3}));
  EXPECT_EQ(depthwise.bias().shape(), Shape{12});
  SeparableConv2D separable(8, {3, 2});
  separable.build({kAnyExtent, 9, 9, 4});
  EXPECT_EQ(separable.depthwise_kernel().shape(), (Shape{3, 2, 4, 1}));
  EXPECT_EQ(separable.pointwise_kernel().shape(), (Shape{1, 1, 4, 8}));
  EXPECT_EQ(separable.bias().shape(), Shape{8});
  Conv3DTranspose transposed({.filters = 2, .kernel_size = {1, 2, 3}, .use_bias = false});
  transposed.build({kAnyExtent, 4, 4, 4, 7});
  EXPECT_EQ(transposed.kernel().shape(), (Shape{1, 2, 3, 2, 7}));
  EXPECT_EQ(transposed.count_params(), 84);
}

TEST(ConvolutionKinds, KnowTheirOutputsShape) {
  DepthwiseConv2D depthwise({.kernel_size = 3, .strides = {2, 1}, .depth_multiplier = 2});
  EXPECT_EQ(depthwise.compute_output_shape({kAnyExtent, 9, kAnyExtent, 3}),
            (Shape{kAnyExtent, 4, kAnyExtent, 6}));
  SeparableConv1D gated({.filters = 6, .kernel_size = 2, .activation = "glu"});
  EXPECT_EQ(gated.compute_output_shape({5, 4, 3}), (Shape{5, 3, 3}));
  Conv2DTranspose transposed({.filters = 8, .kernel_size = 3, .strides = {2, 4}});
  EXPECT_EQ(transposed.compute_output_shape({kAnyExtent, 5, kAnyExtent, 3}),
            (Shape{kAnyExtent, 11, kAnyExtent, 8}));
  EXPECT_EQ(transposed.compute_output_shape({2, 1, 3, 3}), (Shape{2, 3, 12, 8}));
  Conv1DTranspose padded(
      {.filters = 2, .kernel_size = 4, .strides = 2, .padding = "same", .output_padding = 1});
  EXPECT_EQ(padded.compute_output_shape({1, 3, 1}), (Shape{1, 5, 2}));
}

TEST(ConvolutionKinds, SetRegularizersByTheirWeights) {
  SeparableConv1D layer({.filters = 2, .kernel_size = 2});
  layer.set_regularizer("pointwise_kernel", regularizers::L1(0.5f));
  layer.build({kAnyExtent, 4, 1});
  layer.set_regularizer("depthwise_kernel", regularizers::L1(0.25f));
  const Config config = layer.get_config();
  EXPECT_EQ(config["pointwise_regularizer"]["config"]["l1"], 0.5);
  EXPECT_EQ(config["depthwise_regularizer"]["config"]["l1"], 0.25);
  EXPECT_EQ(layer.penalties().at(0).source, "depthwise_kernel");
}

TEST(ConvolutionKinds, WriteKerassKeysInKerassOrder) {
  using ::testing::ElementsAre;
  EXPECT_THAT(own_keys(DepthwiseConv2D({.kernel_size = 3, .activity_regularizer = "l2"})),
              ElementsAre("depth_multiplier", "kernel_size", "strides", "padding", "data_format",
                          "dilation_rate", "activation", "use_bias", "depthwise_initializer",
                          "bias_initializer", "depthwise_regularizer", "bias_regularizer",
                          "depthwise_constraint", "bias_constraint"));
  EXPECT_THAT(
      own_keys(SeparableConv1D({.filters = 2, .kernel_size = 3, .activity_regularizer = "l2"})),
      ElementsAre("depth_multiplier", "filters", "kernel_size", "strides", "padding", "data_format",
                  "dilation_rate", "activation", "use_bias", "depthwise_initializer",
                  "pointwise_initializer", "bias_initializer", "depthwise_regularizer",
                  "pointwise_regularizer", "bias_regularizer", "depthwise_constraint",
                  "pointwise_constraint", "bias_constraint"));
  const Conv2DTranspose transposed({.filters = 2, .kernel_size = 3, .activity_regularizer = "l2"});
  EXPECT_THAT(own_keys(transposed),
              ElementsAre("filters", "kernel_size", "strides", "padding", "output_padding",
                          "data_format", "dilation_rate", "activation", "use_bias",
                          "kernel_initializer", "bias_initializer", "kernel_regularizer",
                          "bias_regularizer", "kernel_constraint", "bias_constraint"));
  EXPECT_TRUE(transposed.get_config()["output_padding"].is_null());
}

TEST(ConvolutionKinds, AreLoadedByKerassOtherNames) {
  const auto made = [](const char* name, const Config& config) {
    return layers::deserialize(
               {{"module", "keras.layers"}, {"class_name", name}, {"config", config}})
        ->class_name();
  };
  const Config config = {{"filters", 2}, {"kernel_size", 3}};
  EXPECT_EQ(made("Convolution2D", config), "Conv2D");
  EXPECT_EQ(made("Convolution3DTranspose", config), "Conv3DTranspose");
  EXPECT_EQ(made("SeparableConvolution1D", config), "SeparableConv1D");
  EXPECT_EQ(made("MaxPool2D", {{"pool_size", 2}}), "MaxPooling2D");
  EXPECT_EQ(made("GlobalAvgPool1D", Config::object()), "GlobalAveragePooling1D");
}

TEST(ConvolutionKinds, RefuseOptionsOutOfRange) {
  EXPECT_THAT([] { DepthwiseConv2D({.kernel_size = 3, .depth_multiplier = 0}); },
              Raises("DepthwiseConv2D: depth_multiplier must be a positive integer. Received: "
                     "depth_multiplier=0."));
  EXPECT_THAT([] { DepthwiseConv1D({.kernel_size = 3, .padding = "causal"}); },
              Raises("DepthwiseConv1D: padding must be \"valid\" or \"same\". Received: "
                     "padding=causal."));
  EXPECT_THAT([] { SeparableConv2D({.filters = 0, .kernel_size = 3}); },
              Raises("SeparableConv2D: filters must be a positive integer. Received: filters=0."));
  EXPECT_THAT([] { SeparableConv2D({.filters = 1, .kernel_size = 3, .dilation_rate = 0}); },
              Raises("SeparableConv2D: dilation_rate must be positive, for each of the 2 spatial "
                     "axes. Received: dilation_rate=(0, 0)."));
  EXPECT_THAT(
      [] {
        Conv2DTranspose({.filters = 1, .kernel_size = 3, .strides = 2, .output_padding = {1, 2}});
      },
      Raises("Conv2DTranspose: output_padding must lie in [0, strides), for each of the 2 spatial "
             "axes. Received: output_padding=(1, 2), strides=(2, 2)."));
  EXPECT_THAT(
      [] { Conv1DTranspose({.filters = 1, .kernel_size = 3, .strides = 2, .dilation_rate = 2}); },
      Raises("Conv1DTranspose: strides above 1 can't be combined with a dilation_rate above 1. "
             "Received: strides=(2), dilation_rate=(2)."));
  EXPECT_THAT(
      [] { DepthwiseConv2D({.kernel_size = 1, .use_bias = false, .bias_regularizer = "l2"}); },
      Raises("DepthwiseConv2D: a bias_regularizer needs use_bias. Received: use_bias=false."));
}

TEST(ConvolutionKinds, RefuseInputsThatDoNotFit) {
  DepthwiseConv2D layer({.kernel_size = 3, .name = "d"});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({2, 5, 4}));
      },
      Raises<ShapeError>("d: the input must have rank 4: batch, two spatial, channels. "
                         "Received: shape=(2, 5, 4)."));
  EXPECT_THAT(
      [&] {
        layer.build({kAnyExtent, 5, 5, kAnyExtent});
      },
      Raises<ShapeError>("d: the number of input channels must be known. Received: "
                         "shape=(None, 5, 5, None)."));
  EXPECT_THAT(
      [&] {
        layer(ops::ones({1, 2, 5, 2}));
      },
      Raises<ShapeError>("d: the output would be empty: kernel_size=3 with dilation 1 is "
                         "more than spatial axis 0 has. Received: shape=(1, 2, 5, 2)."));
  EXPECT_FALSE(layer.built());
  layer.build({kAnyExtent, 5, 5, 2});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({1, 5, 5, 4}));
      },
      Raises<ShapeError>("d: the number of input channels must be 2, as when the layer was "
                         "built. Received: 4 channels, shape=(1, 5, 5, 4)."));
  Conv1DTranspose transposed({.filters = 1,
                              .kernel_size = 2,
                              .strides = 2,
                              .padding = "same",
                              .output_padding = 0,
                              .name = "t"});
  EXPECT_THAT(
      [&] {
        transposed(ops::ones({1, 1, 2}));
      },
      Raises<ShapeError>("t: the output would be empty along spatial axis 0. Received: "
                         "shape=(1, 1, 2)."));
}

}  // namespace convolution_kinds_test
}  // namespace strata
