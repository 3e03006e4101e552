#include "strata/layers/dropout.hpp"

#include <algorithm>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

template <class Fields>
void list_fields(Fields& fields, DropoutOptions& options) {
  fields("rate", options.rate);
  fields("seed", options.seed);
  fields("noise_shape", options.noise_shape);
}

}  // namespace

Dropout::Dropout(Options options)
    : Layer("Dropout", options.name, options.activity_regularizer),
      options_(std::move(options)),
      generator_(options_.seed) {
  const float rate = options_.rate;
  check(rate >= 0.0f && rate <= 1.0f, "Dropout", "rate must lie in [0, 1]. Received: rate={}.",
        rate);
  const Shape noise = options_.noise_shape.value_or(Shape());
  check(std::all_of(noise.begin(), noise.end(),
                    [](auto extent) { return extent > 0 || extent == Shape::kUnknown; }),
        "Dropout", "noise_shape's extents must be positive or unknown. Received: noise_shape={}.",
        noise);
  mark_built();
}

void Dropout::check_input(const Shape& input) const {
  if (!options_.noise_shape) return;
  const Shape& noise = *options_.noise_shape;
  bool fits = noise.rank() == input.rank();
  for (int axis = 0; fits && axis < input.rank(); ++axis) {
    fits = noise[axis] == Shape::kUnknown || noise[axis] == 1 || noise[axis] == input[axis] ||
           input[axis] == Shape::kUnknown;
  }
  check<ShapeError>(fits, name(),
                    "noise_shape must have the input's rank, and extents of 1 or the input's. "
                    "Received: noise_shape={}, shape={}.",
                    noise, input);
}

Tensor Dropout::call(const Tensor& inputs, const CallContext& context) {
  if (!context.training || options_.rate == 0.0f) return inputs;
  Shape drawn = options_.noise_shape.value_or(inputs.shape());
  for (int axis = 0; axis < drawn.rank(); ++axis) {
    if (drawn[axis] == Shape::kUnknown) drawn[axis] = inputs.shape()[axis];
  }
  before_draw(generator_);
  return inputs * generator_.dropout_mask(drawn, options_.rate);
}

Shape Dropout::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

Config Dropout::get_config() const {
  return with_base_fields(Layer::get_config(), [options = options_](auto& fields) mutable {
    list_fields(fields, options);
  });
}

Dropout Dropout::from_config(const Config& config) {
  check(config.contains("rate"), "Dropout", "a config needs a rate. Received: {}.", config);
  Options options{.rate = 0.0f, .name = name_in(config)};
  read_layer_fields("Dropout", config, [&](auto& fields) { list_fields(fields, options); });
  Dropout layer(std::move(options));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
