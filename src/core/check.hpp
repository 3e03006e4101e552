// Raising errors in one line: `check(units > 0, "Dense", "units must be positive. Received: {}.",
// units)`. Nothing is formatted while the rule holds.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/excerpt.hpp"
#include "strata/core/errors.hpp"

namespace strata {

/// How an error prints a type of Strata's: specializations define `static std::string of(const
/// T&)`.
template <class T>
struct ErrorText;

template <class T>
concept HasErrorText = requires(const T& value) {
  ErrorText<T>::of(value);
};

/// A text that an error prints in full, however long: a list of names, a path.
struct Whole {
  std::string text;
};

template <class T>
concept Text = std::same_as<T, std::string> || std::same_as<T, std::string_view>;

/// How an error prints an argument: texts and JSON values shortened, since they may come from a
/// file; Strata's types by `Printed`. Strata's types are never passed to fmt: a program may
/// specialize `fmt::formatter<Shape>` for its own output, and the linker could pick that definition
/// for Strata's messages too.
template <class T>
decltype(auto) printable(T&& value) {
  using Plain = std::remove_cvref_t<T>;
  if constexpr (HasErrorText<Plain>) {
    return ErrorText<Plain>::of(value);
  } else if constexpr (std::same_as<Plain, Whole>) {
    return std::string(value.text);
  } else if constexpr (Text<Plain>) {
    return excerpt(value, kLongestText);
  } else if constexpr (std::same_as<Plain, Config>) {
    return json_excerpt(value);
  } else {
    return std::forward<T>(value);
  }
}

template <class T, class Plain = std::remove_cvref_t<T>>
inline constexpr bool kPrintedByUs =
    HasErrorText<Plain> || std::same_as<Plain, Config> || std::same_as<Plain, Whole> || Text<Plain>;

/// The type as which fmt prints it.
template <class T>
using Printable = std::conditional_t<kPrintedByUs<T>, std::string, T>;

template <class Error = InvalidArgument, class... Args>
[[noreturn]] void raise(std::string_view who, fmt::format_string<Printable<Args>...> rule,
                        Args&&... args) {
  throw Error(fmt::format("{}: {}", excerpt(who, kLongestText),
                          fmt::format(rule, printable(std::forward<Args>(args))...)));
}

template <class Error = InvalidArgument, class... Args>
void check(bool holds, std::string_view who, fmt::format_string<Printable<Args>...> rule,
           Args&&... args) {
  if (!holds) raise<Error>(who, rule, std::forward<Args>(args)...);
}

}  // namespace strata
