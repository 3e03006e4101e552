// One whole number per spatial axis, written as one number for all axes or one for each:
// `.kernel_size = 3`, `.kernel_size = {3, 5}`.
#pragma once

#include <array>
#include <concepts>

namespace strata {

template <int N>
class PerAxis {
 public:
  template <std::same_as<int> I>  // not bool, not 2.5
  constexpr PerAxis(I all) {
    values_.fill(all);
  }
  template <std::same_as<int>... I>
  requires(sizeof...(I) == N && N > 1) constexpr PerAxis(I... values) : values_{values...} {}
  constexpr PerAxis(const std::array<int, N>& values) : values_(values) {}

  constexpr int operator[](int axis) const { return values_[static_cast<std::size_t>(axis)]; }
  constexpr const std::array<int, N>& values() const { return values_; }
  friend constexpr bool operator==(const PerAxis&, const PerAxis&) = default;

 private:
  std::array<int, N> values_{};
};

/// A `PerAxis` that may be left out: `.strides = {}` means "as the layer says".
template <int N>
class OptionalPerAxis {
 public:
  constexpr OptionalPerAxis() = default;
  template <class... I>
  requires(sizeof...(I) >= 1 &&
           std::constructible_from<PerAxis<N>, I...>) constexpr OptionalPerAxis(I... values)
      : value_(values...), given_(true) {}

  constexpr PerAxis<N> value_or(const PerAxis<N>& other) const { return given_ ? value_ : other; }
  constexpr explicit operator bool() const { return given_; }

 private:
  PerAxis<N> value_ = 1;
  bool given_ = false;
};

}  // namespace strata
