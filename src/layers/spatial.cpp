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

std::string checked_padding(std::string_view who, std::string padding, bool may_be_causal) {
  std::string lower = registry::lower_case(padding);
  check(lower == "valid" || lower == "same" || (may_be_causal && lower == "causal"), who,
        "padding must be {}. Received: padding={}.",
        may_be_causal ? "\"valid\", \"same\" or \"causal\"" : "\"valid\" or \"same\"", padding);
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

Config with_known_format(Config config) {
  const auto found = config.find("data_format");
  if (found != config.end() && found->is_null()) config.erase(found);
  return config;
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

}  // namespace strata::layers
