// Whole numbers before and behind each spatial axis: `.padding = 1` on every side, `.padding = {2,
// 3}` on both sides of each of two axes, `.padding = {{1, 0}, {2, 1}}` side by side. Of a single
// axis, `.padding = {1, 2}` is before and behind.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>

namespace strata {

/// Of one axis.
struct Sides {
  int before = 0;
  int behind = 0;
  friend constexpr bool operator==(const Sides&, const Sides&) = default;
};

template <int N>
class PerSide {
 public:
  template <std::same_as<int> I>  // not bool, not 2.5
  constexpr PerSide(I all) {
    values_.fill({all, all});
  }
  template <std::same_as<int>... I>
  requires(sizeof...(I) == N && N > 1) constexpr PerSide(I... each)
      : values_{Sides{each, each}...} {}
  template <std::same_as<int> I>
  requires(N == 1) constexpr PerSide(I before, I behind) : values_{Sides{before, behind}} {}
  constexpr PerSide(const Sides& first, const Sides& second) requires(N == 2)
      : values_{first, second} {}
  constexpr PerSide(const Sides& first, const Sides& second, const Sides& third) requires(N == 3)
      : values_{first, second, third} {}
  constexpr PerSide(const std::array<Sides, N>& values) : values_(values) {}

  constexpr const Sides& operator[](int axis) const {
    return values_[static_cast<std::size_t>(axis)];
  }
  constexpr const std::array<Sides, N>& values() const { return values_; }
  friend constexpr bool operator==(const PerSide&, const PerSide&) = default;

 private:
  std::array<Sides, N> values_{};
};

}  // namespace strata
