// Separable convolution layers: their options, weights, shapes and configs; the convolutions are
// ops.
#include "strata/layers/separable_convolution.hpp"

#include "activations/apply.hpp"
#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/kernel_and_bias.hpp"
#include "layers/optional_weight.hpp"
#include "layers/spatial.hpp"
#include "ops/fused_activation.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

template <int N>
constexpr const char* kSeparableName = N == 1 ? "SeparableConv1D" : "SeparableConv2D";

}  // namespace

template <class Fields, int N>
void list_fields(Fields& fields, SeparableConvOptions<N>& options) {
  fields("depth_multiplier", options.depth_multiplier);
  fields("filters", options.filters);
  fields("kernel_size", options.kernel_size);
  fields("strides", options.strides);
  fields("padding", options.padding);
  fields.or_default("data_format", options.data_format);
  fields("dilation_rate", options.dilation_rate);
  fields("activation", options.activation);
  fields.truth("use_bias", options.use_bias);
  fields("depthwise_initializer", options.depthwise_initializer);
  fields("pointwise_initializer", options.pointwise_initializer);
  fields("bias_initializer", options.bias_initializer);
  fields("depthwise_regularizer", options.depthwise_regularizer);
  fields("pointwise_regularizer", options.pointwise_regularizer);
  fields("bias_regularizer", options.bias_regularizer);
  fields("activity_regularizer", options.activity_regularizer);
  fields("depthwise_constraint", options.depthwise_constraint);
  fields("pointwise_constraint", options.pointwise_constraint);
  fields("bias_constraint", options.bias_constraint);
}

template <int N>
SeparableConv<N>::SeparableConv(Options options)
    : SeparableConv(std::move(options), OptionsOrigin::code) {}

template <int N>
SeparableConv<N>::SeparableConv(Options options, OptionsOrigin origin)
    : Layer(kSeparableName<N>, options.name, options.activity_regularizer),
      options_(std::move(options)),
      fused_(activations::fused_form(options_.activation)) {
  const char* who = kSeparableName<N>;
  const int filters = options_.filters;
  check(filters > 0, who, "filters must be a positive integer. Received: filters={}.", filters);
  check_positive(who, "kernel_size", options_.kernel_size);
  check_positive(who, "strides", options_.strides);
  check_positive(who, "dilation_rate", options_.dilation_rate);
  check(options_.depth_multiplier > 0, who,
        "depth_multiplier must be a positive integer. Received: depth_multiplier={}.",
        options_.depth_multiplier);
  check_rules_of_bias(origin, who, options_);
  options_.padding = checked_padding(who, options_.padding);
  checked_data_format(who, options_.data_format);
}

template <int N>
void SeparableConv<N>::check_input(const Shape& input) const {
  check_spatial_rank(name(), input, N);
  check_channels(name(), input, options_.data_format,
                 built() ? std::optional(depthwise_kernel_.shape()[N]) : std::nullopt);
  convolved_shape<N>(name(), options_, input, options_.filters);
}

template <int N>
void SeparableConv<N>::create_weights(const Shape& input) {
  const std::int64_t channels = channels_last(input, options_.data_format).back();
  Shape depthwise;
  Shape pointwise;
  for (const int extent : options_.kernel_size.values()) {
    depthwise.append(extent);
    pointwise.append(1);
  }
  depthwise.append(channels);
  depthwise.append(options_.depth_multiplier);
  pointwise.append(channels * options_.depth_multiplier);
  pointwise.append(options_.filters);
  depthwise_kernel_ = add_weight({.name = "depthwise_kernel",
                                  .shape = depthwise,
                                  .initializer = options_.depthwise_initializer,
                                  .regularizer = options_.depthwise_regularizer,
                                  .constraint = options_.depthwise_constraint,
                                  .axes = {.input = N}});
  pointwise_kernel_ = add_weight({.name = "pointwise_kernel",
                                  .shape = pointwise,
                                  .initializer = options_.pointwise_initializer,
                                  .regularizer = options_.pointwise_regularizer,
                                  .constraint = options_.pointwise_constraint,
                                  .axes = {.input = N, .output = N + 1}});
  if (options_.use_bias) bias_ = add_weight(bias_weight(options_, options_.filters));
}

template <int N>
ops::ConvolutionGeometry SeparableConv<N>::geometry() const {
  return {.strides = first_of_three(options_.strides),
          .dilation = first_of_three(options_.dilation_rate),
          .padding = padding_named(options_.padding)};
}

// The bias and the activation go with the second convolution.
template <int N>
Tensor SeparableConv<N>::call(const Tensor& inputs, const CallContext&) {
  const Tensor channels = ops::depthwise_conv(channels_last(inputs, options_.data_format),
                                              depthwise_kernel_, {}, geometry());
  const Tensor outputs =
      ops::convolution(channels, pointwise_kernel_, options_.use_bias ? bias_.value() : Tensor(),
                       {}, fused_.value_or(ops::FusedActivation::linear));
  const Tensor formatted = as_formatted(outputs, options_.data_format);
  return fused_ ? formatted : activations::apply(*options_.activation, formatted, name());
}

template <int N>
Shape SeparableConv<N>::compute_output_shape(const Shape& input) {
  check_input(input);
  const Shape outputs = convolved_shape<N>(name(), options_, input, options_.filters);
  return activations::output_shape(options_.activation, outputs);
}

template <int N>
std::optional<std::vector<Layer::RegularizerSlot>> SeparableConv<N>::regularizer_slots() {
  std::vector<RegularizerSlot> slots = {{"depthwise_kernel", &options_.depthwise_regularizer},
                                        {"pointwise_kernel", &options_.pointwise_regularizer}};
  if (options_.use_bias) slots.push_back({"bias", &options_.bias_regularizer});
  return slots;
}

template <int N>
Config SeparableConv<N>::get_config() const {
  Options options = options_;
  options.activity_regularizer = activity_regularizer();
  return with_fields(Layer::get_config(), std::move(options));
}

template <int N>
SeparableConv<N> SeparableConv<N>::from_config(const Config& config) {
  SeparableConv layer(
      read_options<Options>(kSeparableName<N>, config, {.filters = 0, .kernel_size = 0}),
      OptionsOrigin::config);
  layer.set_base_config(config);
  return layer;
}

template class SeparableConv<1>;
template class SeparableConv<2>;

}  // namespace strata::layers
