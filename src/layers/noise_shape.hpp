// The shape of what a dropout layer draws, where the user gives it: broadcast over the inputs.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "strata/tensor/shape.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

inline void check_noise_shape(std::string_view who, const std::optional<Shape>& noise_shape) {
  const Shape noise = noise_shape.value_or(Shape());
  check(std::all_of(noise.begin(), noise.end(),
                    [](auto extent) { return extent > 0 || extent == Shape::kUnknown; }),
        who, "noise_shape's extents must be positive or unknown. Received: noise_shape={}.", noise);
}

/// Raises ShapeError, naming `who`, where it doesn't broadcast over such inputs.
inline void check_noise_fits(const std::string& who, const std::optional<Shape>& noise_shape,
                             const Shape& input) {
  if (!noise_shape) return;
  const Shape& noise = *noise_shape;
  bool fits = noise.rank() == input.rank();
  for (int axis = 0; fits && axis < input.rank(); ++axis) {
    fits = noise[axis] == Shape::kUnknown || noise[axis] == 1 || noise[axis] == input[axis] ||
           input[axis] == Shape::kUnknown;
  }
  check<ShapeError>(fits, who,
                    "noise_shape must have the input's rank, and extents of 1 or the input's. "
                    "Received: noise_shape={}, shape={}.",
                    noise, input);
}

/// What is drawn for inputs of this shape: theirs by default, and where an extent is unknown.
inline Shape drawn_shape(const std::optional<Shape>& noise_shape, const Shape& inputs) {
  Shape drawn = noise_shape.value_or(inputs);
  for (int axis = 0; axis < drawn.rank(); ++axis) {
    if (drawn[axis] == Shape::kUnknown) drawn[axis] = inputs[axis];
  }
  return drawn;
}

}  // namespace strata::layers
