// Dense layers, embeddings and normalization in ONNX.
#include "core/check.hpp"
#include "saving/onnx/layer_writers.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::saving {
namespace {

Value affine(OnnxGraph& graph, const layers::Dense& layer, const LayerStep& step) {
  std::vector<Value> inputs = {step.input, graph.weight(layer.kernel())};
  const bool has_bias = layer.bias().defined();
  if (step.input_shape.rank() == 2) {
    if (has_bias) inputs.push_back(graph.weight(layer.bias()));
    return graph.node("Gemm", inputs);
  }
  const Value product = graph.node("MatMul", inputs);
  return has_bias ? graph.node("Add", {product, graph.weight(layer.bias())}) : product;
}

}  // namespace

Value write_dense(OnnxGraph& graph, const layers::Dense& layer, const LayerStep& step) {
  return write_slot(graph, layer, layer.activation(), affine(graph, layer, step));
}

Value write_embedding(OnnxGraph& graph, const layers::Embedding& layer, const LayerStep& step) {
  check(!layer.mask_zero(), layer.name(),
        "an ONNX file holds no masks, so mask_zero must be false. Received: mask_zero=true.");
  constexpr std::int64_t kInt64 = 7;  // of TensorProto's data types
  const Value indices = graph.node("Cast", {step.input}, {{"to", kInt64}});
  return graph.node("Gather", {graph.weight(layer.embeddings()), indices});
}

// By the moving statistics.
Value write_batch_normalization(OnnxGraph& graph, const layers::BatchNormalization& layer,
                                const LayerStep& step) {
  const int rank = step.input_shape.rank();
  check<ShapeError>(rank >= 2, layer.name(),
                    "ONNX normalizes inputs of rank >= 2. Received: shape={}.", step.input_shape);
  const Shape& channels = layer.moving_mean().shape();
  const int axis = step.input_shape.axis(layer.axis(), layer.name().c_str());
  return graph.with_second(step.input, axis, rank, [&](const Value& x) {
    const Value gamma = layer.gamma().defined() ? graph.weight(layer.gamma())
                                                : graph.constant("gamma", ops::ones(channels));
    const Value beta = layer.beta().defined() ? graph.weight(layer.beta())
                                              : graph.constant("beta", ops::zeros(channels));
    return graph.node(
        "BatchNormalization",
        {x, gamma, beta, graph.weight(layer.moving_mean()), graph.weight(layer.moving_variance())},
        {{"epsilon", layer.epsilon()}});
  });
}

}  // namespace strata::saving
