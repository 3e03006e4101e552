#include "strata/layers/softmax.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::layers {

Softmax::Softmax(Options options)
    : Layer("Softmax", options.name, options.activity_regularizer), options_(std::move(options)) {
  check(!options_.axis.values().empty(), "Softmax",
        "axis must name at least one axis. Received: axis=[].");
  mark_built();
}

void Softmax::check_input(const Shape& input) const {
  ops::Axes(options_.axis.values()).of(input, name().c_str());
}

Tensor Softmax::call(const Tensor& inputs, const CallContext&) {
  const std::vector<int>& axes = options_.axis.values();
  if (axes.size() == 1) return ops::softmax(inputs, axes[0]);
  return ops::exp(inputs - ops::logsumexp(inputs, axes, true));
}

Shape Softmax::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

Config Softmax::get_config() const {
  return with_base_fields(Layer::get_config(),
                          [this](auto& fields) { fields("axis", options_.axis); });
}

Softmax Softmax::from_config(const Config& config) {
  Options options{.name = name_in(config)};
  read_layer_fields("Softmax", config, [&](auto& fields) { fields("axis", options.axis); });
  Softmax layer(std::move(options));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
