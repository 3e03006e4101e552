// Checks of padding and data format, and conversions between the formats.
#include "layers/spatial.hpp"

#include <vector>

#include "core/registry.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

bool is_channels_first(const std::string& data_format) { return data_format == "channels_first"; }

}  // namespace

const std::string& checked_data_format(std::string_view who, const std::string& data_format) {
  check(data_format == "channels_last" || is_channels_first(data_format), who,
        "data_format must be \"channels_last\" or \"channels_first\". Received: data_format={}.",
        data_format);
  return data_format;
}

std::string checked_padding(std::string_view who, const std::string& padding,
                            const PaddingChoices& choices) {
  std::string lower = registry::lower_case(padding);
  check(lower == "valid" || lower == "same" || (choices.causal && lower == "causal"), who,
        "padding must be {}. Received: padding={}.",
        choices.causal ? "\"valid\", \"same\" or \"causal\"" : "\"valid\" or \"same\"", padding);
  return lower;
}

ops::Padding padding_named(const std::string& padding) {
  return padding == "same"     ? ops::Padding::same
         : padding == "causal" ? ops::Padding::causal
                               : ops::Padding::valid;
}

Shape channels_last(const Shape& shape, const std::string& data_format) {
  if (!is_channels_first(data_format)) return shape;
  Shape last = shape.without(1);
  last.append(shape[1]);
  return last;
}

Shape as_formatted(const Shape& shape, const std::string& data_format) {
  if (!is_channels_first(data_format)) return shape;
  Shape first = {shape.front(), shape.back()};
  for (int axis = 1; axis + 1 < shape.rank(); ++axis) first.append(shape[axis]);
  return first;
}

Tensor channels_last(const Tensor& x, const std::string& data_format) {
  if (!is_channels_first(data_format)) return x;
  std::vector<int> axes = {0};
  for (int axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
  axes.push_back(1);
  return ops::transpose(x, axes);
}

Tensor as_formatted(const Tensor& x, const std::string& data_format) {
  if (!is_channels_first(data_format)) return x;
  std::vector<int> axes = {0, x.rank() - 1};
  for (int axis = 1; axis + 1 < x.rank(); ++axis) axes.push_back(axis);
  return ops::transpose(x, axes);
}

void check_images(const std::string& who, const Shape& input, const std::string& data_format) {
  check<ShapeError>(input.rank() == 3 || input.rank() == 4, who,
                    "the input must be images, of rank 4, or one image, of rank 3. Received: "
                    "shape={}.",
                    input);
  const int rows = row_axis(input, data_format);
  check<ShapeError>(input[rows] != 0 && input[rows + 1] != 0, who,
                    "images must have pixels. Received: shape={}.", input);
}

void check_spatial_rank(const std::string& who, const Shape& input, int spatial) {
  check<ShapeError>(input.rank() == spatial + 2, who,
                    "the input must have rank {}: batch, {} spatial, channels. Received: shape={}.",
                    spatial + 2,
                    spatial == 1   ? "one"
                    : spatial == 2 ? "two"
                                   : "three",
                    input);
}

void pass_window(const std::string& who, const Shape& input, const WindowOnAxis& window,
                 Shape& output) {
  std::int64_t& extent = output[window.axis];
  extent =
      ops::window_output(extent, window.window, window.stride, window.dilation, window.padding);
  check<ShapeError>(extent > 0 || extent == Shape::kUnknown, who,
                    "the output would be empty: {}={} with dilation {} is more than spatial axis "
                    "{} has. Received: shape={}.",
                    window.option, window.window, window.dilation, window.axis - 1, input);
}

void check_channels(const std::string& who, const Shape& input, const std::string& data_format,
                    std::optional<std::int64_t> expected) {
  const std::int64_t channels = channels_last(input, data_format).back();
  check<ShapeError>(channels != Shape::kUnknown, who,
                    "the number of input channels must be known. Received: shape={}.", input);
  check<ShapeError>(channels > 0, who,
                    "the number of input channels must be positive. Received: shape={}.", input);
  check<ShapeError>(channels == expected.value_or(channels), who,
                    "the number of input channels must be {}, as when the layer was built. "
                    "Received: {} channels, shape={}.",
                    expected.value_or(channels), channels, input);
}

}  // namespace strata::layers
