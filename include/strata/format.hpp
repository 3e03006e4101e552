// fmt formatters for shapes, tensors and weights: they print what `to_string` and streams print,
// with fmt's fill, alignment and width. They exist only where this header is included. A program
// may instead specialize fmt's formatter for these types; Strata's own messages don't change by
// that.
//
//     fmt::print("{:>10} {}\n", x.shape(), x);
#pragma once

#include <fmt/format.h>

#include <string_view>

#include "strata/tensor/shape.hpp"
#include "strata/tensor/tensor.hpp"
#include "strata/tensor/variable.hpp"

template <>
struct fmt::formatter<strata::Shape> : fmt::formatter<std::string_view> {
  auto format(const strata::Shape& shape, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(strata::to_string(shape), context);
  }
};

template <>
struct fmt::formatter<strata::Tensor> : fmt::formatter<std::string_view> {
  auto format(const strata::Tensor& tensor, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(strata::to_string(tensor), context);
  }
};

/// Printed like the tensor of its value.
template <>
struct fmt::formatter<strata::Variable> : fmt::formatter<strata::Tensor> {
  auto format(const strata::Variable& variable, fmt::format_context& context) const {
    return fmt::formatter<strata::Tensor>::format(variable, context);
  }
};
