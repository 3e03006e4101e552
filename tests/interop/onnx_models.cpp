// Writes models as ONNX files, each layer with its options varied and some whole models, and beside
// each of them data and what Strata makes of it, for onnx_predicts.py to compare with.
//
//     strata_interop_onnx DIRECTORY
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "strata/config.hpp"
#include "strata/strata.hpp"

namespace {

using namespace strata::layers;  // NOLINT: every layer is named here
using strata::ActivationSpec;
using strata::Config;
using strata::LayerHandle;
using strata::Sequential;
using strata::Shape;
using strata::Tensor;

constexpr std::int64_t kBatch = 3;

const std::string kFormats[] = {"channels_last", "channels_first"};

// A shape in the order that a data format asks for; `spatial` extents and then the channels.
Shape formatted(const Shape& sample, const std::string& format) {
  if (format == "channels_last") return sample;
  Shape first = {sample.back()};
  for (int axis = 0; axis + 1 < sample.rank(); ++axis) first.append(sample[axis]);
  return first;
}

class Writer {
 public:
  explicit Writer(std::string folder) : folder_(std::move(folder)) {}

  // Weights that tell one place from another, and moving statistics of their own.
  void write(const std::string& name, const Shape& sample, const std::vector<LayerHandle>& layers) {
    Sequential model({.layers = with_input(sample, layers)});
    for (const auto& [path, weight] : model.named_weights()) {
      weight.assign(path.ends_with("variance") ? random_.uniform(weight.shape(), 0.5f, 1.5f)
                                               : random_.normal(weight.shape(), 0.1f, 0.5f));
    }
    write_model(name, model, sample);
  }

  // `data`: extents that a model leaves open have some value there.
  void write_model(const std::string& name, Sequential& model, const Shape& data) {
    Shape batch = {kBatch};
    for (const std::int64_t extent : data) batch.append(extent == Shape::kUnknown ? 7 : extent);
    const Tensor x = random_.normal(batch, 0.0f, 2.0f);
    const std::string stem = fmt::format("{}/{:03} {}", folder_, count_++, name);
    model.export_onnx(stem + ".onnx");
    strata::io::write_npy(stem + ".input.npy", x);
    strata::io::write_npy(stem + ".output.npy", model.predict(x, {.verbose = 0}));
  }

  int count() const { return count_; }

 private:
  static std::vector<LayerHandle> with_input(const Shape& sample,
                                             const std::vector<LayerHandle>& layers) {
    std::vector<LayerHandle> all = {Input(sample)};
    all.insert(all.end(), layers.begin(), layers.end());
    return all;
  }

  std::string folder_;
  int count_ = 0;
  strata::random::Generator random_{std::uint64_t{7}};
};

void write_dense(Writer& writer) {
  for (const Shape& sample : {Shape{4}, Shape{3, 4}, Shape{2, 3, 4}}) {
    for (const bool use_bias : {true, false})
      writer.write(fmt::format("dense rank {} bias {}", sample.rank() + 1, use_bias), sample,
                   {Dense({.units = 5, .activation = "tanh", .use_bias = use_bias})});
  }
}

void write_activations(Writer& writer) {
  for (const char* name :
       {"celu",           "elu",          "exponential", "gelu",        "glu",
        "hard_shrink",    "hard_sigmoid", "hard_silu",   "hard_swish",  "hard_tanh",
        "leaky_relu",     "linear",       "log_sigmoid", "log_softmax", "mish",
        "relu",           "relu6",        "selu",        "sigmoid",     "silu",
        "soft_shrink",    "softmax",      "softplus",    "softsign",    "sparse_plus",
        "sparse_sigmoid", "sparsemax",    "squareplus",  "swish",       "tanh",
        "tanh_shrink"}) {
    writer.write(fmt::format("activation {}", name), {5, 6}, {Activation(name)});
    writer.write(fmt::format("dense with {}", name), {5},
                 {Dense({.units = 6, .activation = name})});
    writer.write(fmt::format("conv2d with {}", name), {5, 4, 3},
                 {Conv2D({.filters = 6, .kernel_size = 2, .activation = name})});
  }
}

// What Keras writes where an activation slot holds a layer.
void write_layers_as_activations(Writer& writer) {
  const std::vector<std::pair<std::string, Config>> objects = {
      {"ELU", Config::object()},
      {"ELU", {{"alpha", 0.5}}},
      {"LeakyReLU", Config::object()},
      {"LeakyReLU", {{"negative_slope", 0.1}}},
      {"ReLU", {{"max_value", 1.5}, {"negative_slope", 0.2}, {"threshold", 0.3}}},
      {"Softmax", {{"axis", 1}}},
      {"Softmax", {{"axis", {1, 2}}}},
  };
  for (const auto& [class_name, config] : objects) {
    const Config object = {{"class_name", class_name}, {"config", config}};
    writer.write(fmt::format("{} as an activation", class_name), {5, 4, 3},
                 {Conv2D({.filters = 6, .kernel_size = 2, .activation = ActivationSpec(object)})});
  }
}

void write_activation_layers(Writer& writer) {
  for (const float max_value : {-1.0f, 0.0f, 1.5f}) {
    for (const float slope : {0.0f, 0.25f}) {
      for (const float threshold : {0.0f, 0.5f}) {
        ReLUOptions options = {.negative_slope = slope, .threshold = threshold};
        if (max_value >= 0.0f) options.max_value = max_value;
        writer.write(
            fmt::format("relu up to {} slope {} threshold {}", max_value, slope, threshold), {4, 5},
            {ReLU(options)});
      }
    }
  }
  writer.write("softmax", {4, 5}, {Softmax()});
  writer.write("softmax along 1", {4, 5, 2}, {Softmax({.axis = 1})});
  writer.write("softmax along 1 and -1", {4, 5, 2}, {Softmax({.axis = {1, -1}})});
  writer.write("conv1d, softmax along 1", {8, 2}, {Conv1D(3, 2), Softmax({.axis = 1})});
}

template <int N>
const Shape kSample = N == 1   ? Shape{11, 4}
                      : N == 2 ? Shape{7, 10, 4}
                               : Shape{5, 6, 7, 4};

// How a window moves.
struct Move {
  int size, strides, dilation;
};

template <int N>
void write_convolutions(Writer& writer) {
  std::vector<std::string> paddings = {"valid", "same"};
  if (N == 1) paddings.emplace_back("causal");
  for (const std::string& format : kFormats) {
    for (const std::string& padding : paddings) {
      for (const auto& [size, strides, dilation] :
           {Move{1, 1, 1}, Move{3, 1, 1}, Move{2, 2, 1}, Move{3, 3, 1}, Move{1, 2, 1},
            Move{2, 1, 2}, Move{2, 1, 3}}) {
        for (const int groups : {1, 2, 4}) {
          writer.write(fmt::format("conv{}d {} {} size {} strides {} dilation {} groups {}", N,
                                   format, padding, size, strides, dilation, groups),
                       formatted(kSample<N>, format),
                       {Conv<N>({.filters = 8,
                                 .kernel_size = size,
                                 .strides = strides,
                                 .padding = padding,
                                 .data_format = format,
                                 .dilation_rate = dilation,
                                 .groups = groups,
                                 .activation = groups == 1 ? "relu" : "softmax",
                                 .use_bias = groups != 2})});
        }
      }
    }
  }
}

template <int N>
void write_poolings(Writer& writer) {
  for (const std::string& format : kFormats) {
    const Shape sample = formatted(kSample<N>, format);
    for (const std::string padding : {"valid", "same"}) {
      for (const int size : {1, 2, 3}) {
        for (const int strides : {1, 2, 3}) {
          const std::string what =
              fmt::format("{}d {} {} size {} strides {}", N, format, padding, size, strides);
          writer.write("max pooling " + what, sample,
                       {MaxPooling<N>({.pool_size = size,
                                       .strides = strides,
                                       .padding = padding,
                                       .data_format = format})});
          writer.write("average pooling " + what, sample,
                       {AveragePooling<N>({.pool_size = size,
                                           .strides = strides,
                                           .padding = padding,
                                           .data_format = format})});
        }
      }
    }
    for (const bool keepdims : {false, true}) {
      const std::string what = fmt::format("pooling {}d {} keepdims {}", N, format, keepdims);
      const GlobalPoolingOptions options = {.data_format = format, .keepdims = keepdims};
      writer.write("global max " + what, sample, {GlobalMaxPooling<N>(options)});
      writer.write("global average " + what, sample, {GlobalAveragePooling<N>(options)});
      writer.write("conv, global average " + what, sample,
                   {Conv<N>({.filters = 3, .kernel_size = 2, .data_format = format}),
                    GlobalAveragePooling<N>(options)});
    }
  }
}

template <int N>
void write_transposed_convolutions(Writer& writer) {
  for (const std::string& format : kFormats) {
    for (const std::string padding : {"valid", "same"}) {
      for (const auto& [size, strides, dilation] : {Move{1, 1, 1}, Move{3, 1, 1}, Move{2, 2, 1},
                                                    Move{3, 2, 1}, Move{1, 3, 1}, Move{2, 1, 2}}) {
        for (const bool adds : {false, true}) {
          ConvTransposeOptions<N> options{.filters = 3,
                                          .kernel_size = size,
                                          .strides = strides,
                                          .padding = padding,
                                          .data_format = format,
                                          .dilation_rate = dilation,
                                          .activation = "relu",
                                          .use_bias = !adds};
          if (adds) options.output_padding = strides - 1;
          writer.write(fmt::format("conv{}d transpose {} {} size {} strides {} dilation {} adds {}",
                                   N, format, padding, size, strides, dilation, adds),
                       formatted(kSample<N>, format), {ConvTranspose<N>(options)});
        }
      }
    }
  }
}

template <int N>
void write_depthwise_convolutions(Writer& writer) {
  for (const std::string& format : kFormats) {
    for (const std::string padding : {"valid", "same"}) {
      for (const auto& [size, strides, dilation] :
           {Move{1, 1, 1}, Move{3, 1, 1}, Move{2, 2, 1}, Move{2, 1, 2}, Move{2, 2, 2}}) {
        for (const int multiplier : {1, 2}) {
          const std::string what =
              fmt::format("conv{}d {} {} size {} strides {} dilation {} multiplier {}", N, format,
                          padding, size, strides, dilation, multiplier);
          writer.write("depthwise " + what, formatted(kSample<N>, format),
                       {DepthwiseConv<N>({.kernel_size = size,
                                          .strides = strides,
                                          .padding = padding,
                                          .depth_multiplier = multiplier,
                                          .data_format = format,
                                          .dilation_rate = dilation,
                                          .activation = "tanh"})});
          writer.write("separable " + what, formatted(kSample<N>, format),
                       {SeparableConv<N>({.filters = 3,
                                          .kernel_size = size,
                                          .strides = strides,
                                          .padding = padding,
                                          .data_format = format,
                                          .dilation_rate = dilation,
                                          .depth_multiplier = multiplier,
                                          .use_bias = multiplier == 1})});
        }
      }
    }
  }
}

template <int N>
void write_spatial_layers(Writer& writer) {
  for (const std::string& format : kFormats) {
    const Shape sample = formatted(kSample<N>, format);
    const auto write = [&](const std::string& name, const LayerHandle& layer) {
      writer.write(fmt::format("{} {}d {}", name, N, format), sample, {layer});
      writer.write(fmt::format("conv, {} {}d {}", name, N, format), sample,
                   {Conv<N>({.filters = 3, .kernel_size = 2, .data_format = format}), layer});
    };
    write("zero padding", ZeroPadding<N>({.padding = 2, .data_format = format}));
    write("adaptive average pooling",
          AdaptiveAveragePooling<N>({.output_size = 3, .data_format = format}));
    write("adaptive max pooling", AdaptiveMaxPooling<N>({.output_size = 3, .data_format = format}));
  }
  writer.write(fmt::format("cropping {}d", N), kSample<N>, {Cropping<N>(1)});
}

void write_images(Writer& writer) {
  writer.write("up-sampling 1d", kSample<1>, {UpSampling1D(3)});
  writer.write("up-sampling 3d", kSample<3>, {UpSampling3D({.size = {1, 2, 3}})});
  for (const char* kind : {"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"}) {
    writer.write(fmt::format("up-sampling 2d {}", kind), kSample<2>,
                 {UpSampling2D({.size = {2, 3}, .interpolation = kind})});
    writer.write(fmt::format("resizing {}", kind), kSample<2>,
                 {Resizing({.height = 3, .width = 11, .interpolation = kind, .antialias = true})});
  }
  writer.write("resizing, cropped", kSample<2>,
               {Resizing({.height = 3, .width = 7, .crop_to_aspect_ratio = true})});
  writer.write(
      "resizing, padded", kSample<2>,
      {Resizing({.height = 3, .width = 7, .pad_to_aspect_ratio = true, .fill_value = 2.0f})});
  writer.write("center crop", kSample<2>, {CenterCrop(2, 3)});
  writer.write("random crop", kSample<2>, {RandomCrop(3, 2)});
  writer.write("random images", kSample<2>,
               {RandomFlip(), RandomRotation(0.1f), RandomZoom(0.1f), RandomContrast(0.1f)});
  writer.write("center crop of small images", kSample<2>, {CenterCrop(20, 3)});
  writer.write("permute", kSample<2>, {Permute({3, 1, 2})});
  writer.write("select", kSample<2>, {Select({1, 0})});
  writer.write("conv, permute", kSample<2>, {Conv2D(3, 2), Permute({3, 1, 2})});
  writer.write("repeat vector", {4}, {RepeatVector(3)});
}

void write_normalization(Writer& writer) {
  for (const Shape& sample : {Shape{4}, Shape{5, 4}, Shape{5, 6, 4}, Shape{2, 3, 2, 4}}) {
    for (const int axis : {-1, 1}) {
      for (const bool center : {true, false}) {
        for (const bool scale : {true, false})
          writer.write(fmt::format("batch normalization rank {} axis {} center {} scale {}",
                                   sample.rank() + 1, axis, center, scale),
                       sample,
                       {BatchNormalization(
                           {.axis = axis, .epsilon = 0.01f, .center = center, .scale = scale})});
      }
    }
  }
  writer.write("batch normalization along 2", {3, 4, 5}, {BatchNormalization({.axis = 2})});
}

void write_shapes(Writer& writer) {
  for (const std::string& format : kFormats) {
    for (const Shape& sample : {Shape(), Shape{4}, Shape{3, 4}, Shape{2, 3, 4}, Shape{2, 3, 2, 4}})
      writer.write(fmt::format("flatten {} rank {}", format, sample.rank() + 1), sample,
                   {Flatten({.data_format = format})});
    writer.write("conv, flatten " + format, formatted({6, 5, 2}, format),
                 {Conv2D({.filters = 3, .kernel_size = 2, .data_format = format}),
                  Flatten({.data_format = format})});
  }
  for (const Shape& target : {Shape{24}, Shape{4, 6}, Shape{-1}, Shape{2, -1, 3}, Shape{1, 24, 1}})
    writer.write(fmt::format("reshape to rank {}", target.rank() + 1), {4, 6}, {Reshape(target)});
  writer.write("reshape of open extents", {Shape::kUnknown, 6}, {Reshape({-1, 3})});
  writer.write("conv, reshape", {6, 4}, {Conv1D(3, 3), Reshape({6, 2})});
  writer.write("dropout", {4}, {Dropout(0.5f)});
  writer.write("activity regularization", {4}, {ActivityRegularization(0.1f, 0.1f)});
}

void write_open_extents(Writer& writer) {
  const Shape open = {Shape::kUnknown, Shape::kUnknown, 2};
  for (const std::string padding : {"valid", "same"}) {
    for (const int strides : {1, 2, 3}) {
      const std::string what = fmt::format("of open extents {} strides {}", padding, strides);
      writer.write(
          "conv2d " + what, open,
          {Conv2D({.filters = 3, .kernel_size = 3, .strides = strides, .padding = padding})});
      writer.write(
          "pooling2d " + what, open,
          {AveragePooling2D({.pool_size = 3, .strides = strides, .padding = padding}),
           MaxPooling2D({.pool_size = 2, .strides = 1, .padding = padding}), GlobalMaxPooling2D()});
    }
  }
  writer.write("causal conv1d of open extents", {Shape::kUnknown, 2},
               {Conv1D({.filters = 3, .kernel_size = 3, .strides = 2, .padding = "causal"})});
}

// Trained for a moment, so that moving statistics and weights are what training makes of them.
void write_trained(Writer& writer, const std::string& name, const Shape& sample,
                   const std::vector<LayerHandle>& layers) {
  std::vector<LayerHandle> all = {Input(sample)};
  all.insert(all.end(), layers.begin(), layers.end());
  Sequential model({.layers = std::move(all)});
  model.compile({.optimizer = "adam", .loss = "mse"});
  strata::random::Generator random(std::uint64_t{11});
  Shape x = {16};
  for (const std::int64_t extent : sample) x.append(extent);
  model.fit(random.normal(x), random.normal(model.output_shape().with(0, 16)),
            {.batch_size = 8, .epochs = 2, .verbose = 0});
  writer.write_model(name, model, sample);
}

void write_models(Writer& writer) {
  write_trained(writer, "perceptron", {20},
                {Dense({.units = 32, .activation = "relu", .kernel_regularizer = "l2"}),
                 Dropout(0.3f), Dense({.units = 10, .activation = "softmax"})});
  write_trained(writer, "images", {20, 20, 3},
                {Conv2D({.filters = 8, .kernel_size = 3, .padding = "same", .use_bias = false}),
                 BatchNormalization(), ReLU(6.0f), MaxPooling2D(2),
                 Conv2D({.filters = 8, .kernel_size = 3, .groups = 8, .activation = "gelu"}),
                 Conv2D({.filters = 12, .kernel_size = 1, .activation = "silu"}),
                 AveragePooling2D(2), Flatten(), Dense({.units = 16, .activation = "elu"}),
                 BatchNormalization(), Dense({.units = 5, .activation = "log_softmax"})});
  write_trained(writer, "images, channels first", {3, 16, 16},
                {Conv2D({.filters = 8,
                         .kernel_size = 3,
                         .strides = 2,
                         .padding = "same",
                         .data_format = "channels_first",
                         .activation = "relu"}),
                 BatchNormalization({.axis = 1}), MaxPooling2D({.data_format = "channels_first"}),
                 Flatten({.data_format = "channels_first"}), Dense(4)});
  std::vector<LayerHandle> dilated;
  for (const int rate : {1, 2, 4})
    dilated.emplace_back(Conv1D({.filters = 6,
                                 .kernel_size = 2,
                                 .padding = "causal",
                                 .dilation_rate = rate,
                                 .activation = "tanh"}));
  dilated.emplace_back(GlobalAveragePooling1D());
  dilated.emplace_back(Dense({.units = 2, .activation = "sigmoid"}));
  write_trained(writer, "causal series", {24, 2}, dilated);
  write_trained(writer, "volumes", {8, 8, 8, 1},
                {Conv3D({.filters = 4, .kernel_size = 3, .activation = "leaky_relu"}),
                 MaxPooling3D(2), BatchNormalization(), GlobalMaxPooling3D(), Dense(3)});
  write_trained(
      writer, "autoencoder of nested models", {6, 4},
      {std::make_shared<Sequential>(strata::SequentialOptions{
           .layers = {Flatten(), Dense({.units = 5, .activation = "mish"})}, .name = "encoder"}),
       std::make_shared<Sequential>(strata::SequentialOptions{
           .layers = {Dense({.units = 24, .activation = "tanh"}), Reshape({6, 4})},
           .name = "decoder"})});
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    fmt::print(stderr, "usage: strata_interop_onnx DIRECTORY\n");
    return 2;
  }
  strata::set_random_seed(3);
  Writer writer(arguments[1]);
  write_dense(writer);
  write_activations(writer);
  write_layers_as_activations(writer);
  write_activation_layers(writer);
  write_convolutions<1>(writer);
  write_convolutions<2>(writer);
  write_convolutions<3>(writer);
  write_poolings<1>(writer);
  write_poolings<2>(writer);
  write_poolings<3>(writer);
  write_transposed_convolutions<1>(writer);
  write_transposed_convolutions<2>(writer);
  write_transposed_convolutions<3>(writer);
  write_depthwise_convolutions<1>(writer);
  write_depthwise_convolutions<2>(writer);
  write_spatial_layers<1>(writer);
  write_spatial_layers<2>(writer);
  write_spatial_layers<3>(writer);
  write_images(writer);
  write_normalization(writer);
  write_shapes(writer);
  write_open_extents(writer);
  write_models(writer);
  fmt::print("{} models written\n", writer.count());
}
