// Zero padding: an op along the spatial axes.
#include "strata/layers/zero_padding.hpp"

#include <utility>
#include <vector>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/spatial.hpp"
#include "strata/ops/array.hpp"

namespace strata::layers {
namespace {

std::string zero_padding_name(int axes) { return fmt::format("ZeroPadding{}D", axes); }

}  // namespace

template <class Fields, int N>
void list_fields(Fields& fields, ZeroPaddingOptions<N>& options) {
  fields("padding", options.padding);
  fields.or_default("data_format", options.data_format);
}

template <int N>
ZeroPadding<N>::ZeroPadding(Options options)
    : Layer(zero_padding_name(N), options.name, options.activity_regularizer),
      options_(std::move(options)) {
  check_not_negative(zero_padding_name(N), "padding", options_.padding);
  checked_data_format(zero_padding_name(N), options_.data_format);
}

template <int N>
void ZeroPadding<N>::check_input(const Shape& input) const {
  check_spatial_rank(name(), input, N);
}

template <int N>
Tensor ZeroPadding<N>::call(const Tensor& inputs, const CallContext&) {
  const int first = first_spatial_axis(options_.data_format);
  std::vector<std::pair<std::int64_t, std::int64_t>> padding(N + 2);
  for (int i = 0; i < N; ++i) {
    const auto [before, behind] = options_.padding[i];
    const int axis = first + i;
    padding[static_cast<std::size_t>(axis)] = {before, behind};
  }
  return ops::pad(inputs, padding);
}

template <int N>
Shape ZeroPadding<N>::compute_output_shape(const Shape& input) {
  check_input(input);
  const int first = first_spatial_axis(options_.data_format);
  Shape output = input;
  for (int i = 0; i < N; ++i) {
    const auto [before, behind] = options_.padding[i];
    std::int64_t& extent = output[first + i];
    if (extent != Shape::kUnknown) extent += std::int64_t{before} + behind;
  }
  return output;
}

template <int N>
std::optional<std::vector<Layer::RegularizerSlot>> ZeroPadding<N>::regularizer_slots() {
  return std::vector<Layer::RegularizerSlot>();
}

template <int N>
Config ZeroPadding<N>::get_config() const {
  return with_fields(Layer::get_config(), options_);
}

template <int N>
ZeroPadding<N> ZeroPadding<N>::from_config(const Config& config) {
  ZeroPadding layer(read_options<Options>(zero_padding_name(N), config));
  layer.set_base_config(config);
  return layer;
}

template class ZeroPadding<1>;
template class ZeroPadding<2>;
template class ZeroPadding<3>;

}  // namespace strata::layers
