// Convolution layers: their options, weights, shapes and configs; the convolution is an op.
#include "strata/layers/convolution.hpp"

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
constexpr const char* kClassName = N == 1   ? "Conv1D"
                                   : N == 2 ? "Conv2D"
                                            : "Conv3D";

template <int N>
void check_options(const ConvOptions<N>& options, OptionsOrigin origin) {
  const char* who = kClassName<N>;
  const int filters = options.filters;
  check(filters > 0, who, "filters must be a positive integer. Received: filters={}.", filters);
  check(options.groups > 0, who, "groups must be a positive integer. Received: groups={}.",
        options.groups);
  check(filters % options.groups == 0, who,
        "filters must be divisible by groups. Received: filters={}, groups={}.", filters,
        options.groups);
  check_positive(who, "kernel_size", options.kernel_size);
  check_positive(who, "strides", options.strides);
  check_positive(who, "dilation_rate", options.dilation_rate);
  check(!any_above_one(options.strides) || !any_above_one(options.dilation_rate), who,
        "strides above 1 can't be combined with a dilation_rate above 1. Received: strides=({}), "
        "dilation_rate=({}).",
        fmt::join(options.strides.values(), ", "), fmt::join(options.dilation_rate.values(), ", "));
  check_rules_of_bias(origin, who, options);
}

}  // namespace

template <class Fields, int N>
void list_fields(Fields& fields, ConvOptions<N>& options) {
  fields("filters", options.filters);
  fields("kernel_size", options.kernel_size);
  fields("strides", options.strides);
  fields("padding", options.padding);
  fields.or_default("data_format", options.data_format);
  fields("dilation_rate", options.dilation_rate);
  fields("groups", options.groups);
  list_kernel_and_bias(fields, options);
  fields("activity_regularizer", options.activity_regularizer);
  list_constraints(fields, options);
}

template <int N>
Conv<N>::Conv(Options options) : Conv(std::move(options), OptionsOrigin::code) {}

template <int N>
Conv<N>::Conv(Options options, OptionsOrigin origin)
    : Layer(kClassName<N>, options.name, options.activity_regularizer),
      options_(std::move(options)),
      fused_(activations::fused_form(options_.activation)) {
  check_options(options_, origin);
  options_.padding = checked_padding(kClassName<N>, options_.padding, {.causal = N == 1});
  checked_data_format(kClassName<N>, options_.data_format);
}

template <int N>
void Conv<N>::check_input(const Shape& input) const {
  check_spatial_rank(name(), input, N);
  const std::int64_t channels = channels_last(input, options_.data_format).back();
  check<ShapeError>(channels != Shape::kUnknown, name(),
                    "the number of input channels must be known. Received: shape={}.", input);
  check<ShapeError>(channels > 0 && channels % options_.groups == 0, name(),
                    "the number of input channels must be a positive multiple of groups={}. "
                    "Received: {} channels, shape={}.",
                    options_.groups, channels, input);
  const std::int64_t expected = built() ? kernel_.shape()[N] * options_.groups : channels;
  check<ShapeError>(channels == expected, name(),
                    "the number of input channels must be {}, as when the layer was built. "
                    "Received: {} channels, shape={}.",
                    expected, channels, input);
  convolved_shape<N>(name(), options_, input, options_.filters);
}

template <int N>
void Conv<N>::create_weights(const Shape& input) {
  Shape kernel;
  for (const int extent : options_.kernel_size.values()) kernel.append(extent);
  kernel.append(channels_last(input, options_.data_format).back() / options_.groups);
  kernel.append(options_.filters);
  kernel_ = add_weight(kernel_weight(options_, kernel, {.input = N, .output = N + 1}));
  if (options_.use_bias) bias_ = add_weight(bias_weight(options_, options_.filters));
}

template <int N>
ops::ConvolutionGeometry Conv<N>::geometry() const {
  return {.strides = first_of_three(options_.strides),
          .dilation = first_of_three(options_.dilation_rate),
          .padding = padding_named(options_.padding),
          .groups = options_.groups};
}

template <int N>
Tensor Conv<N>::call(const Tensor& inputs, const CallContext&) {
  const Tensor outputs = ops::convolution(channels_last(inputs, options_.data_format), kernel_,
                                          options_.use_bias ? bias_.value() : Tensor(), geometry(),
                                          fused_.value_or(ops::FusedActivation::linear));
  const Tensor formatted = as_formatted(outputs, options_.data_format);
  return fused_ ? formatted : activations::apply(*options_.activation, formatted, name());
}

template <int N>
Shape Conv<N>::compute_output_shape(const Shape& input) {
  check_input(input);
  const Shape outputs = convolved_shape<N>(name(), options_, input, options_.filters);
  return activations::output_shape(options_.activation, outputs);
}

template <int N>
std::optional<std::vector<Layer::RegularizerSlot>> Conv<N>::regularizer_slots() {
  std::vector<RegularizerSlot> slots = {{"kernel", &options_.kernel_regularizer}};
  if (options_.use_bias) slots.push_back({"bias", &options_.bias_regularizer});
  return slots;
}

template <int N>
Config Conv<N>::get_config() const {
  Options options = options_;
  options.activity_regularizer = activity_regularizer();
  return with_fields(Layer::get_config(), std::move(options));
}

template <int N>
Conv<N> Conv<N>::from_config(const Config& config) {
  Conv layer(read_options<Options>(kClassName<N>, config, {.filters = 0, .kernel_size = 0}),
             OptionsOrigin::config);
  layer.set_base_config(config);
  return layer;
}

template class Conv<1>;
template class Conv<2>;
template class Conv<3>;

}  // namespace strata::layers
