// Cropping: a slice along the spatial axes.
#include "strata/layers/cropping.hpp"

#include <vector>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/spatial.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

std::string cropping_name(int axes) { return fmt::format("Cropping{}D", axes); }

}  // namespace

template <class Fields>
void list_fields(Fields& fields, Cropping1DOptions& options) {
  fields("cropping", options.cropping);
}

template <class Fields, int N>
void list_fields(Fields& fields, CroppingOptions<N>& options) {
  fields("cropping", options.cropping);
  fields.or_default("data_format", options.data_format);
}

template <int N>
Cropping<N>::Cropping(Options options)
    : Layer(cropping_name(N), options.name, options.activity_regularizer),
      options_(std::move(options)) {
  check_not_negative(cropping_name(N), "cropping", options_.cropping);
  checked_data_format(cropping_name(N), data_format());
}

template <int N>
std::string Cropping<N>::data_format() const {
  if constexpr (N == 1)
    return "channels_last";
  else
    return options_.data_format;
}

template <int N>
void Cropping<N>::check_input(const Shape& input) const {
  check_spatial_rank(name(), input, N);
  const int first = first_spatial_axis(data_format());
  for (int i = 0; i < N; ++i) {
    const auto [before, behind] = options_.cropping[i];
    const std::int64_t extent = input[first + i];
    check<ShapeError>(extent == Shape::kUnknown || extent > std::int64_t{before} + behind, name(),
                      "cropping must be smaller than the spatial extents. Received: ({}, {}) at "
                      "spatial axis {}, shape={}.",
                      before, behind, i, input);
  }
}

template <int N>
Tensor Cropping<N>::call(const Tensor& inputs, const CallContext&) {
  const int first = first_spatial_axis(data_format());
  Shape start(std::vector<std::int64_t>(N + 2, 0));
  for (int i = 0; i < N; ++i) start[first + i] = options_.cropping[i].before;
  return ops::slice(inputs, start, compute_output_shape(inputs.shape()));
}

template <int N>
Shape Cropping<N>::compute_output_shape(const Shape& input) {
  check_input(input);
  const int first = first_spatial_axis(data_format());
  Shape output = input;
  for (int i = 0; i < N; ++i) {
    const auto [before, behind] = options_.cropping[i];
    std::int64_t& extent = output[first + i];
    if (extent != Shape::kUnknown) extent -= std::int64_t{before} + behind;
  }
  return output;
}

template <int N>
std::optional<std::vector<Layer::RegularizerSlot>> Cropping<N>::regularizer_slots() {
  return std::vector<Layer::RegularizerSlot>();
}

template <int N>
Config Cropping<N>::get_config() const {
  return with_fields(Layer::get_config(), options_);
}

template <int N>
Cropping<N> Cropping<N>::from_config(const Config& config) {
  Cropping layer(read_options<Options>(cropping_name(N), config));
  layer.set_base_config(config);
  return layer;
}

template class Cropping<1>;
template class Cropping<2>;
template class Cropping<3>;

}  // namespace strata::layers
