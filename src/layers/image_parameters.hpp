// What layers that change images at random check: ranges of factors and values, and transformations,
// which have one number, or some, per image.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "strata/core/number_list.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::layers {

struct FactorBounds {
  float lowest = -1.0f;
  float highest = 1.0f;
  bool is_open = false;  ///< whether the lowest itself is out of bounds
};
/// What a factor is drawn from.
struct FactorRange {
  float lower;
  float upper;
};
/// Two numbers in any order, or one, which stands for the range from its negative to it. Raises
/// InvalidArgument in `who`'s name on anything else, and on a number that is out of bounds.
FactorRange checked_factor(std::string_view who, const char* what, const NumberList& factor,
                           const FactorBounds& bounds);

/// Raises InvalidArgument unless these are two finite numbers, the lower one first.
void check_value_range(std::string_view who, const std::vector<float>& range);

/// Of a batch, or 1.
std::int64_t image_count(const Shape& images);
/// Raises ShapeError unless the shapes are the same.
void check_transformation(const std::string& who, const Shape& transformation,
                          const Shape& expected);
/// A transformation of one number per image so that it broadcasts with the images. Raises ShapeError
/// on another one.
Tensor number_per_image(const std::string& who, const Tensor& transformation, const Shape& images);

}  // namespace strata::layers
