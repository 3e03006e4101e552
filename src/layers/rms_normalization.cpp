// RMSNormalization: its weight, and the fused op over its axes.
#include "strata/layers/rms_normalization.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/gamma_and_beta.hpp"
#include "layers/normalized_axes.hpp"
#include "strata/ops/nn.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, RMSNormalizationOptions& options) {
  fields("axis", options.axis);
  fields("epsilon", options.epsilon);
}

RMSNormalization::RMSNormalization(Options options)
    : Layer("RMSNormalization", options.name, options.activity_regularizer),
      options_(std::move(options)) {
  check_any_axis("RMSNormalization", options_.axis);
  check_epsilon("RMSNormalization", options_.epsilon);
}

void RMSNormalization::check_input(const Shape& input) const {
  if (!built()) {
    shape_along(options_.axis, input, name());
  } else {
    check_extents_along(options_.axis, scale_.shape(), input, name());
  }
}

void RMSNormalization::create_weights(const Shape& input) {
  const Shape shape = shape_along(options_.axis, input, name());
  scale_ = add_weight({.name = "scale",
                       .shape = shape,
                       .initializer = "ones",
                       .axes = {.output = shape.rank() - 1}});
}

Tensor RMSNormalization::call(const Tensor& inputs, const CallContext&) {
  return ops::rms_normalization(inputs, along_input(scale_, options_.axis, inputs.shape()),
                                options_.axis.values(), options_.epsilon);
}

Shape RMSNormalization::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

// Keras has no slot for it: objects keep the penalty beside the config.
std::optional<std::vector<Layer::RegularizerSlot>> RMSNormalization::regularizer_slots() {
  std::vector<RegularizerSlot> slots;
  slots.push_back({"scale", nullptr});
  return slots;
}

Config RMSNormalization::get_config() const {
  Config config = with_fields(Layer::get_config(), options_);
  if (built()) write_sorted_axes(config, options_.axis);
  return config;
}

RMSNormalization RMSNormalization::from_config(const Config& config) {
  RMSNormalization layer(read_options<Options>("RMSNormalization", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
