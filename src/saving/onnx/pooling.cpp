// Pooling in ONNX: over windows, and over all spatial axes.
#include "layers/pooling.hpp"

#include <numeric>

#include "saving/onnx/layer_writers.hpp"
#include "saving/onnx/windows.hpp"

namespace strata::saving {
namespace {

template <int N>
Value pool(OnnxGraph& graph, const char* type, const layers::Pooling<N>& layer,
           const LayerStep& step) {
  const typename layers::Pooling<N>::Op op(layer);
  const auto& extents = op.geometry.window;
  const OnnxWindow window = {.extents = Integers(extents.begin(), extents.begin() + N),
                             .strides = op.geometry.strides,
                             .dilation = {1, 1, 1},
                             .padding = op.geometry.padding};
  const auto attributes =
      attributes_of(window, spatial_extents(step.input_shape, op.channels_last));
  return graph.with_second(step.input, op.channels_last ? N + 1 : 1, N + 2,
                           [&](const Value& x) { return graph.node(type, {x}, attributes); });
}

// Reduces the axes wherever a transposition before has left them: batch and channels keep their
// order.
template <int N>
Value reduce(OnnxGraph& graph, const char* type, const layers::GlobalPooling<N>& layer,
             const LayerStep& step) {
  const OnnxGraph::Origin origin = graph.origin(step.input, N + 2);
  const int first = layer.data_format() == "channels_last" ? 1 : 2;
  Integers axes;
  for (int axis = first; axis < first + N; ++axis)
    axes.push_back(origin.axes[static_cast<std::size_t>(axis)]);
  const Value reduced = graph.node(type, {origin.source},
                                   {{"axes", axes}, {"keepdims", std::int64_t{layer.keepdims()}}});
  return layer.keepdims() ? graph.transpose(reduced, origin.axes) : reduced;
}

}  // namespace

template <int N>
Value write_max_pooling(OnnxGraph& graph, const layers::MaxPooling<N>& layer,
                        const LayerStep& step) {
  return pool<N>(graph, "MaxPool", layer, step);
}

// ONNX too leaves padding out of the mean, unless it is asked to count it.
template <int N>
Value write_average_pooling(OnnxGraph& graph, const layers::AveragePooling<N>& layer,
                            const LayerStep& step) {
  return pool<N>(graph, "AveragePool", layer, step);
}

template <int N>
Value write_global_max_pooling(OnnxGraph& graph, const layers::GlobalMaxPooling<N>& layer,
                               const LayerStep& step) {
  return reduce<N>(graph, "ReduceMax", layer, step);
}

template <int N>
Value write_global_average_pooling(OnnxGraph& graph, const layers::GlobalAveragePooling<N>& layer,
                                   const LayerStep& step) {
  return reduce<N>(graph, "ReduceMean", layer, step);
}

template Value write_max_pooling(OnnxGraph&, const layers::MaxPooling<1>&, const LayerStep&);
template Value write_max_pooling(OnnxGraph&, const layers::MaxPooling<2>&, const LayerStep&);
template Value write_max_pooling(OnnxGraph&, const layers::MaxPooling<3>&, const LayerStep&);
template Value write_average_pooling(OnnxGraph&, const layers::AveragePooling<1>&,
                                     const LayerStep&);
template Value write_average_pooling(OnnxGraph&, const layers::AveragePooling<2>&,
                                     const LayerStep&);
template Value write_average_pooling(OnnxGraph&, const layers::AveragePooling<3>&,
                                     const LayerStep&);
template Value write_global_max_pooling(OnnxGraph&, const layers::GlobalMaxPooling<1>&,
                                        const LayerStep&);
template Value write_global_max_pooling(OnnxGraph&, const layers::GlobalMaxPooling<2>&,
                                        const LayerStep&);
template Value write_global_max_pooling(OnnxGraph&, const layers::GlobalMaxPooling<3>&,
                                        const LayerStep&);
template Value write_global_average_pooling(OnnxGraph&, const layers::GlobalAveragePooling<1>&,
                                            const LayerStep&);
template Value write_global_average_pooling(OnnxGraph&, const layers::GlobalAveragePooling<2>&,
                                            const LayerStep&);
template Value write_global_average_pooling(OnnxGraph&, const layers::GlobalAveragePooling<3>&,
                                            const LayerStep&);

}  // namespace strata::saving
