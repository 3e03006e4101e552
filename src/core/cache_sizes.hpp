// The sizes of the CPU's caches, which blocks of work are cut by.
#pragma once

#include <cstdint>

namespace strata {

/// In bytes: of one core's first (data) and second level, and of the last level, which cores share.
struct CacheSizes {
  std::int64_t first;
  std::int64_t second;
  std::int64_t last;
};

/// Read once from the system. What it doesn't tell is taken as 32 KiB, 256 KiB and, for the last
/// level, the size of the second.
const CacheSizes& cache_sizes();

}  // namespace strata
