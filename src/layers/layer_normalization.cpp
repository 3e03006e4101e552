// LayerNormalization: its weights, and the fused op over its axes.
#include "strata/layers/layer_normalization.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/gamma_and_beta.hpp"
#include "layers/normalized_axes.hpp"
#include "strata/ops/nn.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, LayerNormalizationOptions& options) {
  fields("axis", options.axis);
  fields("epsilon", options.epsilon);
  list_center_and_scale(fields, options);
  fields.neutral("rms_scaling", false);
  list_gamma_and_beta(fields, options);
}

LayerNormalization::LayerNormalization(Options options)
    : LayerNormalization(std::move(options), OptionsOrigin::code) {}

LayerNormalization::LayerNormalization(Options options, OptionsOrigin origin)
    : Layer("LayerNormalization", options.name, options.activity_regularizer),
      options_(std::move(options)) {
  check_any_axis("LayerNormalization", options_.axis);
  check_epsilon("LayerNormalization", options_.epsilon);
  check_rules_of_gamma_and_beta(origin, "LayerNormalization", options_);
}

void LayerNormalization::check_input(const Shape& input) const {
  if (!built() || (!options_.scale && !options_.center)) {
    shape_along(options_.axis, input, name());
  } else {
    const Variable& weight = options_.scale ? gamma_ : beta_;
    check_extents_along(options_.axis, weight.shape(), input, name());
  }
}

void LayerNormalization::create_weights(const Shape& input) {
  const Shape shape = shape_along(options_.axis, input, name());
  if (options_.scale) gamma_ = add_weight(gamma_weight(options_, shape));
  if (options_.center) beta_ = add_weight(beta_weight(options_, shape));
}

Tensor LayerNormalization::call(const Tensor& inputs, const CallContext&) {
  const auto along = [&](const Variable& weight) {
    return along_input(weight, options_.axis, inputs.shape());
  };
  return ops::layer_normalization(inputs, options_.scale ? along(gamma_) : Tensor(),
                                  options_.center ? along(beta_) : Tensor(), options_.axis.values(),
                                  options_.epsilon);
}

Shape LayerNormalization::compute_output_shape(const Shape& input) {
  check_input(input);
  return input;
}

std::optional<std::vector<Layer::RegularizerSlot>> LayerNormalization::regularizer_slots() {
  std::vector<RegularizerSlot> slots;
  if (options_.scale) slots.push_back({"gamma", &options_.gamma_regularizer});
  if (options_.center) slots.push_back({"beta", &options_.beta_regularizer});
  return slots;
}

Config LayerNormalization::get_config() const {
  Config config = with_fields(Layer::get_config(), options_);
  if (built()) write_sorted_axes(config, options_.axis);
  return config;
}

LayerNormalization LayerNormalization::from_config(const Config& config) {
  LayerNormalization layer(read_options<Options>("LayerNormalization", config),
                           OptionsOrigin::config);
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
