// A shared array of floats, from a pool or adopted: copies share it, the last one gives it back.
// Pooling matters: fresh memory costs a page fault every 4 KiB, in every training step.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace strata {

class Buffer {
 public:
  Buffer() = default;
  Buffer(const Buffer& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) block_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  Buffer(Buffer&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Buffer& operator=(Buffer other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Buffer() {
    if (block_ != nullptr && block_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) release();
  }

  /// `count` floats of unspecified value, aligned to 64 bytes.
  static Buffer uninitialized(std::size_t count);
  /// The floats at `values`, which belong to `owner`; `destroy(owner)` is called when the last copy
  /// ends. Nothing is called if this raises std::bad_alloc.
  static Buffer adopted(float* values, void* owner, void (*destroy)(void*) noexcept);

  float* data() const { return block_ == nullptr ? nullptr : block_->values; }
  bool unique() const { return block_->owners.load(std::memory_order_acquire) == 1; }
  explicit operator bool() const { return block_ != nullptr; }
  friend bool operator==(const Buffer& a, const Buffer& b) { return a.block_ == b.block_; }

 private:
  struct alignas(64) Block {
    std::atomic<long> owners{1};
    float* values = reinterpret_cast<float*>(this + 1);  // they follow it unless adopted
    std::size_t size_class = 0;
    void* adopted = nullptr;  // whose floats these are, and how to destroy it
    void (*destroy)(void*) noexcept = nullptr;
  };

  void release() noexcept;

  Block* block_ = nullptr;
};

}  // namespace strata
