// Where windows stand, and the padding that puts them there.
#include "saving/onnx/windows.hpp"

#include <algorithm>

namespace strata::saving {
namespace {

// Zeros in front of an axis and behind it. With strides of 1 they don't depend on the extent.
struct Pads {
  std::int64_t front;
  std::int64_t back;
};

Pads pads_of(const OnnxWindow& window, std::size_t axis, std::int64_t extent) {
  const std::int64_t span = window.dilation[axis] * (window.extents[axis] - 1) + 1;
  if (window.padding == ops::Padding::valid) return {0, 0};
  if (window.padding == ops::Padding::causal) return {span - 1, 0};
  const int stride = window.strides[axis];
  const std::int64_t known = extent == Shape::kUnknown ? span : extent;
  const std::int64_t steps = ops::window_output(known, window.extents[axis], stride,
                                                window.dilation[axis], window.padding);
  const std::int64_t all = std::max<std::int64_t>((steps - 1) * stride + span - known, 0);
  return {all / 2, all - all / 2};
}

// Whether the padding depends on extents that only a run will tell.
bool is_open(const OnnxWindow& window, const Integers& spatial) {
  if (window.padding != ops::Padding::same) return false;
  for (std::size_t axis = 0; axis < spatial.size(); ++axis) {
    if (spatial[axis] == Shape::kUnknown && window.strides[axis] > 1) return true;
  }
  return false;
}

}  // namespace

std::vector<OnnxAttribute> attributes_of(const OnnxWindow& window, const Integers& spatial) {
  const auto count = static_cast<std::ptrdiff_t>(spatial.size());
  std::vector<OnnxAttribute> attributes = {
      {"kernel_shape", window.extents},
      {"strides", Integers(window.strides.begin(), window.strides.begin() + count)}};
  if (is_open(window, spatial)) {
    attributes.push_back({"auto_pad", "SAME_UPPER"});
    return attributes;
  }
  Integers pads(2 * spatial.size());
  for (std::size_t axis = 0; axis < spatial.size(); ++axis) {
    const auto [front, back] = pads_of(window, axis, spatial[axis]);
    pads[axis] = front;
    pads[spatial.size() + axis] = back;
  }
  attributes.push_back({"pads", pads});
  return attributes;
}

Integers spatial_extents(const Shape& shape, bool channels_last) {
  return channels_last ? Integers(shape.begin() + 1, shape.end() - 1)
                       : Integers(shape.begin() + 2, shape.end());
}

}  // namespace strata::saving
