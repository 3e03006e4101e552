#include "strata/layers/activation.hpp"

#include "activations/apply.hpp"
#include "core/fields.hpp"
#include "layers/base_fields.hpp"

namespace strata::layers {

Activation::Activation(Options options)
    : Layer("Activation", options.name, options.activity_regularizer),
      options_(std::move(options)) {
  mark_built();
}

Tensor Activation::call(const Tensor& inputs, const CallContext&) {
  return options_.activation ? activations::apply(*options_.activation, inputs, name()) : inputs;
}

Shape Activation::compute_output_shape(const Shape& input) {
  if (!options_.activation) return input;
  // Zeros of the shape that a file names could be larger than the memory.
  if (const auto known = options_.activation->output_shape(input)) return *known;
  const bool can_try = input.rank() == 0 || input.without(0).is_known();
  return can_try ? Layer::compute_output_shape(input) : input;
}

Config Activation::get_config() const {
  return with_base_fields(Layer::get_config(),
                          [this](auto& fields) { fields("activation", options_.activation); });
}

Activation Activation::from_config(const Config& config) {
  Options options{.name = name_in(config)};
  read_layer_fields("Activation", config,
                    [&](auto& fields) { fields("activation", options.activation); });
  Activation layer(std::move(options));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
