// Flags that one thread sets while others read them, and the lock for building layers.
#pragma once

#include <atomic>
#include <mutex>

#include "core/fork.hpp"

namespace strata::layers {

/// Locked while a layer is built or gets its name; calls of a built layer never lock it. Recursive,
/// since building a layer may build its sub-layers.
using BuildMutex = ForkSafe<std::recursive_mutex>;
BuildMutex& build_mutex();

inline bool load(bool& flag) { return std::atomic_ref<bool>(flag).load(); }

inline void store(bool& flag, bool value) { std::atomic_ref<bool>(flag).store(value); }

}  // namespace strata::layers
