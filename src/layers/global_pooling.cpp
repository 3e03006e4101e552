// Global pooling: a reduction over all spatial axes.
#include "strata/layers/global_pooling.hpp"

#include <numeric>
#include <vector>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/spatial.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

std::string global_pooling_name(bool is_max, int axes) {
  return fmt::format("Global{}Pooling{}D", is_max ? "Max" : "Average", axes);
}

}  // namespace

template <class Fields>
void list_fields(Fields& fields, GlobalPoolingOptions& options) {
  fields.or_default("data_format", options.data_format);
  fields.truth("keepdims", options.keepdims);
}

template <int N>
GlobalPooling<N>::GlobalPooling(Kind kind, Options options)
    : Layer(global_pooling_name(kind == Kind::max, N), options.name, options.activity_regularizer),
      kind_(kind),
      options_(std::move(options)) {
  checked_data_format(global_pooling_name(kind == Kind::max, N), options_.data_format);
  mark_built();
}

template <int N>
void GlobalPooling<N>::check_input(const Shape& input) const {
  check_spatial_rank(name(), input, N);
  const Shape last = channels_last(input, options_.data_format);
  check<ShapeError>(std::find(last.begin() + 1, last.end() - 1, 0) == last.end() - 1, name(),
                    "there must be something to pool: spatial extents above 0. Received: shape={}.",
                    input);
}

template <int N>
Tensor GlobalPooling<N>::call(const Tensor& inputs, const CallContext&) {
  std::vector<int> axes(N);
  std::iota(axes.begin(), axes.end(), options_.data_format == "channels_last" ? 1 : 2);
  return kind_ == Kind::max ? ops::max(inputs, axes, options_.keepdims)
                            : ops::mean(inputs, axes, options_.keepdims);
}

template <int N>
Shape GlobalPooling<N>::compute_output_shape(const Shape& input) {
  check_input(input);
  Shape output = channels_last(input, options_.data_format);
  if (!options_.keepdims) return {output.front(), output.back()};
  for (int i = 0; i < N; ++i) output[i + 1] = 1;
  return as_formatted(output, options_.data_format);
}

template <int N>
Config GlobalPooling<N>::get_config() const {
  return with_fields(Layer::get_config(), options_);
}

template <int N>
GlobalMaxPooling<N>::GlobalMaxPooling(GlobalPoolingOptions options)
    : GlobalPooling<N>(GlobalPooling<N>::Kind::max, std::move(options)) {}

template <int N>
GlobalMaxPooling<N> GlobalMaxPooling<N>::from_config(const Config& config) {
  GlobalMaxPooling layer(read_options<GlobalPoolingOptions>(global_pooling_name(true, N), config));
  layer.set_base_config(config);
  return layer;
}

template <int N>
GlobalAveragePooling<N>::GlobalAveragePooling(GlobalPoolingOptions options)
    : GlobalPooling<N>(GlobalPooling<N>::Kind::average, std::move(options)) {}

template <int N>
Tensor GlobalAveragePooling<N>::call(const Tensor& inputs, const CallContext& context) {
  const Tensor& mask = context.mask;
  if (N != 1 || !mask.defined()) return GlobalPooling<N>::call(inputs, context);
  const bool is_channels_last = this->data_format() == "channels_last";
  const int steps = is_channels_last ? 1 : 2;
  const Shape expected = {inputs.shape().front(), inputs.shape()[steps]};
  check<ShapeError>(mask.shape() == expected, this->name(),
                    "the mask must have shape {}, one value per step. Received: mask.shape={}.",
                    expected, mask.shape());
  const Tensor counts = ops::expand_dims(mask, is_channels_last ? 2 : 1);
  return ops::sum(ops::where(counts, inputs, 0.0f), steps, this->keepdims()) /
         ops::sum(ops::not_equal(counts, 0.0f), steps, this->keepdims());
}

template <int N>
GlobalAveragePooling<N> GlobalAveragePooling<N>::from_config(const Config& config) {
  GlobalAveragePooling layer(
      read_options<GlobalPoolingOptions>(global_pooling_name(false, N), config));
  layer.set_base_config(config);
  return layer;
}

template class GlobalMaxPooling<1>;
template class GlobalMaxPooling<2>;
template class GlobalMaxPooling<3>;
template class GlobalAveragePooling<1>;
template class GlobalAveragePooling<2>;
template class GlobalAveragePooling<3>;

}  // namespace strata::layers
