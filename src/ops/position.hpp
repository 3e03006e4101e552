// Where an element stands, in error texts.
#pragma once

#include <string>

#include "strata/tensor/shape.hpp"

namespace strata::ops {

/// The index along each axis of the element at `offset` in row-major order: `[3]`, `[1, 0]`.
inline std::string position(const Shape& shape, std::int64_t offset) {
  std::string text;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    text = std::to_string(offset % shape[axis]) + (text.empty() ? "" : ", ") + text;
    offset /= shape[axis];
  }
  return "[" + text + "]";
}

}  // namespace strata::ops
