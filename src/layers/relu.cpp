// ReLU: checks its parameters and applies the operation.
#include "strata/layers/relu.hpp"

#include <cmath>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/activations/functions.hpp"

namespace strata::layers {
namespace {

void check_parameter(const char* name, float value) {
  check(std::isfinite(value) && value >= 0.0f, "ReLU",
        "{0} must be finite and >= 0. Received: {0}={1}.", name, value);
}

}  // namespace

template <class Fields>
void list_fields(Fields& fields, ReLUOptions& options) {
  fields("max_value", options.max_value);
  fields("negative_slope", options.negative_slope);
  fields("threshold", options.threshold);
}

ReLU::ReLU(Options options)
    : Layer("ReLU", options.name, options.activity_regularizer), options_(std::move(options)) {
  check_parameter("max_value", options_.max_value.value_or(0.0f));
  check_parameter("negative_slope", options_.negative_slope);
  check_parameter("threshold", options_.threshold);
  mark_built();
}

Tensor ReLU::call(const Tensor& inputs, const CallContext&) {
  return activations::relu(inputs, {.negative_slope = options_.negative_slope,
                                    .max_value = options_.max_value,
                                    .threshold = options_.threshold});
}

Shape ReLU::compute_output_shape(const Shape& input) { return input; }

Config ReLU::get_config() const { return with_fields(Layer::get_config(), options_); }

ReLU ReLU::from_config(const Config& config) {
  ReLU layer(read_options<Options>("ReLU", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
