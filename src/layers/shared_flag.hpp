// Flags that one thread sets while others read them, and the lock that building takes.
#pragma once

#include <atomic>
#include <mutex>

#include "core/fork.hpp"

namespace strata::layers {

/// Held while a layer is built for the first time or named; threads that call a built layer never
/// take it. Recursive, since a layer builds its parts.
using BuildMutex = ForkSafe<std::recursive_mutex>;
BuildMutex& build_mutex();

inline bool load(bool& flag) { return std::atomic_ref<bool>(flag).load(std::memory_order_acquire); }

inline void store(bool& flag, bool value) {
  std::atomic_ref<bool>(flag).store(value, std::memory_order_release);
}

}  // namespace strata::layers
