// Dense: its options, weights and config; the product is an op.
#include "strata/layers/dense.hpp"

#include "activations/apply.hpp"
#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/kernel_and_bias.hpp"
#include "layers/optional_weight.hpp"
#include "ops/fused_activation.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, DenseOptions& options) {
  fields("units", options.units);
  list_kernel_and_bias(fields, options);
  list_constraints(fields, options);
  fields.neutral("quantization_config", nullptr);
}

Dense::Dense(Options options) : Dense(std::move(options), OptionsOrigin::code) {}

Dense::Dense(Options options, OptionsOrigin origin)
    : Layer("Dense", options.name, options.activity_regularizer),
      options_(std::move(options)),
      fused_(activations::fused_form(options_.activation)) {
  const int units = options_.units;
  check(units > 0, "Dense", "units must be a positive integer. Received: units={}.", units);
  check_rules_of_bias(origin, "Dense", options_);
}

void Dense::check_input(const Shape& input) const {
  check<ShapeError>(input.rank() >= 2, name(), "the input must have rank >= 2. Received: shape={}.",
                    input);
  check<ShapeError>(input.back() != Shape::kUnknown, name(),
                    "the input's last axis must be known. Received: shape={}.", input);
  check<ShapeError>(
      !built() || input.back() == kernel_.shape().front(), name(),
      "the input's last axis must be {}, as when the layer was built. Received: shape={}.",
      built() ? kernel_.shape().front() : 0, input);
}

void Dense::create_weights(const Shape& input) {
  kernel_ = add_weight(
      kernel_weight(options_, {input.back(), options_.units}, {.input = 0, .output = 1}));
  if (options_.use_bias) bias_ = add_weight(bias_weight(options_, options_.units));
}

Tensor Dense::call(const Tensor& inputs, const CallContext&) {
  const Tensor bias = options_.use_bias ? bias_.value() : Tensor();
  if (fused_) return ops::dense(inputs, kernel_, bias, *fused_);
  return activations::apply(*options_.activation, ops::dense(inputs, kernel_, bias), name());
}

Shape Dense::compute_output_shape(const Shape& input) {
  check_input(input);
  const Shape outputs = input.with(input.rank() - 1, options_.units);
  return activations::output_shape(options_.activation, outputs);
}

std::optional<std::vector<Layer::RegularizerSlot>> Dense::regularizer_slots() {
  std::vector<RegularizerSlot> slots = {{"kernel", &options_.kernel_regularizer}};
  if (options_.use_bias) slots.push_back({"bias", &options_.bias_regularizer});
  return slots;
}

Config Dense::get_config() const { return with_fields(Layer::get_config(), options_); }

Dense Dense::from_config(const Config& config) {
  Dense layer(read_options<Options>("Dense", config, {.units = 0}), OptionsOrigin::config);
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
