// The numbers of gradient tapes, by which a tape knows whether a variable was read before or after
// it was made. They are defined here, below `autodiff`, because variables need them.
#pragma once

#include <atomic>
#include <cstdint>

namespace strata::autodiff {

inline constinit std::atomic<std::uint64_t> last_number = 0;

inline std::uint64_t next_number() {
  return last_number.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace strata::autodiff
