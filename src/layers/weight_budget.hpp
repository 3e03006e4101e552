// A bound on the weights that a config read from a stranger may ask for: a line of JSON can
// describe more memory than there is.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "strata/tensor/shape.hpp"

namespace strata::layers {

/// While one is alive on this thread, layers make at most `elements` elements of weights in all, and
/// configs at most `layers` layers.
class WeightBudget {
 public:
  explicit WeightBudget(std::int64_t elements,
                        std::int64_t layers = std::numeric_limits<std::int64_t>::max());
  ~WeightBudget();
  WeightBudget(const WeightBudget&) = delete;
  WeightBudget& operator=(const WeightBudget&) = delete;

  /// Takes a weight of this shape from the budget, if there is one. Raises InvalidArgument, in
  /// `who`'s name, if it is spent.
  static void spend(std::string_view who, const Shape& shape);
  /// Takes a layer from it.
  static void spend_layer(std::string_view who);

 private:
  struct Left {
    std::int64_t elements;
    std::int64_t layers;
  };
  static thread_local std::optional<Left> left_;

  std::optional<Left> outer_;
};

}  // namespace strata::layers
