// What Strata keeps of the memory that tensors have given back.
#pragma once

namespace strata {

/// Gives the system back what is idle. Memory that tensors no longer use is otherwise kept for the
/// next ones, since the system takes long to hand it out: up to 1 GiB, of which what was idle
/// longest goes first, and up to 32 MiB more for each thread that makes tensors. Other threads give
/// theirs back when they next make or drop a tensor, or end.
void release_idle_memory() noexcept;

}  // namespace strata
