// Shapes, tensors and configs in error texts.
#pragma once

#include <fmt/format.h>

#include "strata/tensor/shape.hpp"

template <>
struct fmt::formatter<strata::Shape> : fmt::formatter<std::string_view> {
  auto format(const strata::Shape& shape, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(strata::to_string(shape), context);
  }
};
