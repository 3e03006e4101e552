// A bound on the weights that a config read from a stranger may ask for: a line of JSON can
// describe more memory than there is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "strata/tensor/shape.hpp"

namespace strata::layers {

/// While one is alive on this thread, layers make at most `elements` elements of weights in all.
class WeightBudget {
 public:
  explicit WeightBudget(std::int64_t elements);
  ~WeightBudget();
  WeightBudget(const WeightBudget&) = delete;
  WeightBudget& operator=(const WeightBudget&) = delete;

  /// Takes a weight of this shape from the budget, if there is one. Raises InvalidArgument, in
  /// `who`'s name, if it is spent.
  static void spend(std::string_view who, const Shape& shape);

 private:
  std::optional<std::int64_t> outer_;
};

}  // namespace strata::layers
