// How error messages print shapes.
#pragma once

#include <string>

#include "core/check.hpp"
#include "strata/tensor/shape.hpp"

namespace strata {

template <>
struct ErrorText<Shape> {
  static std::string of(const Shape& shape) { return to_string(shape); }
};

}  // namespace strata
