// Checks of the parameters of layers that change images at random.
#include "layers/image_parameters.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

std::string received(const char* what, const NumberList& factor) {
  if (factor.empty()) return "none";
  if (factor.is_number()) return fmt::format("{}={}", what, factor.values()[0]);
  return fmt::format("{}=({})", what, fmt::join(factor.values(), ", "));
}

}  // namespace

FactorRange checked_factor(std::string_view who, const char* what, const NumberList& factor,
                           const FactorBounds& bounds) {
  const std::vector<float>& numbers = factor.values();
  const bool fits = std::all_of(numbers.begin(), numbers.end(), [&](float number) {
    const bool above = bounds.is_open ? number > bounds.lowest : number >= bounds.lowest;
    return above && number <= bounds.highest;
  });
  check(fits && (factor.is_number() || numbers.size() == 2), who,
        "{} must be a number, or two, in {}{}, {}]. Received: {}.", what,
        bounds.is_open ? "(" : "[", bounds.lowest, bounds.highest, received(what, factor));
  if (factor.is_number()) return {-std::abs(numbers[0]), std::abs(numbers[0])};
  return {std::min(numbers[0], numbers[1]), std::max(numbers[0], numbers[1])};
}

void check_value_range(std::string_view who, const std::vector<float>& range) {
  const bool is_finite =
      std::all_of(range.begin(), range.end(), [](float number) { return std::isfinite(number); });
  check(range.size() == 2 && is_finite && range[0] < range[1], who,
        "value_range must be two finite numbers, the lower one first. Received: value_range=({}).",
        fmt::join(range, ", "));
}

std::int64_t image_count(const Shape& images) { return images.rank() == 4 ? images.front() : 1; }

void check_transformation(const std::string& who, const Shape& transformation,
                          const Shape& expected) {
  check<ShapeError>(transformation == expected, who,
                    "the transformation must have shape {}. Received: shape={}.", expected,
                    transformation);
}

Tensor number_per_image(const std::string& who, const Tensor& transformation, const Shape& images) {
  const std::int64_t count = image_count(images);
  check_transformation(who, transformation.shape(), {count});
  return ops::reshape(transformation, images.rank() == 4 ? Shape{count, 1, 1, 1} : Shape{1, 1, 1});
}

}  // namespace strata::layers
