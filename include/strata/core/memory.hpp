// The memory that Strata keeps for reuse after tensors have released it.
#pragma once

namespace strata {

/// Returns idle memory to the system. Memory that tensors no longer use is otherwise kept for later
/// tensors, since the system takes long to provide it: up to 1 GiB in all, of which the memory idle
/// longest is returned first, and up to 32 MiB more for each thread that makes tensors. When
/// the system has no memory left for a tensor, this is called before the allocation fails. Other
/// threads return theirs when they next make or drop a tensor, or when they end.
void release_idle_memory() noexcept;

}  // namespace strata
