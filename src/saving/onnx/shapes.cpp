// Layers that only move elements, and those that leave them as they are, in ONNX.
#include <algorithm>

#include "core/check.hpp"
#include "saving/onnx/layer_writers.hpp"
#include "tensor/format.hpp"

namespace strata::saving {

Value write_flatten(OnnxGraph& graph, const layers::Flatten& layer, const LayerStep& step) {
  Value x = step.input;
  const int rank = step.input_shape.rank();
  if (layer.data_format() == "channels_first" && rank > 2) {
    std::vector<int> axes = {0};
    for (int axis = 2; axis < rank; ++axis) axes.push_back(axis);
    axes.push_back(1);
    x = graph.transpose(x, axes);
  }
  return graph.node("Flatten", {x}, {{"axis", std::int64_t{1}}});
}

// In ONNX an extent of 0 stands for the input's, here the batch's.
Value write_reshape(OnnxGraph& graph, const layers::Reshape& layer, const LayerStep& step) {
  const Shape sample = step.output_shape.without(0);
  check<ShapeError>(std::find(sample.begin(), sample.end(), 0) == sample.end(), layer.name(),
                    "ONNX can't reshape to an extent of 0. Received: target_shape={}.", sample);
  Integers target = {0};
  target.insert(target.end(), sample.begin(), sample.end());
  return graph.node("Reshape", {step.input, graph.constant("target_shape", target)});
}

Value write_permute(OnnxGraph& graph, const layers::Permute& layer, const LayerStep& step) {
  std::vector<int> axes = {0};
  axes.insert(axes.end(), layer.dims().begin(), layer.dims().end());
  return graph.transpose(step.input, axes);
}

Value write_select(OnnxGraph& graph, const layers::Select& layer, const LayerStep& step) {
  const Value indices =
      graph.constant("indices", Integers(layer.indices().begin(), layer.indices().end()));
  return graph.node("Gather", {step.input, indices},
                    {{"axis", std::int64_t{step.input_shape.rank() - 1}}});
}

Value write_repeat_vector(OnnxGraph& graph, const layers::RepeatVector& layer,
                          const LayerStep& step) {
  const Value sequence = graph.node("Unsqueeze", {step.input, graph.constant("axes", Integers{1})});
  return graph.node("Tile", {sequence, graph.constant("repeats", Integers{1, layer.n(), 1})});
}

Value write_nothing(OnnxGraph&, const Layer&, const LayerStep& step) { return step.input; }

}  // namespace strata::saving
