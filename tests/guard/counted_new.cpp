// Replaces the global operator new by one that counts, and that can be told to fail.
#include "guard/counted_new.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::int64_t> made = 0;
std::atomic<std::int64_t> buffers = 0;
std::atomic<std::int64_t> freed = 0;
std::atomic<int> to_refuse = 0;

void* counted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  made.fetch_add(1, std::memory_order_relaxed);
  return memory;
}

void release(void* memory) {
  if (memory == nullptr) return;
  freed.fetch_add(1, std::memory_order_relaxed);
  std::free(memory);
}

}  // namespace

namespace strata::testing {

Allocations allocations() { return {made, buffers, made - freed}; }

void refuse_buffers(int count) { to_refuse = count; }

}  // namespace strata::testing

// The library's other forms call these.
void* operator new(std::size_t bytes) { return counted(std::malloc(bytes == 0 ? 1 : bytes)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  if (to_refuse > 0) {
    --to_refuse;
    throw std::bad_alloc();
  }
  buffers.fetch_add(1, std::memory_order_relaxed);
  const auto unit = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
