// Activation: applies an activation, and its config.
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

template <class Fields>
void list_fields(Fields& fields, ActivationOptions& options) {
  fields("activation", options.activation);
}

Config Activation::get_config() const { return with_fields(Layer::get_config(), options_); }

Activation Activation::from_config(const Config& config) {
  Activation layer(read_options<Options>("Activation", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
