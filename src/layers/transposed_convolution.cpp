// Transposed convolution layers: their options, weights, shapes and configs; the convolution is an
// op.
#include "strata/layers/transposed_convolution.hpp"

#include "activations/apply.hpp"
#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/kernel_and_bias.hpp"
#include "layers/optional_weight.hpp"
#include "layers/spatial.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

template <int N>
constexpr const char* kTransposeName = N == 1   ? "Conv1DTranspose"
                                       : N == 2 ? "Conv2DTranspose"
                                                : "Conv3DTranspose";

template <int N>
void check_transposed(const ConvTransposeOptions<N>& options, OptionsOrigin origin) {
  const char* who = kTransposeName<N>;
  const int filters = options.filters;
  check(filters > 0, who, "filters must be a positive integer. Received: filters={}.", filters);
  check_positive(who, "kernel_size", options.kernel_size);
  check_positive(who, "strides", options.strides);
  check_positive(who, "dilation_rate", options.dilation_rate);
  check(!any_above_one(options.strides) || !any_above_one(options.dilation_rate), who,
        "strides above 1 can't be combined with a dilation_rate above 1. Received: strides=({}), "
        "dilation_rate=({}).",
        fmt::join(options.strides.values(), ", "), fmt::join(options.dilation_rate.values(), ", "));
  const PerAxis<N> extra = options.output_padding.value_or(0);
  for (int i = 0; i < N; ++i) {
    check(extra[i] >= 0 && extra[i] < options.strides[i], who,
          "output_padding must lie in [0, strides), for each of the {} spatial axes. Received: "
          "output_padding=({}), strides=({}).",
          N, fmt::join(extra.values(), ", "), fmt::join(options.strides.values(), ", "));
  }
  check_rules_of_bias(origin, who, options);
}

}  // namespace

template <class Fields, int N>
void list_fields(Fields& fields, ConvTransposeOptions<N>& options) {
  fields("filters", options.filters);
  fields("kernel_size", options.kernel_size);
  fields("strides", options.strides);
  fields("padding", options.padding);
  fields("output_padding", options.output_padding);
  fields.or_default("data_format", options.data_format);
  fields("dilation_rate", options.dilation_rate);
  list_kernel_and_bias(fields, options);
  fields("activity_regularizer", options.activity_regularizer);
  list_constraints(fields, options);
}

template <int N>
ConvTranspose<N>::ConvTranspose(Options options)
    : ConvTranspose(std::move(options), OptionsOrigin::code) {}

template <int N>
ConvTranspose<N>::ConvTranspose(Options options, OptionsOrigin origin)
    : Layer(kTransposeName<N>, options.name, options.activity_regularizer),
      options_(std::move(options)) {
  check_transposed(options_, origin);
  options_.padding = checked_padding(kTransposeName<N>, options_.padding);
  checked_data_format(kTransposeName<N>, options_.data_format);
}

// Raises where nothing would be left.
template <int N>
Shape ConvTranspose<N>::transposed_shape(const Shape& input) const {
  Shape output = channels_last(input, options_.data_format).with(N + 1, options_.filters);
  for (int i = 0; i < N; ++i) {
    std::int64_t& extent = output[i + 1];
    const bool some = extent == Shape::kUnknown || extent > 0;
    const bool given = static_cast<bool>(options_.output_padding);
    extent = ops::conv_transpose_output(
        extent, {.window = options_.kernel_size[i],
                 .stride = options_.strides[i],
                 .dilation = options_.dilation_rate[i],
                 .padding = padding_named(options_.padding),
                 .output_padding =
                     given ? std::optional(options_.output_padding.value_or(0)[i]) : std::nullopt});
    check<ShapeError>(some && (extent == Shape::kUnknown || extent > 0), name(),
                      "the output would be empty along spatial axis {}. Received: shape={}.", i,
                      input);
  }
  return as_formatted(output, options_.data_format);
}

template <int N>
void ConvTranspose<N>::check_input(const Shape& input) const {
  check_spatial_rank(name(), input, N);
  check_channels(name(), input, options_.data_format,
                 built() ? std::optional(kernel_.shape().back()) : std::nullopt);
  transposed_shape(input);
}

template <int N>
void ConvTranspose<N>::create_weights(const Shape& input) {
  Shape kernel;
  for (const int extent : options_.kernel_size.values()) kernel.append(extent);
  kernel.append(options_.filters);
  kernel.append(channels_last(input, options_.data_format).back());
  kernel_ = add_weight(kernel_weight(options_, kernel, {.input = N + 1, .output = N}));
  if (options_.use_bias) bias_ = add_weight(bias_weight(options_, options_.filters));
}

template <int N>
ops::ConvTransposeGeometry ConvTranspose<N>::geometry() const {
  ops::ConvTransposeGeometry geometry{.strides = first_of_three(options_.strides),
                                      .dilation = first_of_three(options_.dilation_rate),
                                      .padding = padding_named(options_.padding)};
  if (options_.output_padding)
    geometry.output_padding = first_of_three(options_.output_padding.value_or(0));
  return geometry;
}

template <int N>
Tensor ConvTranspose<N>::call(const Tensor& inputs, const CallContext&) {
  const Tensor outputs =
      ops::conv_transpose(channels_last(inputs, options_.data_format), kernel_,
                          options_.use_bias ? bias_.value() : Tensor(), geometry());
  return activations::apply_slot(options_.activation, as_formatted(outputs, options_.data_format),
                                 name());
}

template <int N>
Shape ConvTranspose<N>::compute_output_shape(const Shape& input) {
  check_input(input);
  const Shape outputs = transposed_shape(input);
  return activations::output_shape(options_.activation, outputs);
}

template <int N>
std::optional<std::vector<Layer::RegularizerSlot>> ConvTranspose<N>::regularizer_slots() {
  std::vector<RegularizerSlot> slots = {{"kernel", &options_.kernel_regularizer}};
  if (options_.use_bias) slots.push_back({"bias", &options_.bias_regularizer});
  return slots;
}

template <int N>
Config ConvTranspose<N>::get_config() const {
  Options options = options_;
  options.activity_regularizer = activity_regularizer();
  return with_fields(Layer::get_config(), std::move(options));
}

template <int N>
ConvTranspose<N> ConvTranspose<N>::from_config(const Config& config) {
  ConvTranspose layer(
      read_options<Options>(kTransposeName<N>, config, {.filters = 0, .kernel_size = 0}),
      OptionsOrigin::config);
  layer.set_base_config(config);
  return layer;
}

template class ConvTranspose<1>;
template class ConvTranspose<2>;
template class ConvTranspose<3>;

}  // namespace strata::layers
