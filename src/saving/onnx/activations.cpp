// Activations in ONNX: one table gives each name its nodes.
#include <algorithm>
#include <array>
#include <numbers>
#include <typeinfo>
#include <variant>

#include "activations/builtin_name.hpp"
#include "activations/layer_as_activation.hpp"
#include "core/callable_rule.hpp"
#include "core/check.hpp"
#include "core/registry.hpp"
#include "saving/onnx/layer_writers.hpp"

namespace strata::saving {
namespace {

using activations::ReluOptions;

constexpr std::int64_t kLast = -1;

Value clip(OnnxGraph& graph, const Value& x, float low, float high) {
  return graph.node("Clip", {x, graph.number(low), graph.number(high)});
}

// max(x, 0) where that is all, else: 0 up to the threshold, cut at max_value, and less the slope
// times what is missing to the threshold.
Value relu(OnnxGraph& graph, const Value& x, const ReluOptions& options) {
  const auto& [slope, max_value, threshold] = options;
  if (threshold == 0.0f && !max_value)
    return slope == 0.0f ? graph.node("Relu", {x})
                         : graph.node("LeakyRelu", {x}, {{"alpha", slope}});
  const Value limit = graph.number(threshold);
  Value above = x;
  if (threshold != 0.0f) {
    const Value is_below = graph.node("LessOrEqual", {x, limit});
    above = graph.node("Where", {is_below, graph.number(0.0f), x});
  }
  if (max_value) above = clip(graph, above, 0.0f, *max_value);
  if (slope == 0.0f) return above;
  const Value missing = graph.node("Relu", {graph.node("Sub", {limit, x})});
  return graph.node("Sub", {above, graph.node("Mul", {graph.number(slope), missing})});
}

Value softmax(OnnxGraph& graph, const Value& x, const AxisList& axis) {
  const Integers axes(axis.values().begin(), axis.values().end());
  if (axes.size() == 1) return graph.node("Softmax", {x}, {{"axis", axes[0]}});
  const Value total =
      graph.node("ReduceLogSumExp", {x}, {{"axes", axes}, {"keepdims", std::int64_t{1}}});
  return graph.node("Exp", {graph.node("Sub", {x, total})});
}

// x / 2 (1 + erf(x / sqrt(2)))
Value gelu(OnnxGraph& graph, const Value& x) {
  const Value scaled = graph.node("Mul", {x, graph.number(1.0f / std::numbers::sqrt2_v<float>)});
  const Value twice_share = graph.node("Add", {graph.node("Erf", {scaled}), graph.number(1.0f)});
  const Value half = graph.node("Mul", {x, graph.number(0.5f)});
  return graph.node("Mul", {half, twice_share});
}

Value glu(OnnxGraph& graph, const Value& x) {
  const std::vector<Value> halves = graph.nodes(2, "Split", {x}, {{"axis", kLast}});
  return graph.node("Mul", {halves[0], graph.node("Sigmoid", {halves[1]})});
}

// max(x - tau, 0), where tau makes the elements sum to 1: of the sorted elements the k largest
// survive as long as the next one is above (their sum - 1) / k.
Value sparsemax(OnnxGraph& graph, const Value& x) {
  const Value last = graph.constant("last_axis", Integers{kLast});
  const Value one = graph.number(1.0f);
  const Value extent = graph.node("Shape", {x}, {{"start", kLast}});
  const Value sorted = graph.nodes(2, "TopK", {x, extent})[0];
  const Value ones = graph.node("Expand", {one, graph.node("Shape", {x})});
  const Value ranks = graph.node("CumSum", {ones, last});
  const Value sums = graph.node("CumSum", {sorted, last});
  const Value taus = graph.node("Div", {graph.node("Sub", {sums, one}), ranks});
  const Value zero = graph.number(0.0f);
  const Value survives = graph.node("Greater", {sorted, taus});
  const Value sum = graph.node("ReduceSum", {graph.node("Where", {survives, sorted, zero}), last});
  const Value count = graph.node("ReduceSum", {graph.node("Where", {survives, one, zero}), last});
  const Value tau = graph.node("Div", {graph.node("Sub", {sum, one}), count});
  return graph.node("Relu", {graph.node("Sub", {x, tau})});
}

// 0 up to -1, then (x + 1)^2 / 4, x from 1 on
Value sparse_plus(OnnxGraph& graph, const Value& x) {
  const Value one = graph.number(1.0f);
  const Value rise = graph.node("Relu", {graph.node("Add", {x, one})});
  const Value curve = graph.node("Mul", {graph.node("Mul", {rise, rise}), graph.number(0.25f)});
  return graph.node("Where", {graph.node("GreaterOrEqual", {x, one}), x, curve});
}

// (x + sqrt(x^2 + 4)) / 2
Value squareplus(OnnxGraph& graph, const Value& x) {
  const Value square = graph.node("Add", {graph.node("Mul", {x, x}), graph.number(4.0f)});
  const Value twice = graph.node("Add", {x, graph.node("Sqrt", {square})});
  return graph.node("Mul", {twice, graph.number(0.5f)});
}

Value selu(OnnxGraph& graph, const Value& x) {
  return graph.node("Selu", {x}, {{"alpha", 1.6732632423543772f}, {"gamma", 1.0507009873554805f}});
}

Value shrink(OnnxGraph& graph, const Value& x, float threshold, float bias) {
  return graph.node("Shrink", {x}, {{"lambd", threshold}, {"bias", bias}});
}

Value hard_sigmoid(OnnxGraph& graph, const Value& x, float slope) {
  return graph.node("HardSigmoid", {x}, {{"alpha", slope}, {"beta", 0.5f}});
}

// The defaults are those of <strata/activations/functions.hpp>.
struct ActivationRow {
  std::string_view name;
  Value (*write)(OnnxGraph&, const Value& x);
  bool by_element = true;  // else along the last axis
};

Value times(OnnxGraph& graph, const Value& x, const Value& factor) {
  return graph.node("Mul", {x, factor});
}

constexpr std::array kActivations = {
    ActivationRow{"celu",
                  [](OnnxGraph& g, const Value& x) {
                    return g.node("Celu", {x}, {{"alpha", 1.0f}});
                  }},
    ActivationRow{"elu",
                  [](OnnxGraph& g, const Value& x) {
                    return g.node("Elu", {x}, {{"alpha", 1.0f}});
                  }},
    ActivationRow{"exponential", [](OnnxGraph& g, const Value& x) { return g.node("Exp", {x}); }},
    ActivationRow{"gelu", gelu},
    ActivationRow{"glu", glu, false},
    ActivationRow{"hard_shrink",
                  [](OnnxGraph& g, const Value& x) { return shrink(g, x, 0.5f, 0.0f); }},
    ActivationRow{"hard_sigmoid",
                  [](OnnxGraph& g, const Value& x) { return hard_sigmoid(g, x, 1.0f / 6.0f); }},
    ActivationRow{"hard_silu",
                  [](OnnxGraph& g, const Value& x) { return g.node("HardSwish", {x}); }},
    ActivationRow{"hard_tanh",
                  [](OnnxGraph& g, const Value& x) { return clip(g, x, -1.0f, 1.0f); }},
    ActivationRow{
        "leaky_relu",
        [](OnnxGraph& g, const Value& x) { return relu(g, x, {.negative_slope = 0.2f}); }},
    ActivationRow{"linear", [](OnnxGraph&, const Value& x) { return x; }},
    ActivationRow{"log_sigmoid",
                  [](OnnxGraph& g, const Value& x) {
                    return g.node("Neg", {g.node("Softplus", {g.node("Neg", {x})})});
                  }},
    ActivationRow{"log_softmax",
                  [](OnnxGraph& g, const Value& x) {
                    return g.node("LogSoftmax", {x}, {{"axis", kLast}});
                  },
                  false},
    ActivationRow{"mish",
                  [](OnnxGraph& g, const Value& x) {
                    return times(g, x, g.node("Tanh", {g.node("Softplus", {x})}));
                  }},
    ActivationRow{"relu", [](OnnxGraph& g, const Value& x) { return g.node("Relu", {x}); }},
    ActivationRow{"relu6", [](OnnxGraph& g, const Value& x) { return clip(g, x, 0.0f, 6.0f); }},
    ActivationRow{"selu", selu},
    ActivationRow{"sigmoid", [](OnnxGraph& g, const Value& x) { return g.node("Sigmoid", {x}); }},
    ActivationRow{"silu",
                  [](OnnxGraph& g, const Value& x) { return times(g, x, g.node("Sigmoid", {x})); }},
    ActivationRow{"soft_shrink",
                  [](OnnxGraph& g, const Value& x) { return shrink(g, x, 0.5f, 0.5f); }},
    ActivationRow{"softmax", [](OnnxGraph& g, const Value& x) { return softmax(g, x, -1); }, false},
    ActivationRow{"softplus", [](OnnxGraph& g, const Value& x) { return g.node("Softplus", {x}); }},
    ActivationRow{"softsign", [](OnnxGraph& g, const Value& x) { return g.node("Softsign", {x}); }},
    ActivationRow{"sparse_plus", sparse_plus},
    ActivationRow{"sparse_sigmoid",
                  [](OnnxGraph& g, const Value& x) { return hard_sigmoid(g, x, 0.5f); }},
    ActivationRow{"sparsemax", sparsemax, false},
    ActivationRow{"squareplus", squareplus},
    ActivationRow{"tanh", [](OnnxGraph& g, const Value& x) { return g.node("Tanh", {x}); }},
    ActivationRow{
        "tanh_shrink",
        [](OnnxGraph& g, const Value& x) { return g.node("Sub", {x, g.node("Tanh", {x})}); }},
};

// An activation with parameters, as layers have them.
struct WithParameters {
  OnnxGraph& graph;
  const Value& x;

  Value operator()(const activations::EluParameters& elu) const {
    return graph.by_element(x, [&](const Value& v) {
      return graph.node("Elu", {v}, {{"alpha", elu.alpha}});
    });
  }
  Value operator()(const activations::LeakyReluParameters& leaky_relu) const {
    return (*this)(ReluOptions{.negative_slope = leaky_relu.negative_slope});
  }
  Value operator()(const ReluOptions& options) const {
    return graph.by_element(x, [&](const Value& v) { return relu(graph, v, options); });
  }
  Value operator()(const AxisList& axis) const { return softmax(graph, x, axis); }
};

}  // namespace

Value write_slot(OnnxGraph& graph, const Layer& layer, const ActivationSpec& slot, const Value& x) {
  if (!slot) return x;
  const Activation& activation = *slot;
  if (const auto* parameters = activations::layer_parameters(activation))
    return std::visit(WithParameters{graph, x}, *parameters);
  const std::string_view name = activations::builtin_name(activation);
  const auto row = std::find_if(kActivations.begin(), kActivations.end(),
                                [&](const ActivationRow& entry) { return entry.name == name; });
  if (row == kActivations.end()) {
    const bool is_callable = dynamic_cast<const CallableRule<Activation>*>(&activation) != nullptr;
    raise(layer.name(),
          "export_onnx takes Strata's own activations. Received: layer {} of class {}, whose "
          "activation is {}.",
          layer.name(), layer.class_name(),
          is_callable ? "a callable" : "a " + registry::class_name_of(typeid(activation)));
  }
  if (!row->by_element) return row->write(graph, x);
  return graph.by_element(x, [&](const Value& value) { return row->write(graph, value); });
}

Value write_activation(OnnxGraph& graph, const layers::Activation& layer, const LayerStep& step) {
  return write_slot(graph, layer, layer.activation(), step.input);
}

Value write_relu(OnnxGraph& graph, const layers::ReLU& layer, const LayerStep& step) {
  const ReluOptions options = {.negative_slope = layer.negative_slope(),
                               .max_value = layer.max_value(),
                               .threshold = layer.threshold()};
  return WithParameters{graph, step.input}(options);
}

Value write_leaky_relu(OnnxGraph& graph, const layers::LeakyReLU& layer, const LayerStep& step) {
  return WithParameters{graph, step.input}(ReluOptions{.negative_slope = layer.negative_slope()});
}

Value write_elu(OnnxGraph& graph, const layers::ELU& layer, const LayerStep& step) {
  return WithParameters{graph, step.input}(activations::EluParameters{.alpha = layer.alpha()});
}

Value write_prelu(OnnxGraph& graph, const layers::PReLU& layer, const LayerStep& step) {
  return graph.node("PRelu", {step.input, graph.weight(layer.alpha())});
}

Value write_softmax(OnnxGraph& graph, const layers::Softmax& layer, const LayerStep& step) {
  return softmax(graph, step.input, layer.axis());
}

}  // namespace strata::saving
