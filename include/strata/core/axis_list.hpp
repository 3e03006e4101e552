// One axis or several, written as a number or a list: `.axis = 1`, `.axis = {0, 1, 2}`.
#pragma once

#include <concepts>
#include <initializer_list>
#include <utility>
#include <vector>

namespace strata {

class AxisList {
 public:
  template <std::same_as<int> I>  // not bool, not 2.5
  AxisList(I axis) : values_{axis} {}
  AxisList(std::initializer_list<int> axes) : values_(axes) {}
  AxisList(std::vector<int> axes) : values_(std::move(axes)) {}

  const std::vector<int>& values() const { return values_; }
  friend bool operator==(const AxisList&, const AxisList&) = default;

 private:
  std::vector<int> values_;
};

}  // namespace strata
