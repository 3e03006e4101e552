// A field of an options struct that has no default: leaving it out does not compile.
#pragma once

#include <utility>

namespace strata {

template <class T>
class Required {
 public:
  constexpr Required(T value) : value_(std::move(value)) {}  // no default constructor, on purpose
  constexpr operator const T&() const { return value_; }
  constexpr const T& value() const { return value_; }

 private:
  T value_;
};

}  // namespace strata
