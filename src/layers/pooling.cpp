// Pooling layers: their options, shapes and configs; the pooling is an op.
#include "strata/layers/pooling.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/spatial.hpp"
#include "strata/ops/pooling.hpp"

namespace strata::layers {
namespace {

std::string pooling_name(const char* kind, int axes) {
  return fmt::format("{}Pooling{}D", kind, axes);
}

// Raises where nothing would be left.
template <int N>
Shape output_of(const std::string& who, const AveragePoolingOptions<N>& options,
                const Shape& input) {
  Shape output = channels_last(input, options.data_format);
  for (int i = 0; i < N; ++i) {
    pass_window(who, input,
                {.axis = i + 1,
                 .option = "pool_size",
                 .window = options.pool_size[i],
                 .stride = options.strides.value_or(options.pool_size)[i],
                 .dilation = 1,
                 .padding = padding_named(options.padding)},
                output);
  }
  return as_formatted(output, options.data_format);
}

}  // namespace

// Of both kinds. Keras writes the strides behind the padding.
template <class Fields, class Options>
requires requires(Options& options) { options.pool_size; }
void list_fields(Fields& fields, Options& options) {
  fields("pool_size", options.pool_size);
  fields("padding", options.padding);
  fields("strides", options.strides);
  fields.or_default("data_format", options.data_format);
}

template <int N>
Pooling<N>::Pooling(Kind kind, Options options)
    : Layer(pooling_name(kind == Kind::max ? "Max" : "Average", N), options.name,
            options.activity_regularizer),
      kind_(kind),
      options_(std::move(options)) {
  const std::string who = pooling_name(kind == Kind::max ? "Max" : "Average", N);
  check_positive(who, "pool_size", options_.pool_size);
  check_positive(who, "strides", options_.strides.value_or(options_.pool_size));
  options_.padding = checked_padding(who, options_.padding);
  checked_data_format(who, options_.data_format);
  mark_built();
}

template <int N>
void Pooling<N>::check_input(const Shape& input) const {
  check_spatial_rank(name(), input, N);
  output_of(name(), options_, input);
}

template <int N>
Tensor Pooling<N>::call(const Tensor& inputs, const CallContext&) {
  const Tensor x = channels_last(inputs, options_.data_format);
  return as_formatted(
      kind_ == Kind::max ? ops::max_pool(x, geometry()) : ops::average_pool(x, geometry()),
      options_.data_format);
}

template <int N>
ops::PoolingGeometry Pooling<N>::geometry() const {
  return {.window = first_of_three(options_.pool_size),
          .strides = first_of_three(options_.strides.value_or(options_.pool_size)),
          .padding = padding_named(options_.padding)};
}

template <int N>
Shape Pooling<N>::compute_output_shape(const Shape& input) {
  check_input(input);
  return output_of(name(), options_, input);
}

template <int N>
Config Pooling<N>::get_config() const {
  Options options = options_;
  options.strides = options.strides.value_or(options.pool_size);  // as Keras writes them
  return with_fields(Layer::get_config(), std::move(options));
}

template <int N>
MaxPooling<N>::MaxPooling(const Options& options)
    : Pooling<N>(Pooling<N>::Kind::max, {.pool_size = options.pool_size,
                                         .strides = options.strides,
                                         .padding = options.padding,
                                         .data_format = options.data_format,
                                         .activity_regularizer = options.activity_regularizer,
                                         .name = options.name}) {}

template <int N>
MaxPooling<N> MaxPooling<N>::from_config(const Config& config) {
  MaxPooling layer(read_options<Options>(pooling_name("Max", N), config));
  layer.set_base_config(config);
  return layer;
}

template <int N>
AveragePooling<N>::AveragePooling(const Options& options)
    : Pooling<N>(Pooling<N>::Kind::average, options) {}

template <int N>
AveragePooling<N> AveragePooling<N>::from_config(const Config& config) {
  AveragePooling layer(read_options<Options>(pooling_name("Average", N), config, {.pool_size = 0}));
  layer.set_base_config(config);
  return layer;
}

template class Pooling<1>;
template class Pooling<2>;
template class Pooling<3>;
template class MaxPooling<1>;
template class MaxPooling<2>;
template class MaxPooling<3>;
template class AveragePooling<1>;
template class AveragePooling<2>;
template class AveragePooling<3>;

}  // namespace strata::layers
