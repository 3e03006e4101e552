// ELU: checks its alpha and applies the activation.
#include "strata/layers/elu.hpp"

#include <cmath>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/activations/functions.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, ELUOptions& options) {
  fields("alpha", options.alpha);
}

ELU::ELU(Options options)
    : Layer("ELU", options.name, options.activity_regularizer), options_(std::move(options)) {
  check(std::isfinite(options_.alpha), "ELU", "alpha must be finite. Received: alpha={}.",
        options_.alpha);
  mark_built();
}

Tensor ELU::call(const Tensor& inputs, const CallContext&) {
  return activations::elu(inputs, options_.alpha);
}

Shape ELU::compute_output_shape(const Shape& input) { return input; }

// In Keras's order: alpha behind the name.
Config ELU::get_config() const {
  Config config;
  const Config base = Layer::get_config();
  for (const auto& [key, value] : base.items()) {
    config[key] = value;
    if (key == "name") config["alpha"] = to_config(options_.alpha);
  }
  return config;
}

ELU ELU::from_config(const Config& config) {
  ELU layer(read_options<Options>("ELU", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
