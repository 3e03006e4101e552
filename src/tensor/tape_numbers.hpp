// The numbers of gradient tapes, which also tell when a variable was read: before a tape was made,
// or since. The numbers are here, below the tapes, because variables look at them.
#pragma once

#include <atomic>
#include <cstdint>

namespace strata::autodiff {

inline constinit std::atomic<std::uint64_t> last_number = 0;

inline std::uint64_t next_number() {
  return last_number.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace strata::autodiff
