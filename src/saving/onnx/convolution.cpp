// Convolutions in ONNX.
#include "layers/convolution.hpp"

#include <algorithm>

#include "saving/onnx/layer_writers.hpp"
#include "saving/onnx/windows.hpp"
#include "strata/ops/array.hpp"

namespace strata::saving {
namespace {

// The attributes of a convolution with a kernel of these spatial extents.
std::vector<OnnxAttribute> convolution_attributes(const ops::ConvolutionGeometry& geometry,
                                                  const Integers& extents, const Integers& spatial,
                                                  std::int64_t groups) {
  const OnnxWindow window = {.extents = extents,
                             .strides = geometry.strides,
                             .dilation = geometry.dilation,
                             .padding = geometry.padding};
  std::vector<OnnxAttribute> attributes = attributes_of(window, spatial);
  const auto count = static_cast<std::ptrdiff_t>(extents.size());
  attributes.push_back(
      {"dilations", Integers(geometry.dilation.begin(), geometry.dilation.begin() + count)});
  attributes.push_back({"group", groups});
  return attributes;
}

Integers window_extents(const Variable& kernel) {
  return {kernel.shape().begin(), kernel.shape().end() - 2};
}

// Where the kernel's axes go so that the two behind the window's, in this order, come first.
std::vector<int> axes_first(int first, int second, int spatial) {
  std::vector<int> axes = {first, second};
  for (int axis = 0; axis < spatial; ++axis) axes.push_back(axis);
  return axes;
}

// (window…, channels, multiplier) as Conv takes it with a group per channel: (channels · multiplier,
// 1, window…).
Value grouped_kernel(OnnxGraph& graph, const Variable& kernel, int spatial) {
  const Tensor turned = ops::transpose(kernel.value(), axes_first(spatial, spatial + 1, spatial));
  Shape shape = {turned.shape()[0] * turned.shape()[1], 1};
  for (int axis = 0; axis < spatial; ++axis) shape.append(kernel.shape()[axis]);
  return graph.constant(kernel.name().c_str(), ops::reshape(turned, shape));
}

// With channels second.
Value depthwise(OnnxGraph& graph, const Value& x, const ops::ConvolutionGeometry& geometry,
                const Variable& kernel, const Variable& bias, const Integers& spatial) {
  const int count = static_cast<int>(spatial.size());
  std::vector<Value> inputs = {x, grouped_kernel(graph, kernel, count)};
  if (bias.defined()) inputs.push_back(graph.weight(bias));
  return graph.node(
      "Conv", inputs,
      convolution_attributes(geometry, window_extents(kernel), spatial, kernel.shape()[count]));
}

}  // namespace

template <int N>
Value write_convolution(OnnxGraph& graph, const layers::Conv<N>& layer, const LayerStep& step) {
  const typename layers::Conv<N>::Op op(layer);
  const auto attributes = convolution_attributes(
      op.geometry, window_extents(layer.kernel()),
      spatial_extents(step.input_shape, op.channels_last), op.geometry.groups);
  const int channels = op.channels_last ? N + 1 : 1;
  const Value outputs =
      graph.with_second(step.input, channels, N + 2, [&](const Value& x) -> Value {
        std::vector<Value> inputs = {x, graph.weight(layer.kernel(), axes_first(N + 1, N, N))};
        if (layer.bias().defined()) inputs.push_back(graph.weight(layer.bias()));
        return graph.node("Conv", inputs, attributes);
      });
  return write_slot(graph, layer, layer.activation(), outputs);
}

template <int N>
Value write_depthwise_convolution(OnnxGraph& graph, const layers::DepthwiseConv<N>& layer,
                                  const LayerStep& step) {
  const bool last = layer.data_format() == "channels_last";
  const Value outputs =
      graph.with_second(step.input, last ? N + 1 : 1, N + 2, [&](const Value& x) -> Value {
        return depthwise(graph, x, layer.geometry(), layer.kernel(), layer.bias(),
                         spatial_extents(step.input_shape, last));
      });
  return write_slot(graph, layer, layer.activation(), outputs);
}

template <int N>
Value write_separable_convolution(OnnxGraph& graph, const layers::SeparableConv<N>& layer,
                                  const LayerStep& step) {
  const bool last = layer.data_format() == "channels_last";
  const Value outputs =
      graph.with_second(step.input, last ? N + 1 : 1, N + 2, [&](const Value& x) -> Value {
        const Value channels = depthwise(graph, x, layer.geometry(), layer.depthwise_kernel(), {},
                                         spatial_extents(step.input_shape, last));
        std::vector<Value> inputs = {
            channels, graph.weight(layer.pointwise_kernel(), axes_first(N + 1, N, N))};
        if (layer.bias().defined()) inputs.push_back(graph.weight(layer.bias()));
        return graph.node("Conv", inputs);
      });
  return write_slot(graph, layer, layer.activation(), outputs);
}

// ONNX crops both ends of what the windows reach, or adds behind it, by the same amounts whatever
// the extent: those of one position.
template <int N>
Value write_transposed_convolution(OnnxGraph& graph, const layers::ConvTranspose<N>& layer,
                                   const LayerStep& step) {
  const ops::ConvTransposeGeometry geometry = layer.geometry();
  Integers pads(2 * N);
  Integers more(N);
  for (std::size_t i = 0; i < N; ++i) {
    ops::ConvTransposeAxis axis{.window = layer.kernel().shape()[static_cast<int>(i)],
                                .stride = geometry.strides[i],
                                .dilation = geometry.dilation[i],
                                .padding = geometry.padding};
    if (geometry.output_padding) axis.output_padding = (*geometry.output_padding)[i];
    const std::int64_t span = axis.dilation * (axis.window - 1) + 1;
    pads[i] = ops::conv_transpose_crop(axis);
    const std::int64_t behind = span - pads[i] - ops::conv_transpose_output(1, axis);
    pads[N + i] = std::max<std::int64_t>(behind, 0);
    more[i] = std::max<std::int64_t>(-behind, 0);
  }
  const std::vector<OnnxAttribute> attributes = {
      {"kernel_shape", window_extents(layer.kernel())},
      {"strides", Integers(geometry.strides.begin(), geometry.strides.begin() + N)},
      {"dilations", Integers(geometry.dilation.begin(), geometry.dilation.begin() + N)},
      {"pads", pads},
      {"output_padding", more}};
  const int channels = layer.data_format() == "channels_last" ? N + 1 : 1;
  const Value outputs =
      graph.with_second(step.input, channels, N + 2, [&](const Value& x) -> Value {
        std::vector<Value> inputs = {x, graph.weight(layer.kernel(), axes_first(N + 1, N, N))};
        if (layer.bias().defined()) inputs.push_back(graph.weight(layer.bias()));
        return graph.node("ConvTranspose", inputs, attributes);
      });
  return write_slot(graph, layer, layer.activation(), outputs);
}

template Value write_convolution(OnnxGraph&, const layers::Conv<1>&, const LayerStep&);
template Value write_convolution(OnnxGraph&, const layers::Conv<2>&, const LayerStep&);
template Value write_convolution(OnnxGraph&, const layers::Conv<3>&, const LayerStep&);
template Value write_depthwise_convolution(OnnxGraph&, const layers::DepthwiseConv<1>&,
                                           const LayerStep&);
template Value write_depthwise_convolution(OnnxGraph&, const layers::DepthwiseConv<2>&,
                                           const LayerStep&);
template Value write_separable_convolution(OnnxGraph&, const layers::SeparableConv<1>&,
                                           const LayerStep&);
template Value write_separable_convolution(OnnxGraph&, const layers::SeparableConv<2>&,
                                           const LayerStep&);
template Value write_transposed_convolution(OnnxGraph&, const layers::ConvTranspose<1>&,
                                            const LayerStep&);
template Value write_transposed_convolution(OnnxGraph&, const layers::ConvTranspose<2>&,
                                            const LayerStep&);
template Value write_transposed_convolution(OnnxGraph&, const layers::ConvTranspose<3>&,
                                            const LayerStep&);

}  // namespace strata::saving
