// Raising errors in one line: `check(units > 0, "Dense", "units must be positive. Received: {}.",
// units)`. Nothing is formatted while the rule holds.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "strata/core/errors.hpp"

namespace strata {

template <class Error = InvalidArgument, class... Args>
[[noreturn]] void raise(std::string_view who, fmt::format_string<Args...> rule, Args&&... args) {
  throw Error(fmt::format("{}: {}", who, fmt::format(rule, std::forward<Args>(args)...)));
}

template <class Error = InvalidArgument, class... Args>
void check(bool holds, std::string_view who, fmt::format_string<Args...> rule, Args&&... args) {
  if (!holds) raise<Error>(who, rule, std::forward<Args>(args)...);
}

}  // namespace strata
