// A field of an options struct that has no default: leaving it out does not compile.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <utility>

namespace strata {

template <class T>
class Required {
 public:
  Required() = delete;  // said, or a field left out would be an empty list
  constexpr Required(T value) : value_(std::move(value)) {}

  /// What `T` takes in braces: `.shape = {28, 28}`.
  template <class U = T>
  requires std::constructible_from<U, std::initializer_list<typename U::value_type>>
  constexpr Required(std::initializer_list<typename U::value_type> values) : value_(values) {}

  /// A text in quotes: `.filepath = "model.keras"`.
  Required(const char* text) requires std::same_as<T, std::string> : value_(text) {}

  constexpr operator const T&() const { return value_; }
  constexpr const T& value() const { return value_; }

 private:
  T value_;
};

}  // namespace strata
