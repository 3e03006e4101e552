// Every built-in layer signs the same contract. A new layer adds a row to `rows`; the last test
// fails until it does.
#include "support/layer_contract.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "core/registry.hpp"
#include "strata/layers/activation.hpp"
#include "strata/layers/activity_regularization.hpp"
#include "strata/layers/adaptive_pooling.hpp"
#include "strata/layers/alpha_dropout.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/bidirectional.hpp"
#include "strata/layers/center_crop.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/cropping.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/depthwise_convolution.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/elu.hpp"
#include "strata/layers/embedding.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/gaussian_dropout.hpp"
#include "strata/layers/gaussian_noise.hpp"
#include "strata/layers/global_pooling.hpp"
#include "strata/layers/group_normalization.hpp"
#include "strata/layers/gru.hpp"
#include "strata/layers/identity.hpp"
#include "strata/layers/layer_normalization.hpp"
#include "strata/layers/leaky_relu.hpp"
#include "strata/layers/lstm.hpp"
#include "strata/layers/masking.hpp"
#include "strata/layers/normalization.hpp"
#include "strata/layers/permute.hpp"
#include "strata/layers/pooling.hpp"
#include "strata/layers/prelu.hpp"
#include "strata/layers/random_brightness.hpp"
#include "strata/layers/random_contrast.hpp"
#include "strata/layers/random_crop.hpp"
#include "strata/layers/random_flip.hpp"
#include "strata/layers/random_rotation.hpp"
#include "strata/layers/random_translation.hpp"
#include "strata/layers/random_zoom.hpp"
#include "strata/layers/relu.hpp"
#include "strata/layers/repeat_vector.hpp"
#include "strata/layers/rescaling.hpp"
#include "strata/layers/reshape.hpp"
#include "strata/layers/resizing.hpp"
#include "strata/layers/rms_normalization.hpp"
#include "strata/layers/rnn.hpp"
#include "strata/layers/select.hpp"
#include "strata/layers/separable_convolution.hpp"
#include "strata/layers/simple_rnn.hpp"
#include "strata/layers/softmax.hpp"
#include "strata/layers/spatial_dropout.hpp"
#include "strata/layers/spectral_normalization.hpp"
#include "strata/layers/time_distributed.hpp"
#include "strata/layers/transposed_convolution.hpp"
#include "strata/layers/unit_normalization.hpp"
#include "strata/layers/up_sampling.hpp"
#include "strata/layers/zero_padding.hpp"
#include "strata/models/sequential.hpp"

namespace strata::testing {
namespace {

// Over one, two and three spatial axes.
const Shape kSpatialInputs[] = {{3, 5, 2}, {3, 5, 4, 2}, {3, 5, 4, 3, 2}};
const Shape kHalvedInputs[] = {{3, 3, 2}, {3, 3, 2, 2}, {3, 3, 2, 2, 2}};

// The axes of a vector with one element per output, and of a kernel of shape (inputs, outputs).
const WeightAxes kOfOutputs = {.output = 0};
const WeightAxes kOfProduct = {.input = 0, .output = 1};

template <int N>
LayerCase convolution_row(std::string name) {
  const auto make = [] {
    return layers::Conv<N>({.filters = 4,
                            .kernel_size = 3,
                            .padding = "same",
                            .groups = 2,
                            .activation = "tanh",
                            .kernel_initializer = "he_normal",
                            .bias_initializer = "ones",
                            .kernel_regularizer = "l1_l2",
                            .bias_regularizer = "l1",
                            .activity_regularizer = "l2",
                            .kernel_constraint = "unit_norm",
                            .bias_constraint = "non_neg"});
  };
  return {.name = std::move(name),
          .make = make,
          .input = kSpatialInputs[N - 1],
          .output = kSpatialInputs[N - 1].with(N + 1, 4),
          .weights = {{.input = N, .output = N + 1}, {.output = 0}},
          .penalties = 3};
}

// The axes of an input's kernel, a state's kernel and a bias with so many gates.
std::vector<WeightAxes> recurrent_axes(int gates, int bias_axis = 0) {
  const WeightAxes kernel = {.input = 0, .output = 1, .gates = gates};
  return {kernel, kernel, {.output = bias_axis, .gates = gates}};
}

template <class Layer>
LayerCase recurrent_row(std::string name, std::vector<WeightAxes> weights) {
  const auto make = [] {
    typename Layer::Options options{.units = 4};
    options.kernel_initializer = "he_normal";
    options.bias_initializer = "ones";
    options.kernel_regularizer = "l1_l2";
    options.recurrent_regularizer = "l1";
    options.bias_regularizer = "l2";
    options.activity_regularizer = "l2";
    options.kernel_constraint = "max_norm";
    options.recurrent_constraint = "unit_norm";
    options.bias_constraint = "non_neg";
    options.dropout = 0.25f;
    options.seed = 7;
    options.return_sequences = true;
    options.go_backwards = true;
    options.zero_output_for_mask = true;
    return Layer(std::move(options));
  };
  return {.name = std::move(name),
          .make = make,
          .input = {3, 5, 2},
          .output = {3, 5, 4},
          .weights = std::move(weights),
          .penalties = 4};
}

std::vector<LayerCase> recurrent_rows() {
  std::vector<WeightAxes> both_ways = recurrent_axes(3);
  both_ways.insert(both_ways.end(), both_ways.begin(), both_ways.begin() + 3);
  std::vector<WeightAxes> stacked = recurrent_axes(4);
  const std::vector<WeightAxes> upper = recurrent_axes(1);
  stacked.insert(stacked.end(), upper.begin(), upper.end());
  return {recurrent_row<layers::SimpleRNN>("SimpleRNN", recurrent_axes(1)),
          recurrent_row<layers::LSTM>("LSTM", recurrent_axes(4)),
          recurrent_row<layers::GRU>("GRU", recurrent_axes(3, 1)),
          {.name = "RNN",
           .make =
               [] {
                 return layers::RNN(
                     {.cell = {layers::LSTMCell({.units = 3,
                                                 .recurrent_regularizer = "l2",
                                                 .recurrent_dropout = 0.5f,
                                                 .seed = 1}),
                               layers::SimpleRNNCell({.units = 4, .kernel_regularizer = "l1"})},
                      .return_sequences = true,
                      .activity_regularizer = "l2"});
               },
           .input = {3, 5, 2},
           .output = {3, 5, 4},
           .weights = stacked,
           .penalties = 3},
          {.name = "Bidirectional",
           .make =
               [] {
                 return layers::Bidirectional(
                     {.layer = layers::GRU(
                          {.units = 2, .kernel_regularizer = "l2", .reset_after = false}),
                      .activity_regularizer = "l2"});
               },
           .input = {3, 5, 2},
           .output = {3, 4},
           .weights = both_ways,
           .penalties = 3}};
}

template <int N>
LayerCase transposed_row(std::string name) {
  const auto make = [] {
    return layers::ConvTranspose<N>({.filters = 4,
                                     .kernel_size = 3,
                                     .strides = 2,
                                     .padding = "same",
                                     .output_padding = 1,
                                     .activation = "tanh",
                                     .kernel_initializer = "he_normal",
                                     .bias_initializer = "ones",
                                     .kernel_regularizer = "l1_l2",
                                     .bias_regularizer = "l1",
                                     .activity_regularizer = "l2",
                                     .kernel_constraint = "unit_norm",
                                     .bias_constraint = "non_neg"});
  };
  Shape output = kSpatialInputs[N - 1].with(N + 1, 4);
  for (int axis = 1; axis <= N; ++axis) output[axis] *= 2;
  return {.name = std::move(name),
          .make = make,
          .input = kSpatialInputs[N - 1],
          .output = output,
          .weights = {{.input = N + 1, .output = N}, {.output = 0}},
          .penalties = 3};
}

template <int N>
LayerCase depthwise_row(std::string name) {
  const auto make = [] {
    return layers::DepthwiseConv<N>({.kernel_size = 3,
                                     .padding = "same",
                                     .depth_multiplier = 2,
                                     .activation = "tanh",
                                     .depthwise_initializer = "he_normal",
                                     .bias_initializer = "ones",
                                     .depthwise_regularizer = "l1_l2",
                                     .bias_regularizer = "l1",
                                     .activity_regularizer = "l2",
                                     .depthwise_constraint = "unit_norm",
                                     .bias_constraint = "non_neg"});
  };
  return {.name = std::move(name),
          .make = make,
          .input = kSpatialInputs[N - 1],
          .output = kSpatialInputs[N - 1].with(N + 1, 4),
          .weights = {{.input = N}, {.output = 0}},
          .penalties = 3};
}

template <int N>
LayerCase separable_row(std::string name) {
  const auto make = [] {
    return layers::SeparableConv<N>({.filters = 5,
                                     .kernel_size = 3,
                                     .strides = 2,
                                     .padding = "same",
                                     .depth_multiplier = 2,
                                     .activation = "tanh",
                                     .bias_initializer = "ones",
                                     .depthwise_regularizer = "l1_l2",
                                     .pointwise_regularizer = "l2",
                                     .bias_regularizer = "l1",
                                     .activity_regularizer = "l2",
                                     .depthwise_constraint = "max_norm",
                                     .pointwise_constraint = "unit_norm",
                                     .bias_constraint = "non_neg"});
  };
  return {.name = std::move(name),
          .make = make,
          .input = kSpatialInputs[N - 1],
          .output = kHalvedInputs[N - 1].with(N + 1, 5),
          .weights = {{.input = N}, {.input = N, .output = N + 1}, {.output = 0}},
          .penalties = 4};
}

template <class Layer, int N>
LayerCase adaptive_row(std::string name) {
  const auto make = [] {
    return Layer({.output_size = 2, .data_format = "channels_first", .activity_regularizer = "l2"});
  };
  Shape output = kSpatialInputs[N - 1];
  for (int axis = 2; axis < N + 2; ++axis) output[axis] = 2;
  return {std::move(name), make, kSpatialInputs[N - 1], output};
}

// Every spatial extent of the output larger by `more`.
Shape grown(Shape shape, std::int64_t more) {
  for (int axis = 1; axis + 1 < shape.rank(); ++axis) shape[axis] += more;
  return shape;
}

template <int N>
std::vector<LayerCase> moving_rows() {
  const std::string axes = std::to_string(N) + "D";
  const Shape input = grown(kSpatialInputs[N - 1], 1);
  return {
      {.name = "ZeroPadding" + axes,
       .make = [] { return layers::ZeroPadding<N>({.padding = 2, .activity_regularizer = "l2"}); },
       .input = input,
       .output = grown(input, 4)},
      {.name = "Cropping" + axes,
       .make = [] { return layers::Cropping<N>({.cropping = 1, .activity_regularizer = "l2"}); },
       .input = input,
       .output = grown(input, -2)}};
}

template <class Layer, int N>
LayerCase up_sampling_row(std::string name) {
  const auto make = [] { return Layer({.size = 3, .activity_regularizer = "l2"}); };
  Shape output = kSpatialInputs[N - 1];
  for (int axis = 1; axis <= N; ++axis) output[axis] *= 3;
  return {std::move(name), make, kSpatialInputs[N - 1], output};
}

template <class Layer, int N>
LayerCase pooling_row(std::string name) {
  const auto make = [] {
    return Layer({.pool_size = 3, .strides = 2, .padding = "same", .activity_regularizer = "l2"});
  };
  return {std::move(name), make, kSpatialInputs[N - 1], kHalvedInputs[N - 1]};
}

template <class Layer, int N>
LayerCase global_pooling_row(std::string name) {
  const auto make = [] {
    return Layer({.data_format = "channels_first", .activity_regularizer = "l2"});
  };
  return {std::move(name), make, kSpatialInputs[N - 1], {3, 5}};
}

template <int N>
std::vector<LayerCase> spatial_rows() {
  const std::string axes = std::to_string(N) + "D";
  return {convolution_row<N>("Conv" + axes),
          pooling_row<layers::MaxPooling<N>, N>("MaxPooling" + axes),
          pooling_row<layers::AveragePooling<N>, N>("AveragePooling" + axes),
          transposed_row<N>("Conv" + axes + "Transpose"),
          adaptive_row<layers::AdaptiveMaxPooling<N>, N>("AdaptiveMaxPooling" + axes),
          adaptive_row<layers::AdaptiveAveragePooling<N>, N>("AdaptiveAveragePooling" + axes),
          moving_rows<N>()[0],
          moving_rows<N>()[1],
          global_pooling_row<layers::GlobalMaxPooling<N>, N>("GlobalMaxPooling" + axes),
          global_pooling_row<layers::GlobalAveragePooling<N>, N>("GlobalAveragePooling" + axes)};
}

std::vector<LayerCase> core_rows() {
  using namespace layers;
  return {
      {.name = "Activation",
       .make =
           [] { return layers::Activation({.activation = "silu", .activity_regularizer = "l2"}); },
       .input = {3, 4},
       .output = {3, 4}},
      {.name = "ActivityRegularization",
       .make =
           [] {
             return ActivityRegularization({.l1 = 0.1f, .l2 = 0.2f, .activity_regularizer = "l2"});
           },
       .input = {3, 4},
       .output = {3, 4},
       .penalties = 2},
      {.name = "BatchNormalization",
       .make =
           [] {
             return BatchNormalization({.axis = 1,
                                        .momentum = 0.9f,
                                        .epsilon = 1e-2f,
                                        .beta_initializer = "ones",
                                        .beta_regularizer = "l1",
                                        .gamma_regularizer = "l2",
                                        .beta_constraint = "non_neg",
                                        .gamma_constraint = "max_norm",
                                        .activity_regularizer = "l2"});
           },
       .input = {3, 4, 2},
       .output = {3, 4, 2},
       .weights = {kOfOutputs, kOfOutputs, kOfOutputs, kOfOutputs},
       .penalties = 3},
      {.name = "Dense",
       .make =
           [] {
             return Dense({.units = 4,
                           .activation = "tanh",
                           .kernel_initializer = "he_normal",
                           .bias_initializer = "ones",
                           .kernel_regularizer = "l1_l2",
                           .bias_regularizer = "l1",
                           .activity_regularizer = "l2",
                           .kernel_constraint = "unit_norm",
                           .bias_constraint = "non_neg"});
           },
       .input = {3, 5},
       .output = {3, 4},
       .weights = {kOfProduct, kOfOutputs},
       .penalties = 3},
      {.name = "Dropout",
       .make =
           [] {
             return Dropout({.rate = 0.25f,
                             .noise_shape = Shape{Shape::kUnknown, 1, 4},
                             .seed = 5,
                             .activity_regularizer = "l2"});
           },
       .input = {3, 2, 4},
       .output = {3, 2, 4}},
      {.name = "Embedding",
       .make =
           [] {
             return Embedding({.input_dim = 6,
                               .output_dim = 4,
                               .embeddings_initializer = "he_normal",
                               .embeddings_regularizer = "l1_l2",
                               .embeddings_constraint = "unit_norm",
                               .mask_zero = true,
                               .activity_regularizer = "l2"});
           },
       .input = {3, 5},
       .output = {3, 5, 4},
       .weights = {kOfProduct},
       .penalties = 2,
       .indices = 6},
      {.name = "Flatten",
       .make =
           [] { return Flatten({.data_format = "channels_first", .activity_regularizer = "l2"}); },
       .input = {3, 2, 4},
       .output = {3, 8}},
      {.name = "Masking",
       .make = [] { return Masking({.mask_value = 0.5f, .activity_regularizer = "l2"}); },
       .input = {3, 4, 2},
       .output = {3, 4, 2}},
      {.name = "ReLU",
       .make =
           [] {
             return ReLU({.max_value = 2.0f,
                          .negative_slope = 0.1f,
                          .threshold = 0.5f,
                          .activity_regularizer = "l2"});
           },
       .input = {3, 4},
       .output = {3, 4}},
      {.name = "Reshape",
       .make =
           [] {
             return Reshape({.target_shape = Shape{4, -1}, .activity_regularizer = "l2"});
           },
       .input = {3, 2, 4},
       .output = {3, 4, 2}},
      {.name = "Sequential",
       .make =
           [] {
             Sequential model(
                 {Dense({.units = 4,
                         .activation = "relu",
                         .kernel_regularizer = "l2",
                         .activity_regularizer = "l1"}),
                  Dense({.units = 2, .bias_initializer = "ones", .bias_regularizer = "l1"})});
             model.set_activity_regularizer("l2");
             return model;
           },
       .input = {3, 5},
       .output = {3, 2},
       .weights = {kOfProduct, kOfOutputs, kOfProduct, kOfOutputs},
       .penalties = 4},
      {.name = "Softmax",
       .make =
           [] {
             return Softmax({.axis = {1, 2}, .activity_regularizer = "l2"});
           },
       .input = {3, 2, 4},
       .output = {3, 2, 4}},
      {.name = "TimeDistributed",
       .make =
           [] {
             return TimeDistributed({.layer = Dense({.units = 3,
                                                     .activation = "tanh",
                                                     .bias_initializer = "ones",
                                                     .kernel_regularizer = "l2",
                                                     .bias_regularizer = "l1"}),
                                     .activity_regularizer = "l2"});
           },
       .input = {3, 2, 4},
       .output = {3, 2, 3},
       .weights = {kOfProduct, kOfOutputs},
       .penalties = 3},
  };
}

std::vector<LayerCase> image_rows() {
  using namespace layers;
  return {
      depthwise_row<1>("DepthwiseConv1D"),
      depthwise_row<2>("DepthwiseConv2D"),
      separable_row<1>("SeparableConv1D"),
      separable_row<2>("SeparableConv2D"),
      up_sampling_row<UpSampling1D, 1>("UpSampling1D"),
      up_sampling_row<UpSampling2D, 2>("UpSampling2D"),
      up_sampling_row<UpSampling3D, 3>("UpSampling3D"),
      {.name = "CenterCrop",
       .make = [] { return CenterCrop({.height = 2, .width = 3, .activity_regularizer = "l2"}); },
       .input = {3, 5, 4, 2},
       .output = {3, 2, 3, 2}},
      {.name = "Permute",
       .make =
           [] {
             return Permute({.dims = std::vector{3, 1, 2}, .activity_regularizer = "l2"});
           },
       .input = {3, 2, 4, 5},
       .output = {3, 5, 2, 4}},
      {.name = "Select",
       .make =
           [] {
             return Select({.indices = std::vector{3, 0, 4}, .activity_regularizer = "l2"});
           },
       .input = {3, 2, 5},
       .output = {3, 2, 3}},
      {.name = "RepeatVector",
       .make = [] { return RepeatVector({.n = 3, .activity_regularizer = "l2"}); },
       .input = {3, 4},
       .output = {3, 3, 4}},
      {.name = "Resizing",
       .make =
           [] {
             return Resizing({.height = 3,
                              .width = 6,
                              .interpolation = "bicubic",
                              .pad_to_aspect_ratio = true,
                              .fill_value = 0.5f,
                              .antialias = true,
                              .activity_regularizer = "l2"});
           },
       .input = {3, 5, 4, 2},
       .output = {3, 3, 6, 2}},
  };
}

// A layer without weights, of options that have an activity slot.
template <class L>
LayerCase plain_row(std::string name, typename L::Options options, const Shape& shape) {
  return {.name = std::move(name),
          .make = [options] { return L(options); },
          .input = shape,
          .output = shape};
}

std::vector<LayerCase> normalization_rows() {
  using namespace layers;
  const Shape kMaps = {3, 2, 3, 4};
  return {
      {.name = "LayerNormalization",
       .make =
           [] {
             return LayerNormalization({.axis = {1, -1},
                                        .epsilon = 1e-2f,
                                        .beta_initializer = "ones",
                                        .beta_regularizer = "l1",
                                        .gamma_regularizer = "l2",
                                        .beta_constraint = "non_neg",
                                        .gamma_constraint = "max_norm",
                                        .activity_regularizer = "l2"});
           },
       .input = kMaps,
       .output = kMaps,
       .weights = {{.output = 1}, {.output = 1}},
       .penalties = 3},
      {.name = "GroupNormalization",
       .make =
           [] {
             return GroupNormalization({.groups = 2,
                                        .axis = -1,
                                        .epsilon = 1e-2f,
                                        .beta_initializer = "ones",
                                        .beta_regularizer = "l1",
                                        .gamma_regularizer = "l2",
                                        .beta_constraint = "non_neg",
                                        .gamma_constraint = "max_norm",
                                        .activity_regularizer = "l2"});
           },
       .input = kMaps,
       .output = kMaps,
       .weights = {kOfOutputs, kOfOutputs},
       .penalties = 3},
      {.name = "RMSNormalization",
       .make =
           [] {
             return RMSNormalization({.axis = 1, .epsilon = 1e-2f, .activity_regularizer = "l2"});
           },
       .input = kMaps,
       .output = kMaps,
       .weights = {kOfOutputs}},
      plain_row<UnitNormalization>("UnitNormalization", {.axis = 2, .activity_regularizer = "l1"},
                                   kMaps),
      {.name = "Normalization",
       .make =
           [] {
             return layers::Normalization(
                 {.axis = {1, 3}, .invert = true, .activity_regularizer = "l2"});
           },
       .input = kMaps,
       .output = kMaps,
       .weights = {{.input = 1}, {.input = 1}, {}}},
      {.name = "SpectralNormalization",
       .make =
           [] {
             return SpectralNormalization({.layer = Dense({.units = 4,
                                                           .bias_initializer = "ones",
                                                           .kernel_regularizer = "l2",
                                                           .bias_regularizer = "l1"}),
                                           .power_iterations = 2,
                                           .activity_regularizer = "l2"});
           },
       .input = {3, 5},
       .output = {3, 4},
       .weights = {kOfProduct, {}, kOfOutputs},
       .penalties = 3},
      {.name = "PReLU",
       .make =
           [] {
             return PReLU({.alpha_initializer = "ones",
                           .alpha_regularizer = "l1_l2",
                           .alpha_constraint = "non_neg",
                           .shared_axes = AxisList{1, 2},
                           .activity_regularizer = "l2"});
           },
       .input = kMaps,
       .output = kMaps,
       .weights = {{.output = 2}},
       .penalties = 2},
  };
}

std::vector<LayerCase> weightless_rows() {
  using namespace layers;
  const Shape kMaps = {3, 2, 3, 4};
  return {
      plain_row<ELU>("ELU", {.alpha = 0.5f, .activity_regularizer = "l2"}, {3, 4}),
      plain_row<LeakyReLU>("LeakyReLU", {.negative_slope = 0.1f, .activity_regularizer = "l2"},
                           {3, 4}),
      plain_row<layers::Identity>("Identity", {.activity_regularizer = "l2"}, {3, 4}),
      plain_row<Rescaling>("Rescaling",
                           {.scale = Tensor({4}, {1.0f, 2.0f, 0.5f, -1.0f}),
                            .offset = 0.25f,
                            .activity_regularizer = "l2"},
                           {3, 2, 4}),
      plain_row<GaussianNoise>("GaussianNoise",
                               {.stddev = 0.5f, .seed = 5, .activity_regularizer = "l2"}, {3, 4}),
      plain_row<GaussianDropout>("GaussianDropout",
                                 {.rate = 0.25f, .seed = 5, .activity_regularizer = "l2"}, {3, 4}),
      plain_row<AlphaDropout>("AlphaDropout",
                              {.rate = 0.25f,
                               .noise_shape = Shape{Shape::kUnknown, 1, 4},
                               .seed = 5,
                               .activity_regularizer = "l2"},
                              {3, 2, 4}),
      plain_row<SpatialDropout1D>(
          "SpatialDropout1D", {.rate = 0.25f, .seed = 5, .activity_regularizer = "l2"}, {3, 5, 4}),
      plain_row<SpatialDropout2D>(
          "SpatialDropout2D",
          {.rate = 0.25f, .data_format = "channels_first", .seed = 5, .activity_regularizer = "l2"},
          kMaps),
      plain_row<SpatialDropout3D>("SpatialDropout3D",
                                  {.rate = 0.25f, .seed = 5, .activity_regularizer = "l2"},
                                  {3, 2, 2, 2, 4}),
  };
}

std::vector<LayerCase> augmentation_rows() {
  using namespace layers;
  const Shape kImages = {3, 5, 4, 2};
  return {
      plain_row<RandomBrightness>("RandomBrightness",
                                  {.factor = {-0.1f, 0.3f},
                                   .value_range = {-9.0f, 9.0f},
                                   .seed = 5,
                                   .activity_regularizer = "l2"},
                                  kImages),
      plain_row<RandomContrast>("RandomContrast",
                                {.factor = 0.3f,
                                 .value_range = {-9.0f, 9.0f},
                                 .seed = 5,
                                 .data_format = "channels_first",
                                 .activity_regularizer = "l2"},
                                kImages),
      {.name = "RandomCrop",
       .make =
           [] {
             return RandomCrop({.height = 2, .width = 2, .seed = 5, .activity_regularizer = "l2"});
           },
       .input = {3, 9, 8, 2},
       .output = {3, 2, 2, 2}},
      plain_row<RandomFlip>("RandomFlip",
                            {.mode = "vertical", .seed = 5, .activity_regularizer = "l2"},
                            {8, 5, 4, 2}),
      plain_row<RandomRotation>("RandomRotation",
                                {.factor = 0.2f,
                                 .fill_mode = "wrap",
                                 .interpolation = "nearest",
                                 .seed = 5,
                                 .activity_regularizer = "l2"},
                                kImages),
      plain_row<RandomTranslation>("RandomTranslation",
                                   {.height_factor = 0.3f,
                                    .width_factor = {-0.2f, 0.1f},
                                    .fill_mode = "constant",
                                    .seed = 5,
                                    .fill_value = 0.5f,
                                    .activity_regularizer = "l2"},
                                   kImages),
      plain_row<RandomZoom>("RandomZoom",
                            {.height_factor = {-0.5f, 0.5f},
                             .width_factor = 0.3f,
                             .seed = 5,
                             .data_format = "channels_first",
                             .activity_regularizer = "l2"},
                            kImages),
  };
}

std::vector<LayerCase> rows() {
  std::vector<LayerCase> all = core_rows();
  for (const auto& more :
       {normalization_rows(), weightless_rows(), recurrent_rows(), image_rows(),
        augmentation_rows(), spatial_rows<1>(), spatial_rows<2>(), spatial_rows<3>()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

class LayerContract : public ::testing::TestWithParam<LayerCase> {};

TEST_P(LayerContract, AnnouncesItsOutputsShape) { expect_output_shape(GetParam()); }
TEST_P(LayerContract, PaysForEverySlot) { expect_weights_and_penalties(GetParam()); }
TEST_P(LayerContract, NamesItsWeightsAndTheirAxes) { expect_named_weights(GetParam()); }
TEST_P(LayerContract, HidesNoRandomState) { expect_random_states(GetParam()); }
TEST_P(LayerContract, ComesBackFromItsConfig) { expect_config_round_trip(GetParam()); }
TEST_P(LayerContract, PenaltiesHaveGradients) { expect_penalty_gradients(GetParam()); }
TEST_P(LayerContract, PaysForActivityBySample) { expect_activity_per_sample(GetParam()); }
TEST_P(LayerContract, TakesARegularizerAtAnyTime) { expect_set_regularizer(GetParam()); }
TEST_P(LayerContract, PaysOnlyForActivityWhileFrozen) { expect_frozen(GetParam()); }
TEST_P(LayerContract, LearnsFromItsGradient) { expect_learning(GetParam()); }
TEST_P(LayerContract, ThreadsDoNotMatter) { expect_same_bits_for_any_threads(GetParam()); }

INSTANTIATE_TEST_SUITE_P(All, LayerContract, ::testing::ValuesIn(rows()),
                         [](const auto& test) { return test.param.name; });

TEST(LayerContractRows, HoldEveryBuiltInLayer) {
  // One computes nothing and has no slots, the others are parts of RNN and return several tensors.
  std::vector<std::string> signed_by = {"InputLayer", "GRUCell", "LSTMCell", "SimpleRNNCell",
                                        "StackedRNNCells"};
  for (const LayerCase& row : rows()) signed_by.push_back(row.name);
  for (const std::string& name : registry::class_names(typeid(Layer))) {
    EXPECT_THAT(signed_by, ::testing::Contains(name)) << "a layer without a row in rows()";
  }
}

}  // namespace
}  // namespace strata::testing
