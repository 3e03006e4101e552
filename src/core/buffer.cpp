// The pool behind Buffer: freed blocks are kept by size, on the thread first and then for all
// threads, so that a steady training step asks the system for no memory.
#include "strata/core/buffer.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>

#include "core/fork.hpp"
#include "strata/core/memory.hpp"

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
constexpr std::size_t kLargestOwn = std::size_t{8}
                                    << 20;  // largest block that a thread caches for itself
constexpr std::size_t kMostOwn = std::size_t{32}
                                 << 20;  // most bytes that a thread caches for itself

// Four classes per power of two: at most a quarter of a block is slack.
constexpr std::size_t class_of(std::size_t bytes) {
  const std::size_t units = (bytes + kAlignment - 1) / kAlignment;
  if (units <= 4) return units;
  const auto shift = static_cast<std::size_t>(std::bit_width(units - 1)) - 3;
  return 4 * shift + ((units - 1) >> shift) + 1;
}

constexpr std::size_t bytes_of(std::size_t size_class) {
  if (size_class <= 4) return size_class * kAlignment;
  const std::size_t shift = (size_class - 5) / 4;
  return ((size_class - 5) % 4 + 5) * kAlignment << shift;
}

// An idle block, which holds its own list links so that giving it back allocates nothing.
struct IdleBlock {
  IdleBlock* older = nullptr;
  IdleBlock* newer = nullptr;
  std::uint64_t given = 0;  // value of the pool's counter when the block was given back
};

void give_to_system(void* block) { ::operator delete (block, std::align_val_t{kAlignment}); }

void give_all_to_system(IdleBlock* newest) {
  while (newest != nullptr) give_to_system(std::exchange(newest, newest->older));
}

// Reverses a list that starts with its newest block.
IdleBlock* oldest_first(IdleBlock* newest) {
  IdleBlock* oldest = nullptr;
  while (newest != nullptr) {
    IdleBlock* const next = newest->older;
    newest->older = std::exchange(oldest, newest);
    newest = next;
  }
  return oldest;
}

// Idle blocks of one size class, ordered by the time they were given back.
class Shelf {
 public:
  const IdleBlock* oldest() const { return oldest_; }

  void put(IdleBlock* block) {
    block->older = newest_;
    block->newer = nullptr;
    (newest_ == nullptr ? oldest_ : newest_->newer) = block;
    newest_ = block;
  }

  IdleBlock* take_newest() {
    IdleBlock* const block = newest_;
    if (block == nullptr) return nullptr;
    newest_ = block->older;
    (newest_ == nullptr ? oldest_ : newest_->newer) = nullptr;
    return block;
  }

  // The newest, which shows the others.
  IdleBlock* take_all() {
    oldest_ = nullptr;
    return std::exchange(newest_, nullptr);
  }

  IdleBlock* take_oldest() {
    IdleBlock* const block = oldest_;
    oldest_ = block->newer;
    (oldest_ == nullptr ? newest_ : oldest_->older) = nullptr;
    return block;
  }

 private:
  IdleBlock* newest_ = nullptr;
  IdleBlock* oldest_ = nullptr;
};

constexpr std::size_t kClasses = class_of(kLargestPooled) + 1;
constexpr std::size_t kOwnClasses = class_of(kLargestOwn) + 1;

// The newest idle block of each size class that a thread caches; each block links to the next older
// one.
using OwnShelves = std::array<IdleBlock*, kOwnClasses>;

// The idle blocks that all threads share.
class Pool {
 public:
  void* take(std::size_t size_class) {
    const std::scoped_lock lock(mutex_);
    IdleBlock* const block = shelves_[size_class].take_newest();
    if (block != nullptr) idle_ -= bytes_of(size_class);
    return block;
  }

  void give(std::size_t size_class, void* block) {
    std::unique_lock lock(mutex_);
    put(size_class, new (block) IdleBlock);
    IdleBlock* const excess = take_excess();
    lock.unlock();
    give_all_to_system(excess);
  }

  // Takes over all blocks that a thread caches.
  void give(OwnShelves& shelves) {
    std::unique_lock lock(mutex_);
    for (std::size_t size_class = 0; size_class < kOwnClasses; ++size_class) {
      IdleBlock* block = oldest_first(std::exchange(shelves[size_class], nullptr));
      while (block != nullptr) put(size_class, std::exchange(block, block->older));
    }
    IdleBlock* const excess = take_excess();
    lock.unlock();
    give_all_to_system(excess);
  }

  void release() {
    std::array<IdleBlock*, kClasses> all;
    {
      const std::scoped_lock lock(mutex_);
      std::transform(shelves_.begin(), shelves_.end(), all.begin(),
                     [](Shelf& shelf) { return shelf.take_all(); });
      idle_ = 0;
    }
    for (IdleBlock* const newest : all) give_all_to_system(newest);
  }

 private:
  void put(std::size_t size_class, IdleBlock* block) {
    block->given = ++given_;
    shelves_[size_class].put(block);
    idle_ += bytes_of(size_class);
  }

  // Removes the blocks that have been idle longest until at most `kMostIdle` bytes remain.
  IdleBlock* take_excess() {
    IdleBlock* taken = nullptr;
    while (idle_ > kMostIdle) {
      const auto age = [](const Shelf& shelf) {
        return shelf.oldest() == nullptr ? UINT64_MAX : shelf.oldest()->given;
      };
      const auto first =
          std::min_element(shelves_.begin(), shelves_.end(),
                           [&](const Shelf& a, const Shelf& b) { return age(a) < age(b); });
      IdleBlock* const block = first->take_oldest();
      idle_ -= bytes_of(static_cast<std::size_t>(first - shelves_.begin()));
      block->older = std::exchange(taken, block);
    }
    return taken;
  }

  ForkSafe<std::mutex> mutex_;
  std::array<Shelf, kClasses> shelves_;
  std::size_t idle_ = 0;
  std::uint64_t given_ = 0;
};

// Never destroyed: tensors in static storage may outlive any other static object.
Pool& pool() {
  static Pool& instance = *new Pool;
  return instance;
}

// A fork while another thread makes it would leave the child waiting for that thread.
[[maybe_unused]] Pool& pool_made_at_load = pool();

// One more than the number of calls of `release_idle_memory`.
std::atomic<std::uint64_t> releases = 1;

// The idle blocks that a thread caches for itself, without a lock.
class OwnBlocks {
 public:
  // Has no destructor: blocks may be given back after other objects of the thread are destroyed.
  constexpr OwnBlocks() = default;

  void* take(std::size_t size_class) {
    if (size_class >= kOwnClasses || !heed_releases()) return nullptr;
    IdleBlock* const block = shelves_[size_class];
    if (block == nullptr) return nullptr;
    shelves_[size_class] = block->older;
    idle_ -= bytes_of(size_class);
    return block;
  }

  bool give(std::size_t size_class, void* memory) {
    if (size_class >= kOwnClasses || !heed_releases()) return false;
    auto* const block = new (memory) IdleBlock;
    block->older = std::exchange(shelves_[size_class], block);
    idle_ += bytes_of(size_class);
    if (idle_ > kMostOwn) give_to_all();
    return true;
  }

  // Starts caching blocks, until the thread ends.
  void open() {
    if (opened_) return;
    struct AtThreadEnd {
      OwnBlocks& blocks;
      ~AtThreadEnd() { blocks.close(); }
    };
    thread_local const AtThreadEnd end{*this};
    opened_ = true;
    released_ = releases.load(std::memory_order_relaxed);
  }

  // Returns the cached blocks to the system if `release_idle_memory` was called since the last
  // look. Returns whether the cache is open.
  bool heed_releases() {
    const std::uint64_t now = releases.load(std::memory_order_relaxed);
    if (released_ == now) return true;
    if (released_ == kNever) return false;
    give_to_system();
    released_ = now;
    return true;
  }

 private:
  static constexpr std::uint64_t kNever =
      0;  // value of `released_` before it is opened and after it is closed

  void give_to_all() {
    pool().give(shelves_);
    idle_ = 0;
  }

  void give_to_system() {
    for (IdleBlock*& newest : shelves_) give_all_to_system(std::exchange(newest, nullptr));
    idle_ = 0;
  }

  void close() {
    if (heed_releases()) give_to_all();
    released_ = kNever;
  }

  OwnShelves shelves_{};
  std::size_t idle_ = 0;
  std::uint64_t released_ = kNever;
  bool opened_ = false;
};

thread_local constinit OwnBlocks own_blocks;

void* take_idle(std::size_t size_class) {
  if (void* const block = own_blocks.take(size_class)) return block;
  own_blocks.open();
  return pool().take(size_class);
}

// Asks for huge pages in a large block, of which a batch takes rows from anywhere: with small ones
// nearly every row's address must be looked up in the page tables.
void ask_for_huge_pages([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes) {
#if defined(MADV_HUGEPAGE)
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  constexpr std::size_t kWorthIt = 4 * kHugePage;
  if (bytes < kWorthIt) return;
  const auto begin = reinterpret_cast<std::uintptr_t>(block);
  const std::uintptr_t first = (begin + kHugePage - 1) / kHugePage * kHugePage;
  const std::uintptr_t last = (begin + bytes) / kHugePage * kHugePage;
  // Without them all works as well, so a refusal is no error.
  madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#endif
}

// What lies idle is no reason to have no memory left.
void* take_from_system(std::size_t bytes) {
  constexpr std::align_val_t kAligned{kAlignment};
  void* memory = ::operator new(bytes, kAligned, std::nothrow);
  if (memory == nullptr) {
    release_idle_memory();
    memory = ::operator new(bytes, kAligned);
  }
  ask_for_huge_pages(memory, bytes);
  return memory;
}

}  // namespace

void release_idle_memory() noexcept {
  if (!kPooled) return;
  releases.fetch_add(1, std::memory_order_relaxed);
  own_blocks.heed_releases();
  pool().release();
}

Buffer Buffer::uninitialized(std::size_t count) {
  if (count > (kLargestPooled << 10) / sizeof(float)) throw std::bad_alloc();
  const std::size_t size_class = class_of(sizeof(Block) + count * sizeof(float));
  const std::size_t bytes = bytes_of(size_class);
  void* memory = kPooled && bytes <= kLargestPooled ? take_idle(size_class) : nullptr;
  if (memory == nullptr) memory = take_from_system(bytes);
  Buffer buffer;
  buffer.block_ = new (memory) Block;
  buffer.block_->size_class = size_class;
  return buffer;
}

Buffer Buffer::adopted(float* values, void* owner, void (*destroy)(void*) noexcept) {
  Buffer buffer = uninitialized(0);
  buffer.block_->values = values;
  buffer.block_->adopted = owner;
  buffer.block_->destroy = destroy;
  return buffer;
}

void Buffer::release() noexcept {
  static_assert(sizeof(IdleBlock) <= sizeof(Block) && std::is_trivially_destructible_v<IdleBlock>);
  const std::size_t size_class = block_->size_class;
  if (block_->destroy != nullptr) block_->destroy(block_->adopted);
  block_->~Block();
  if (!kPooled || bytes_of(size_class) > kLargestPooled) return give_to_system(block_);
  if (!own_blocks.give(size_class, block_)) pool().give(size_class, block_);
}

}  // namespace strata
