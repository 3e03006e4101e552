// WeightAxes: which axes of a weight belong to its layer's inputs and outputs.
#pragma once

#include <optional>
#include <string_view>

#include "strata/tensor/shape.hpp"

namespace strata {

/// For rules that treat a weight by groups: one norm per input, per unit or filter, per gate. A
/// dense kernel of shape (inputs, units) has `{.input = 0, .output = 1}`, its bias `{.output = 0}`;
/// the kernel of a recurrent layer, of shape (inputs, 4 units), also has `.gates = 4`.
struct WeightAxes {
  std::optional<int> input = {};   ///< Its extent is the number of input features or channels.
  std::optional<int> output = {};  ///< Its extent is the number of units, filters or channels.
  int gates = 1;                   ///< Number of equal blocks along `output`, side by side.

  /// Raises InvalidArgument, naming `who`, unless these are two different axes of `shape`, counted
  /// from 0, and `gates` divides the output's extent.
  void check_fit(std::string_view who, const Shape& shape) const;

  friend bool operator==(const WeightAxes&, const WeightAxes&) = default;
};

}  // namespace strata
