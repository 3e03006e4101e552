// The axes that a layer normalizes over, and the weights that have their extents.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "strata/config.hpp"
#include "strata/core/axis_list.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/tensor/variable.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

inline void check_any_axis(std::string_view who, const AxisList& axis) {
  check(!axis.values().empty(), who, "axis must name at least one axis. Received: axis=[].");
}

/// In the order of the weights' axes, which is Keras's: negative ones first.
inline std::vector<int> sorted_axes(const AxisList& axis) {
  std::vector<int> sorted = axis.values();
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

/// The shape of the weights for such an input. Raises ShapeError, naming `who`, where an axis isn't
/// there, stands twice, or has an unknown extent.
inline Shape shape_along(const AxisList& axis, const Shape& input, const std::string& who) {
  ops::Axes(axis.values()).of(input, who.c_str());
  Shape shape;
  for (const int each : sorted_axes(axis)) {
    const std::int64_t extent = input[input.axis(each, who.c_str())];
    check<ShapeError>(extent != Shape::kUnknown, who,
                      "the normalized axes must be known. Received: axis={}, shape={}.", each,
                      input);
    shape.append(extent);
  }
  return shape;
}

/// Raises ShapeError unless the input fits weights of shape `expected`.
inline void check_extents_along(const AxisList& axis, const Shape& expected, const Shape& input,
                                const std::string& who) {
  check<ShapeError>(shape_along(axis, input, who) == expected, who,
                    "the normalized axes must have the extents {}, as when the layer was built. "
                    "Received: shape={}.",
                    expected, input);
}

/// The weight's value as ops take it: with the extents in their order in the input. As in Keras the
/// elements keep their order, whichever order their axes have.
inline Tensor along_input(const Variable& weight, const AxisList& axis, const Shape& input) {
  Tensor value = weight.value();
  if (value.rank() <= 1) return value;
  const std::vector<bool> along = ops::Axes(axis.values()).of(input, weight.name().c_str());
  Shape extents;
  for (int i = 0; i < input.rank(); ++i) {
    if (along[static_cast<std::size_t>(i)]) extents.append(input[i]);
  }
  return extents == value.shape() ? value : ops::reshape(value, extents);
}

/// Keras writes the axes of a built layer as a sorted list.
inline void write_sorted_axes(Config& config, const AxisList& axis) {
  config["axis"] = sorted_axes(axis);
}

}  // namespace strata::layers
