// CenterCrop: a slice, or a resized one where images are too small.
#include "strata/layers/center_crop.hpp"

#include <vector>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/spatial.hpp"
#include "ops/resize_options.hpp"
#include "strata/ops/array.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, CenterCropOptions& options) {
  fields.or_default("data_format", options.data_format);
  fields("height", options.height);
  fields("width", options.width);
}

CenterCrop::CenterCrop(Options options)
    : Layer("CenterCrop", options.name, options.activity_regularizer),
      options_(std::move(options)) {
  ops::image::check_options("CenterCrop", height(), width(), {.data_format = options_.data_format});
}

void CenterCrop::check_input(const Shape& input) const {
  check_images(name(), input, options_.data_format);
}

Tensor CenterCrop::call(const Tensor& inputs, const CallContext&) {
  const Shape& input = inputs.shape();
  const int rows = row_axis(input, options_.data_format);
  if (input[rows] < height() || input[rows + 1] < width())
    return ops::image::resize(inputs, height(), width(),
                              {.crop_to_aspect_ratio = true, .data_format = options_.data_format});
  Shape start(std::vector<std::int64_t>(static_cast<std::size_t>(input.rank()), 0));
  start[rows] = (input[rows] - height()) / 2;
  start[rows + 1] = (input[rows + 1] - width()) / 2;
  return ops::slice(inputs, start, compute_output_shape(input));
}

Shape CenterCrop::compute_output_shape(const Shape& input) {
  check_input(input);
  const int rows = row_axis(input, options_.data_format);
  return input.with(rows, height()).with(rows + 1, width());
}

std::optional<std::vector<Layer::RegularizerSlot>> CenterCrop::regularizer_slots() {
  return std::vector<Layer::RegularizerSlot>();
}

Config CenterCrop::get_config() const { return with_fields(Layer::get_config(), options_); }

CenterCrop CenterCrop::from_config(const Config& config) {
  CenterCrop layer(read_options<Options>("CenterCrop", config, {.height = 0, .width = 0}));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
