// One axis or several, written as a number or a list: `.axis = 1`, `.axis = {0, 1, 2}`.
#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

namespace strata {

class AxisList {
 public:
  template <std::same_as<int> I>  // not bool, not 2.5
  AxisList(I axis) : values_{axis}, is_number_(true) {}
  AxisList(std::initializer_list<int> axes) : values_(axes) {}
  AxisList(std::vector<int> axes) : values_(std::move(axes)) {}

  const std::vector<int>& values() const { return values_; }
  /// Whether it was written as a number, not as a list of one; as such it stands in a config.
  bool is_number() const { return is_number_; }
  friend bool operator==(const AxisList&, const AxisList&) = default;

 private:
  std::vector<int> values_;
  bool is_number_ = false;
};

/// The same, or none, which stands for all axes: null in a config.
class OptionalAxisList {
 public:
  OptionalAxisList() = default;
  template <std::same_as<int> I>
  OptionalAxisList(I axis) : axes_(axis) {}
  OptionalAxisList(std::initializer_list<int> axes) : axes_(axes) {}
  OptionalAxisList(AxisList axes) : axes_(std::move(axes)) {}

  explicit operator bool() const { return axes_.has_value(); }
  const AxisList& operator*() const { return *axes_; }
  friend bool operator==(const OptionalAxisList&, const OptionalAxisList&) = default;

 private:
  std::optional<AxisList> axes_;
};

}  // namespace strata
