// Depthwise convolution layers: their options, weights, shapes and configs; the convolution is an
// op.
#include "strata/layers/depthwise_convolution.hpp"

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
constexpr const char* kDepthwiseName = N == 1 ? "DepthwiseConv1D" : "DepthwiseConv2D";

}  // namespace

template <class Fields, int N>
void list_fields(Fields& fields, DepthwiseConvOptions<N>& options) {
  fields("depth_multiplier", options.depth_multiplier);
  fields("kernel_size", options.kernel_size);
  fields("strides", options.strides);
  fields("padding", options.padding);
  fields.or_default("data_format", options.data_format);
  fields("dilation_rate", options.dilation_rate);
  fields("activation", options.activation);
  fields.truth("use_bias", options.use_bias);
  fields("depthwise_initializer", options.depthwise_initializer);
  fields("bias_initializer", options.bias_initializer);
  fields("depthwise_regularizer", options.depthwise_regularizer);
  fields("bias_regularizer", options.bias_regularizer);
  fields("activity_regularizer", options.activity_regularizer);
  fields("depthwise_constraint", options.depthwise_constraint);
  fields("bias_constraint", options.bias_constraint);
}

template <int N>
DepthwiseConv<N>::DepthwiseConv(Options options)
    : DepthwiseConv(std::move(options), OptionsOrigin::code) {}

template <int N>
DepthwiseConv<N>::DepthwiseConv(Options options, OptionsOrigin origin)
    : Layer(kDepthwiseName<N>, options.name, options.activity_regularizer),
      options_(std::move(options)),
      fused_(activations::fused_form(options_.activation)) {
  const char* who = kDepthwiseName<N>;
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
void DepthwiseConv<N>::check_input(const Shape& input) const {
  check_spatial_rank(name(), input, N);
  check_channels(name(), input, options_.data_format,
                 built() ? std::optional(kernel_.shape()[N]) : std::nullopt);
  convolved_shape<N>(name(), options_, input, options_.depth_multiplier);
}

template <int N>
void DepthwiseConv<N>::create_weights(const Shape& input) {
  const std::int64_t channels = channels_last(input, options_.data_format).back();
  Shape kernel;
  for (const int extent : options_.kernel_size.values()) kernel.append(extent);
  kernel.append(channels);
  kernel.append(options_.depth_multiplier);
  kernel_ = add_weight({.name = "kernel",
                        .shape = kernel,
                        .initializer = options_.depthwise_initializer,
                        .regularizer = options_.depthwise_regularizer,
                        .constraint = options_.depthwise_constraint,
                        .axes = {.input = N}});
  if (options_.use_bias)
    bias_ = add_weight(bias_weight(options_, channels * options_.depth_multiplier));
}

template <int N>
ops::ConvolutionGeometry DepthwiseConv<N>::geometry() const {
  return {.strides = first_of_three(options_.strides),
          .dilation = first_of_three(options_.dilation_rate),
          .padding = padding_named(options_.padding)};
}

template <int N>
Tensor DepthwiseConv<N>::call(const Tensor& inputs, const CallContext&) {
  const Tensor outputs =
      ops::depthwise_conv(channels_last(inputs, options_.data_format), kernel_,
                          options_.use_bias ? bias_.value() : Tensor(), geometry(),
                          fused_.value_or(ops::FusedActivation::linear));
  const Tensor formatted = as_formatted(outputs, options_.data_format);
  return fused_ ? formatted : activations::apply(*options_.activation, formatted, name());
}

template <int N>
Shape DepthwiseConv<N>::compute_output_shape(const Shape& input) {
  check_input(input);
  const std::int64_t channels = channels_last(input, options_.data_format).back();
  const Shape outputs =
      convolved_shape<N>(name(), options_, input, channels * options_.depth_multiplier);
  return activations::output_shape(options_.activation, outputs);
}

template <int N>
std::optional<std::vector<Layer::RegularizerSlot>> DepthwiseConv<N>::regularizer_slots() {
  std::vector<RegularizerSlot> slots = {{"kernel", &options_.depthwise_regularizer}};
  if (options_.use_bias) slots.push_back({"bias", &options_.bias_regularizer});
  return slots;
}

template <int N>
Config DepthwiseConv<N>::get_config() const {
  Options options = options_;
  options.activity_regularizer = activity_regularizer();
  return with_fields(Layer::get_config(), std::move(options));
}

template <int N>
DepthwiseConv<N> DepthwiseConv<N>::from_config(const Config& config) {
  DepthwiseConv layer(read_options<Options>(kDepthwiseName<N>, config, {.kernel_size = 0}),
                      OptionsOrigin::config);
  layer.set_base_config(config);
  return layer;
}

template class DepthwiseConv<1>;
template class DepthwiseConv<2>;

}  // namespace strata::layers
