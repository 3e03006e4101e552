// LeakyReLU: checks its slope and applies the activation.
#include "strata/layers/leaky_relu.hpp"

#include <cmath>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/activations/functions.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, LeakyReLUOptions& options) {
  fields("negative_slope", options.negative_slope);
}

LeakyReLU::LeakyReLU(Options options)
    : Layer("LeakyReLU", options.name, options.activity_regularizer), options_(std::move(options)) {
  check(std::isfinite(options_.negative_slope) && options_.negative_slope >= 0.0f, "LeakyReLU",
        "negative_slope must be finite and >= 0. Received: negative_slope={}.",
        options_.negative_slope);
  mark_built();
}

Tensor LeakyReLU::call(const Tensor& inputs, const CallContext&) {
  return activations::leaky_relu(inputs, options_.negative_slope);
}

Shape LeakyReLU::compute_output_shape(const Shape& input) { return input; }

Config LeakyReLU::get_config() const { return with_fields(Layer::get_config(), options_); }

// Keras 2 writes the slope as `alpha`.
LeakyReLU LeakyReLU::from_config(const Config& config) {
  Config renamed = config;
  if (const auto alpha = renamed.find("alpha"); alpha != renamed.end()) {
    const Config slope = *alpha;
    renamed.erase("alpha");
    renamed["negative_slope"] = slope;
  }
  LeakyReLU layer(read_options<Options>("LeakyReLU", renamed));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
