// Arithmetic on sizes that a file claims: nothing is read or allocated by them before they have
// been compared with what is there.
#pragma once

#include <concepts>
#include <limits>
#include <string>
#include <utility>

#include "io/byte_stream.hpp"

namespace strata::io {

/// A count or a number of bytes from a file that is not trusted. Sums and products that leave 64
/// bits, and negative numbers, make it unknown for good: such a size fits nowhere and can't be
/// converted.
class CheckedSize {
 public:
  template <std::integral T>
  constexpr CheckedSize(T value)
      : value_(static_cast<std::uint64_t>(value)), known_(std::in_range<std::uint64_t>(value)) {}

  constexpr CheckedSize& operator+=(CheckedSize other) {
    known_ = known_ && other.known_ && !__builtin_add_overflow(value_, other.value_, &value_);
    return *this;
  }
  constexpr CheckedSize& operator*=(CheckedSize other) {
    // A zero does not make an unknown factor known.
    known_ = known_ && other.known_ && !__builtin_mul_overflow(value_, other.value_, &value_);
    return *this;
  }
  friend constexpr CheckedSize operator+(CheckedSize a, CheckedSize b) { return a += b; }
  friend constexpr CheckedSize operator*(CheckedSize a, CheckedSize b) { return a *= b; }

  /// Whether there is room for it in `present` bytes or elements.
  constexpr bool fits(std::integral auto present) const {
    return known_ && std::cmp_less_equal(value_, present);
  }
  constexpr bool is(std::integral auto expected) const {
    return known_ && std::cmp_equal(value_, expected);
  }

  /// The number. Raises IoError, which names `what`, where T can't hold it.
  template <std::integral T>
  T as(const Origin& origin, std::string_view what) const {
    origin.check(known_ && std::in_range<T>(value_), "{} must be at most {}. Received: {}.", what,
                 std::numeric_limits<T>::max(), text());
    return static_cast<T>(value_);
  }

  /// As errors print it.
  std::string text() const {
    return known_ ? fmt::format("{}", value_) : "not countable in 64 bits";
  }

 private:
  std::uint64_t value_;
  bool known_;
};

}  // namespace strata::io

/// So an error may take a size as an argument.
template <>
struct strata::ErrorText<strata::io::CheckedSize> {
  static std::string of(const io::CheckedSize& size) { return size.text(); }
};
