// Resizing: its options, shapes and config; the interpolation is an op.
#include "strata/layers/resizing.hpp"

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/spatial.hpp"
#include "ops/resize_options.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, ResizingOptions& options) {
  fields.or_default("data_format", options.data_format);
  fields("height", options.height);
  fields("width", options.width);
  fields("interpolation", options.interpolation);
  fields.truth("crop_to_aspect_ratio", options.crop_to_aspect_ratio);
  fields.truth("pad_to_aspect_ratio", options.pad_to_aspect_ratio);
  fields("fill_mode", options.fill_mode);
  fields("fill_value", options.fill_value);
  fields.truth("antialias", options.antialias);
}

namespace {

ops::image::ResizeOptions resize_options(const ResizingOptions& options) {
  return {.interpolation = options.interpolation,
          .antialias = options.antialias,
          .crop_to_aspect_ratio = options.crop_to_aspect_ratio,
          .pad_to_aspect_ratio = options.pad_to_aspect_ratio,
          .fill_mode = options.fill_mode,
          .fill_value = options.fill_value,
          .data_format = options.data_format};
}

}  // namespace

Resizing::Resizing(Options options)
    : Layer("Resizing", options.name, options.activity_regularizer), options_(std::move(options)) {
  ops::image::check_options("Resizing", options_.height, options_.width, resize_options(options_));
}

void Resizing::check_input(const Shape& input) const {
  check_images(name(), input, options_.data_format);
}

Tensor Resizing::call(const Tensor& inputs, const CallContext&) {
  return ops::image::resize(inputs, options_.height, options_.width, resize_options(options_));
}

Shape Resizing::compute_output_shape(const Shape& input) {
  check_input(input);
  const int rows = row_axis(input, options_.data_format);
  return input.with(rows, options_.height).with(rows + 1, options_.width);
}

std::optional<std::vector<Layer::RegularizerSlot>> Resizing::regularizer_slots() {
  return std::vector<Layer::RegularizerSlot>();
}

Config Resizing::get_config() const { return with_fields(Layer::get_config(), options_); }

Resizing Resizing::from_config(const Config& config) {
  Resizing layer(read_options<Options>("Resizing", config, {.height = 0, .width = 0}));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
