// Treats subnormal numbers, under 1.18e-38, as 0 in training and inference steps, as TensorFlow and
// JAX do: a penalty lets weights that no data affects fade away, and with them their gradients and
// moments, and CPUs compute with subnormal numbers up to three times slower. Steps also mask
// floating-point exceptions, since vectorized loops compute both sides of a choice and discard the
// one that divides by 0. Outside of steps each thread keeps the program's floating-point mode.
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include <cstdint>

namespace strata {

#if defined(__x86_64__)

inline constexpr bool kCanFlushSubnormals = true;

/// A thread's floating-point mode: whether subnormal operands and results are 0, the rounding mode,
/// and the exceptions that trap.
class FloatingPointMode {
 public:
  static FloatingPointMode of_this_thread() { return FloatingPointMode(_mm_getcsr() & ~kSigns); }

  /// The same mode, except that subnormal numbers are 0 (`flush`) or are kept.
  FloatingPointMode flushing(bool flush) const {
    return FloatingPointMode(flush ? word_ | kFlush : word_ & ~kFlush);
  }
  bool flushes() const { return (word_ & kFlush) == kFlush; }
  /// The same mode, except that no floating-point exception is trapped.
  FloatingPointMode trapping_nothing() const { return FloatingPointMode(word_ | kMasks); }

  void set() const {
    const unsigned now = _mm_getcsr();
    const unsigned next = (now & kSigns) | word_;
    if (next != now) _mm_setcsr(next);
  }

 private:
  static constexpr unsigned kSigns = 0x3f;    // MXCSR flags of exceptions that occurred
  static constexpr unsigned kFlush = 0x8040;  // "flush to zero" and "denormals are zero"
  static constexpr unsigned kMasks = 0x1f80;  // of each exception that isn't trapped

  explicit FloatingPointMode(unsigned word) : word_(word) {}

  unsigned word_;
};

#elif defined(__aarch64__)

inline constexpr bool kCanFlushSubnormals = true;

/// The same of 64-bit Arm's control register, FPCR, which holds no flags of exceptions that occurred.
class FloatingPointMode {
 public:
  static FloatingPointMode of_this_thread() { return FloatingPointMode(control_register()); }

  FloatingPointMode flushing(bool flush) const {
    return FloatingPointMode(flush ? word_ | kFlush : word_ & ~kFlush);
  }
  bool flushes() const { return (word_ & kFlush) == kFlush; }
  FloatingPointMode trapping_nothing() const { return FloatingPointMode(word_ & ~kTraps); }

  void set() const {
    if (word_ != control_register()) asm volatile("msr fpcr, %0" : : "r"(word_) : "memory");
  }

 private:
  static constexpr std::uint64_t kFlush = 1 << 24;  // subnormal operands and results are 0
  static constexpr std::uint64_t kTraps = 0x9f00;   // of each exception, where the CPU can trap it

  static std::uint64_t control_register() {
    std::uint64_t word;
    asm volatile("mrs %0, fpcr" : "=r"(word) : : "memory");
    return word;
  }

  explicit FloatingPointMode(std::uint64_t word) : word_(word) {}

  std::uint64_t word_;
};

#else

inline constexpr bool kCanFlushSubnormals = false;

class FloatingPointMode {
 public:
  static FloatingPointMode of_this_thread() { return {}; }
  FloatingPointMode flushing(bool) const { return {}; }
  bool flushes() const { return false; }
  FloatingPointMode trapping_nothing() const { return {}; }
  void set() const {}
};

#endif

/// Sets a thread's floating-point mode while this lives, then restores the previous one.
class FloatingPointScope {
 public:
  explicit FloatingPointScope(const FloatingPointMode& mode) { mode.set(); }
  ~FloatingPointScope() { before_.set(); }
  FloatingPointScope(const FloatingPointScope&) = delete;
  FloatingPointScope& operator=(const FloatingPointScope&) = delete;

 private:
  const FloatingPointMode before_ = FloatingPointMode::of_this_thread();
};

/// Makes the thread treat subnormal operands and results as 0 (or keep them), and trap no
/// floating-point exception, while this lives.
class FlushSubnormals {
 public:
  explicit FlushSubnormals(bool flush = true)
      : scope_(FloatingPointMode::of_this_thread().flushing(flush).trapping_nothing()) {}

  static bool on() { return FloatingPointMode::of_this_thread().flushes(); }

 private:
  FloatingPointScope scope_;
};

}  // namespace strata
