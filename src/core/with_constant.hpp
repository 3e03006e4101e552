// From a number known at run time to one known at compile time.
#pragma once

#include <cstdint>
#include <type_traits>

namespace strata {

/// Calls `body(std::integral_constant<int, n>)` for n in [1, kMost].
template <int kMost, class Body>
void with_constant(std::int64_t n, const Body& body) {
  if constexpr (kMost > 1) {
    if (n < kMost) return with_constant<kMost - 1>(n, body);
  }
  body(std::integral_constant<int, kMost>());
}

}  // namespace strata
