// WeightGroups: how a weight falls into groups, by name or by an axis.
#pragma once

#include <concepts>
#include <string>
#include <variant>

namespace strata {

/// `"inputs"`: all weights that leave one input feature or channel. `"outputs"`: all that enter one
/// unit or filter, of a recurrent layer in all gates. `"filters"`: those of one pair of both. A
/// number: each index of that axis is a group, and a negative one counts from the end.
class WeightGroups {
 public:
  WeightGroups(const char* name) : value_(std::string(name)) {}
  WeightGroups(std::string name) : value_(std::move(name)) {}
  template <std::same_as<int> I>  // not bool, not 2.5
  WeightGroups(I axis) : value_(axis) {}

  /// The name, or null if it is an axis.
  const std::string* name() const { return std::get_if<std::string>(&value_); }
  /// The axis, or null if it is a name.
  const int* axis() const { return std::get_if<int>(&value_); }
  friend bool operator==(const WeightGroups&, const WeightGroups&) = default;

 private:
  std::variant<std::string, int> value_;
};

}  // namespace strata
