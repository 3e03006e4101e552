// Up-sampling: repeats along the spatial axes, or resized images.
#include "strata/layers/up_sampling.hpp"

#include "core/fields.hpp"
#include "core/registry.hpp"
#include "layers/base_fields.hpp"
#include "layers/spatial.hpp"
#include "ops/resize_options.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/image.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

template <int N>
Shape scaled(const Shape& input, const PerAxis<N>& size, const std::string& data_format) {
  const int first = first_spatial_axis(data_format);
  Shape output = input;
  for (int i = 0; i < N; ++i) {
    std::int64_t& extent = output[first + i];
    if (extent != Shape::kUnknown) extent *= size[i];
  }
  return output;
}

template <int N>
Tensor repeated_positions(const Tensor& x, const PerAxis<N>& size, const std::string& data_format) {
  const int first = first_spatial_axis(data_format);
  Tensor y = x;
  for (int i = 0; i < N; ++i) y = ops::repeat(y, size[i], first + i);
  return y;
}

}  // namespace

template <class Fields>
void list_fields(Fields& fields, UpSampling1DOptions& options) {
  fields("size", options.size);
}

template <class Fields>
void list_fields(Fields& fields, UpSampling2DOptions& options) {
  fields("size", options.size);
  fields.or_default("data_format", options.data_format);
  fields("interpolation", options.interpolation);
}

template <class Fields>
void list_fields(Fields& fields, UpSampling3DOptions& options) {
  fields("size", options.size);
  fields.or_default("data_format", options.data_format);
}

UpSampling1D::UpSampling1D(Options options)
    : Layer("UpSampling1D", options.name, options.activity_regularizer),
      options_(std::move(options)) {
  check(options_.size > 0, "UpSampling1D", "size must be a positive integer. Received: size={}.",
        options_.size);
}

void UpSampling1D::check_input(const Shape& input) const { check_spatial_rank(name(), input, 1); }

Tensor UpSampling1D::call(const Tensor& inputs, const CallContext&) {
  return ops::repeat(inputs, options_.size, 1);
}

Shape UpSampling1D::compute_output_shape(const Shape& input) {
  check_input(input);
  return scaled<1>(input, options_.size, "channels_last");
}

std::optional<std::vector<Layer::RegularizerSlot>> UpSampling1D::regularizer_slots() {
  return std::vector<Layer::RegularizerSlot>();
}

Config UpSampling1D::get_config() const { return with_fields(Layer::get_config(), options_); }

UpSampling1D UpSampling1D::from_config(const Config& config) {
  UpSampling1D layer(read_options<Options>("UpSampling1D", config));
  layer.set_base_config(config);
  return layer;
}

UpSampling2D::UpSampling2D(Options options)
    : Layer("UpSampling2D", options.name, options.activity_regularizer),
      options_(std::move(options)) {
  constexpr const char* kWho = "UpSampling2D";
  check_positive(kWho, "size", options_.size);
  checked_data_format(kWho, options_.data_format);
  options_.interpolation = registry::lower_case(options_.interpolation);
  ops::image::check_interpolation(kWho, options_.interpolation);
}

void UpSampling2D::check_input(const Shape& input) const { check_spatial_rank(name(), input, 2); }

Tensor UpSampling2D::call(const Tensor& inputs, const CallContext&) {
  if (options_.interpolation == "nearest")
    return repeated_positions(inputs, options_.size, options_.data_format);
  const Shape output = compute_output_shape(inputs.shape());
  const int first = first_spatial_axis(options_.data_format);
  return ops::image::resize(
      inputs, output[first], output[first + 1],
      {.interpolation = options_.interpolation, .data_format = options_.data_format});
}

Shape UpSampling2D::compute_output_shape(const Shape& input) {
  check_input(input);
  return scaled(input, options_.size, options_.data_format);
}

std::optional<std::vector<Layer::RegularizerSlot>> UpSampling2D::regularizer_slots() {
  return std::vector<Layer::RegularizerSlot>();
}

Config UpSampling2D::get_config() const { return with_fields(Layer::get_config(), options_); }

UpSampling2D UpSampling2D::from_config(const Config& config) {
  UpSampling2D layer(read_options<Options>("UpSampling2D", config));
  layer.set_base_config(config);
  return layer;
}

UpSampling3D::UpSampling3D(Options options)
    : Layer("UpSampling3D", options.name, options.activity_regularizer),
      options_(std::move(options)) {
  check_positive("UpSampling3D", "size", options_.size);
  checked_data_format("UpSampling3D", options_.data_format);
}

void UpSampling3D::check_input(const Shape& input) const { check_spatial_rank(name(), input, 3); }

Tensor UpSampling3D::call(const Tensor& inputs, const CallContext&) {
  return repeated_positions(inputs, options_.size, options_.data_format);
}

Shape UpSampling3D::compute_output_shape(const Shape& input) {
  check_input(input);
  return scaled(input, options_.size, options_.data_format);
}

std::optional<std::vector<Layer::RegularizerSlot>> UpSampling3D::regularizer_slots() {
  return std::vector<Layer::RegularizerSlot>();
}

Config UpSampling3D::get_config() const { return with_fields(Layer::get_config(), options_); }

UpSampling3D UpSampling3D::from_config(const Config& config) {
  UpSampling3D layer(read_options<Options>("UpSampling3D", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
