// Counts what this program asks of operator new, whose replacements are in the source of this name.
#pragma once

#include <cstdint>

namespace strata::testing {

struct Allocations {
  std::int64_t made = 0;     ///< All of them.
  std::int64_t buffers = 0;  ///< Those with an alignment of their own, as the buffer pool's have.
  std::int64_t alive = 0;    ///< Made and not freed.
};

/// Since the program began.
Allocations allocations();

/// Has so many of the next requests for memory with an alignment of its own find none.
void refuse_buffers(int count);

inline Allocations operator-(const Allocations& a, const Allocations& b) {
  return {a.made - b.made, a.buffers - b.buffers, a.alive - b.alive};
}

}  // namespace strata::testing
