// Normalization by a sample's own statistics, and by those of the data, in ONNX.
#include <algorithm>

#include "core/check.hpp"
#include "saving/onnx/layer_writers.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::saving {
namespace {

// The axes as they are counted in the input, in order.
Integers axes_of(const AxisList& axis, const LayerStep& step, const Layer& layer) {
  Integers axes;
  for (const int each : axis.values())
    axes.push_back(step.input_shape.axis(each, layer.name().c_str()));
  std::sort(axes.begin(), axes.end());
  return axes;
}

Value mean_over(OnnxGraph& graph, const Value& x, const Integers& axes) {
  return graph.node("ReduceMean", {x}, {{"axes", axes}, {"keepdims", std::int64_t{1}}});
}

// x / sqrt(mean(x^2) + epsilon)
Value by_root_mean_square(OnnxGraph& graph, const Value& x, const Integers& axes, float epsilon) {
  const Value square = mean_over(graph, graph.node("Mul", {x, x}), axes);
  const Value root = graph.node("Sqrt", {graph.node("Add", {square, graph.number(epsilon)})});
  return graph.node("Div", {x, root});
}

Value centered(OnnxGraph& graph, const Value& x, const Integers& axes) {
  return graph.node("Sub", {x, mean_over(graph, x, axes)});
}

// A weight along these axes, in a shape that broadcasts with the input.
Value spread_weight(OnnxGraph& graph, const Variable& weight, const Integers& axes,
                    const LayerStep& step) {
  const std::vector<std::int64_t> ones(static_cast<std::size_t>(step.input_shape.rank()), 1);
  Shape spread(ones);
  for (const std::int64_t axis : axes)
    spread[static_cast<int>(axis)] = step.input_shape[static_cast<int>(axis)];
  return graph.constant(weight.name().c_str(), ops::reshape(weight, spread));
}

Value scaled(OnnxGraph& graph, Value x, const Variable& gamma, const Variable& beta,
             const Integers& axes, const LayerStep& step) {
  if (gamma.defined()) x = graph.node("Mul", {x, spread_weight(graph, gamma, axes, step)});
  if (beta.defined()) x = graph.node("Add", {x, spread_weight(graph, beta, axes, step)});
  return x;
}

}  // namespace

Value write_layer_normalization(OnnxGraph& graph, const layers::LayerNormalization& layer,
                                const LayerStep& step) {
  const Integers axes = axes_of(layer.axis(), step, layer);
  const Value x = centered(graph, step.input, axes);
  return scaled(graph, by_root_mean_square(graph, x, axes, layer.epsilon()), layer.gamma(),
                layer.beta(), axes, step);
}

// With the channels second, a sample's groups are rows one after the other.
Value write_group_normalization(OnnxGraph& graph, const layers::GroupNormalization& layer,
                                const LayerStep& step) {
  const int rank = step.input_shape.rank();
  const int axis = step.input_shape.axis(layer.axis(), layer.name().c_str());
  const std::int64_t channels = step.input_shape[axis];
  Integers whole = {0, channels};
  std::vector<std::int64_t> spread(static_cast<std::size_t>(rank) - 1, 1);
  spread[0] = channels;
  for (int other = 1; other < rank; ++other) {
    if (other != axis) whole.push_back(step.input_shape[other]);
  }
  check<ShapeError>(std::count(whole.begin(), whole.end(), Shape::kUnknown) <= 1, layer.name(),
                    "ONNX normalizes groups of inputs with at most one unknown axis besides the "
                    "batch's. Received: shape={}.",
                    step.input_shape);
  std::replace(whole.begin(), whole.end(), Shape::kUnknown, std::int64_t{-1});
  const std::int64_t groups = layer.groups() == -1 ? channels : layer.groups();
  return graph.with_second(step.input, axis, rank, [&](const Value& x) {
    const Integers split = {0, groups, -1};
    const Integers last = {2};
    Value y = graph.node("Reshape", {x, graph.constant("groups", split)});
    y = by_root_mean_square(graph, centered(graph, y, last), last, layer.epsilon());
    y = graph.node("Reshape", {y, graph.constant("shape", whole)});
    const auto weight = [&](const Variable& of) {
      return graph.constant(of.name().c_str(), ops::reshape(of, Shape(spread)));
    };
    if (layer.gamma().defined()) y = graph.node("Mul", {y, weight(layer.gamma())});
    if (layer.beta().defined()) y = graph.node("Add", {y, weight(layer.beta())});
    return y;
  });
}

Value write_rms_normalization(OnnxGraph& graph, const layers::RMSNormalization& layer,
                              const LayerStep& step) {
  const Integers axes = axes_of(layer.axis(), step, layer);
  return scaled(graph, by_root_mean_square(graph, step.input, axes, layer.epsilon()), layer.scale(),
                {}, axes, step);
}

Value write_unit_normalization(OnnxGraph& graph, const layers::UnitNormalization& layer,
                               const LayerStep& step) {
  const Value norm =
      graph.node("ReduceL2", {step.input},
                 {{"axes", axes_of(layer.axis(), step, layer)}, {"keepdims", std::int64_t{1}}});
  return graph.node("Div", {step.input, graph.node("Max", {norm, graph.number(1e-12f)})});
}

Value write_normalization(OnnxGraph& graph, const layers::Normalization& layer,
                          const LayerStep& step) {
  const Value mean = graph.constant("mean", layer.mean());
  const Value deviation =
      graph.constant("deviation", ops::maximum(ops::sqrt(layer.variance()), 1e-7f));
  if (layer.invert()) return graph.node("Add", {graph.node("Mul", {step.input, deviation}), mean});
  return graph.node("Div", {graph.node("Sub", {step.input, mean}), deviation});
}

Value write_rescaling(OnnxGraph& graph, const layers::Rescaling& layer, const LayerStep& step) {
  const Value product = graph.node("Mul", {step.input, graph.constant("scale", layer.scale())});
  return graph.node("Add", {product, graph.constant("offset", layer.offset())});
}

}  // namespace strata::saving
