// Adaptive pooling layers: their options, shapes and configs; the pooling is an op.
#include "strata/layers/adaptive_pooling.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/spatial.hpp"
#include "strata/ops/pooling.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

std::string adaptive_pooling_name(bool is_max, int axes) {
  return fmt::format("Adaptive{}Pooling{}D", is_max ? "Max" : "Average", axes);
}

}  // namespace

template <class Fields, int N>
void list_fields(Fields& fields, AdaptivePoolingOptions<N>& options) {
  fields("output_size", options.output_size);
  fields.or_default("data_format", options.data_format);
}

template <int N>
AdaptivePooling<N>::AdaptivePooling(Kind kind, Options options)
    : Layer(adaptive_pooling_name(kind == Kind::max, N), options.name,
            options.activity_regularizer),
      kind_(kind),
      options_(std::move(options)) {
  const std::string who = adaptive_pooling_name(kind == Kind::max, N);
  check_positive(who, "output_size", options_.output_size);
  checked_data_format(who, options_.data_format);
}

template <int N>
void AdaptivePooling<N>::check_input(const Shape& input) const {
  check_spatial_rank(name(), input, N);
  const int first = first_spatial_axis(options_.data_format);
  for (int i = 0; i < N; ++i) {
    check<ShapeError>(input[first + i] != 0, name(),
                      "there must be something to pool: spatial extents above 0. Received: "
                      "shape={}.",
                      input);
  }
}

template <int N>
Tensor AdaptivePooling<N>::call(const Tensor& inputs, const CallContext&) {
  const Tensor x = channels_last(inputs, options_.data_format);
  const auto size = first_of_three(options_.output_size);
  return as_formatted(
      kind_ == Kind::max ? ops::adaptive_max_pool(x, size) : ops::adaptive_average_pool(x, size),
      options_.data_format);
}

template <int N>
Shape AdaptivePooling<N>::compute_output_shape(const Shape& input) {
  check_input(input);
  const int first = first_spatial_axis(options_.data_format);
  Shape output = input;
  for (int i = 0; i < N; ++i) output[first + i] = options_.output_size[i];
  return output;
}

template <int N>
std::optional<std::vector<Layer::RegularizerSlot>> AdaptivePooling<N>::regularizer_slots() {
  return std::vector<Layer::RegularizerSlot>();
}

template <int N>
Config AdaptivePooling<N>::get_config() const {
  return with_fields(Layer::get_config(), options_);
}

template <int N>
AdaptiveAveragePooling<N>::AdaptiveAveragePooling(AdaptivePoolingOptions<N> options)
    : AdaptivePooling<N>(AdaptivePooling<N>::Kind::average, std::move(options)) {}

template <int N>
AdaptiveAveragePooling<N> AdaptiveAveragePooling<N>::from_config(const Config& config) {
  AdaptiveAveragePooling layer(read_options<AdaptivePoolingOptions<N>>(
      adaptive_pooling_name(false, N), config, {.output_size = 0}));
  layer.set_base_config(config);
  return layer;
}

template <int N>
AdaptiveMaxPooling<N>::AdaptiveMaxPooling(AdaptivePoolingOptions<N> options)
    : AdaptivePooling<N>(AdaptivePooling<N>::Kind::max, std::move(options)) {}

template <int N>
AdaptiveMaxPooling<N> AdaptiveMaxPooling<N>::from_config(const Config& config) {
  AdaptiveMaxPooling layer(read_options<AdaptivePoolingOptions<N>>(adaptive_pooling_name(true, N),
                                                                   config, {.output_size = 0}));
  layer.set_base_config(config);
  return layer;
}

template class AdaptivePooling<1>;
template class AdaptivePooling<2>;
template class AdaptivePooling<3>;
template class AdaptiveAveragePooling<1>;
template class AdaptiveAveragePooling<2>;
template class AdaptiveAveragePooling<3>;
template class AdaptiveMaxPooling<1>;
template class AdaptiveMaxPooling<2>;
template class AdaptiveMaxPooling<3>;

}  // namespace strata::layers
