#include "strata/core/buffer.hpp"

#include <array>
#include <bit>
#include <mutex>
#include <new>
#include <vector>

#include "core/fork.hpp"

namespace strata {
namespace {

// Under AddressSanitizer every buffer is an allocation of its own, so that an overrun is seen.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kPooled = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kPooled = false;
#else
constexpr bool kPooled = true;
#endif
#else
constexpr bool kPooled = true;
#endif

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kLargestPooled = std::size_t{1} << 30;  // larger ones go straight back
constexpr std::size_t kMostIdle = std::size_t{1} << 30;       // bytes kept for later, at most

// Four classes per power of two: at most a quarter of a block is slack.
std::size_t class_of(std::size_t bytes) {
  const std::size_t units = (bytes + kAlignment - 1) / kAlignment;
  if (units <= 4) return units;
  const auto shift = static_cast<std::size_t>(std::bit_width(units - 1)) - 3;
  return 4 * shift + ((units - 1) >> shift) + 1;
}

std::size_t bytes_of(std::size_t size_class) {
  if (size_class <= 4) return size_class * kAlignment;
  const std::size_t shift = (size_class - 5) / 4;
  return ((size_class - 5) % 4 + 5) * kAlignment << shift;
}

class Pool {
 public:
  void* take(std::size_t size_class) {
    const std::scoped_lock lock(mutex_);
    if (free_[size_class].empty()) return nullptr;
    void* block = free_[size_class].back();
    free_[size_class].pop_back();
    idle_ -= bytes_of(size_class);
    return block;
  }

  bool give(std::size_t size_class, void* block) {
    const std::scoped_lock lock(mutex_);
    if (idle_ + bytes_of(size_class) > kMostIdle) return false;
    free_[size_class].push_back(block);
    idle_ += bytes_of(size_class);
    return true;
  }

 private:
  ForkSafe<std::mutex> mutex_;
  std::array<std::vector<void*>, 256> free_;
  std::size_t idle_ = 0;
};

// Never destroyed: tensors in static storage may outlive any other static object.
Pool& pool() {
  static Pool& instance = *new Pool;
  return instance;
}

}  // namespace

Buffer Buffer::uninitialized(std::size_t count) {
  if (count > (kLargestPooled << 10) / sizeof(float)) throw std::bad_alloc();
  const std::size_t size_class = class_of(sizeof(Block) + count * sizeof(float));
  const std::size_t bytes = bytes_of(size_class);
  void* memory = kPooled && bytes <= kLargestPooled ? pool().take(size_class) : nullptr;
  if (memory == nullptr) memory = ::operator new (bytes, std::align_val_t{kAlignment});
  Buffer buffer;
  buffer.block_ = new (memory) Block;
  buffer.block_->size_class = size_class;
  return buffer;
}

void Buffer::release() noexcept {
  const std::size_t size_class = block_->size_class;
  block_->~Block();
  if (kPooled && bytes_of(size_class) <= kLargestPooled && pool().give(size_class, block_)) return;
  ::operator delete (block_, std::align_val_t{kAlignment});
}

}  // namespace strata
