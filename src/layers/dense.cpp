#include "strata/layers/dense.hpp"

#include "activations/apply.hpp"
#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/optional_weight.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

template <class Fields>
void list_fields(Fields& fields, DenseOptions& options) {
  fields("units", options.units);
  fields("activation", options.activation);
  fields.truth("use_bias", options.use_bias);
  fields("kernel_initializer", options.kernel_initializer);
  fields("bias_initializer", options.bias_initializer);
  fields("kernel_regularizer", options.kernel_regularizer);
  fields("bias_regularizer", options.bias_regularizer);
  fields("kernel_constraint", options.kernel_constraint);
  fields("bias_constraint", options.bias_constraint);
  fields.neutral("quantization_config", nullptr);
  for (const char* key : {"lora_rank", "lora_alpha"}) fields.null_alone(key);
}

}  // namespace

Dense::Dense(Options options) : Dense(std::move(options), OptionsOrigin::code) {}

Dense::Dense(Options options, OptionsOrigin origin)
    : Layer("Dense", options.name, options.activity_regularizer), options_(std::move(options)) {
  const int units = options_.units;
  check(units > 0, "Dense", "units must be a positive integer. Received: units={}.", units);
  if (!options_.use_bias)
    check_no_rules(origin, "Dense", "bias", "use_bias", options_.bias_regularizer,
                   options_.bias_constraint);
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
  kernel_ = add_weight({.name = "kernel",
                        .shape = {input.back(), options_.units},
                        .initializer = options_.kernel_initializer,
                        .regularizer = options_.kernel_regularizer,
                        .constraint = options_.kernel_constraint});
  if (!options_.use_bias) return;
  bias_ = add_weight({.name = "bias",
                      .shape = {options_.units},
                      .initializer = options_.bias_initializer,
                      .regularizer = options_.bias_regularizer,
                      .constraint = options_.bias_constraint});
}

Tensor Dense::call(const Tensor& inputs, const CallContext&) {
  const Tensor bias = options_.use_bias ? bias_.value() : Tensor();
  const ActivationSpec& activation = options_.activation;
  if (!activation) return ops::dense(inputs, kernel_, bias);
  if (const auto fused = activation->fused()) return ops::dense(inputs, kernel_, bias, *fused);
  return activations::apply(*activation, ops::dense(inputs, kernel_, bias), name());
}

Shape Dense::compute_output_shape(const Shape& input) {
  check_input(input);
  const Shape outputs = input.with(input.rank() - 1, options_.units);
  const ActivationSpec& activation = options_.activation;
  return activation ? activation->output_shape(outputs).value_or(outputs) : outputs;
}

std::optional<std::vector<Layer::RegularizerSlot>> Dense::regularizer_slots() {
  std::vector<RegularizerSlot> slots = {{"kernel", &options_.kernel_regularizer}};
  if (options_.use_bias) slots.push_back({"bias", &options_.bias_regularizer});
  return slots;
}

Config Dense::get_config() const {
  return with_base_fields(Layer::get_config(), [this](auto& fields) {
    Options options = options_;
    list_fields(fields, options);
  });
}

Dense Dense::from_config(const Config& config) {
  Options options{.units = 0, .name = name_in(config)};
  read_layer_fields("Dense", config, [&](auto& fields) { list_fields(fields, options); });
  Dense layer(std::move(options), OptionsOrigin::config);
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
