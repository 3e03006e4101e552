// RandomCrop: a slice, or a resized one where images are too small.
#include "strata/layers/random_crop.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/image_parameters.hpp"
#include "layers/spatial.hpp"
#include "ops/resize_options.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, RandomCropOptions& options) {
  fields.or_default("data_format", options.data_format);
  fields("height", options.height);
  fields("width", options.width);
  fields("seed", options.seed);
}

namespace {

// The first of the pixels around the middle of an axis that keep the output's aspect ratio.
std::int64_t first_of_middle(std::int64_t extent, std::int64_t other, std::int64_t size,
                             std::int64_t other_size) {
  const std::int64_t fitting = other * size / other_size;
  return (extent - std::max<std::int64_t>(std::min(extent, fitting), 1)) / 2;
}

}  // namespace

RandomCrop::RandomCrop(Options options)
    : ImageAugmentation("RandomCrop", options.name, options.activity_regularizer, options.seed,
                        options.data_format),
      options_(std::move(options)) {
  ops::image::check_options("RandomCrop", options_.height, options_.width,
                            {.data_format = options_.data_format});
}

Tensor RandomCrop::draw(const Shape& images, random::Generator& stream) const {
  const int rows = row_axis(images, options_.data_format);
  const std::int64_t height = options_.height;
  const std::int64_t width = options_.width;
  const std::int64_t more_rows = images[rows] - height;
  const std::int64_t more_columns = images[rows + 1] - width;
  const auto first_of = [&](std::int64_t more) {
    return std::floor(stream.uniform({1}, 0.0f, static_cast<float>(more + 1)).item());
  };
  if (more_rows > 0 && more_columns > 0) {
    const float row = first_of(more_rows);
    return Tensor({2}, {row, first_of(more_columns)});
  }
  return Tensor(
      {2}, {static_cast<float>(first_of_middle(images[rows], images[rows + 1], height, width)),
            static_cast<float>(first_of_middle(images[rows + 1], images[rows], width, height))});
}

Tensor RandomCrop::transformed(const Tensor& images, const Tensor& transformation) const {
  check_transformation(name(), transformation.shape(), {2});
  const Shape& input = images.shape();
  const int rows = row_axis(input, options_.data_format);
  Shape start(std::vector<std::int64_t>(static_cast<std::size_t>(input.rank()), 0));
  const std::int64_t size[] = {options_.height, options_.width};
  Shape part = input;
  for (int i = 0; i < 2; ++i) {
    const float first = transformation.data()[i];
    const std::int64_t extent = input[rows + i];
    check(first >= 0.0f && first < static_cast<float>(extent) && first == std::floor(first), name(),
          "the transformation must be the first row and column of a part of the images. Received: "
          "{}, shape={}.",
          to_string(transformation), input);
    start[rows + i] = static_cast<std::int64_t>(first);
    part[rows + i] = std::min(size[i], extent - start[rows + i]);
  }
  Tensor cropped = ops::slice(images, start, part);
  if (part[rows] == size[0] && part[rows + 1] == size[1]) return cropped;
  return ops::image::resize(cropped, size[0], size[1], {.data_format = options_.data_format});
}

Tensor RandomCrop::in_inference(const Tensor& images) const {
  return ops::image::resize(images, options_.height, options_.width,
                            {.crop_to_aspect_ratio = true, .data_format = options_.data_format});
}

Shape RandomCrop::compute_output_shape(const Shape& input) {
  check_input(input);
  const int rows = row_axis(input, options_.data_format);
  return input.with(rows, options_.height).with(rows + 1, options_.width);
}

Config RandomCrop::get_config() const { return with_fields(Layer::get_config(), options_); }

RandomCrop RandomCrop::from_config(const Config& config) {
  RandomCrop layer(read_options<Options>("RandomCrop", config, {.height = 0, .width = 0}));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
