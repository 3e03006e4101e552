// Numbers under 1.18e-38 ("subnormal"). A penalty makes weights that no data affects fade away, and
// with them Adam's moments and their gradients; the CPU computes with such numbers up to three
// times slower. A training or inference step treats them as 0, as TensorFlow and JAX do. It also
// masks floating-point exceptions: vectorized loops compute both sides of a choice, and discard the
// one that divides by 0. Outside of it, each thread's floating-point mode stays as the program set
// it.
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

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
  /// The same, but that no floating-point exception is trapped.
  FloatingPointMode trapping_nothing() const { return FloatingPointMode(word_ | kMasks); }

  void set() const {
    const unsigned now = _mm_getcsr();
    const unsigned next = (now & kSigns) | word_;
    if (next != now) _mm_setcsr(next);
  }

 private:
  static constexpr unsigned kSigns = 0x3f;    // flags in MXCSR of exceptions that occurred
  static constexpr unsigned kFlush = 0x8040;  // "flush to zero" and "denormals are zero"
  static constexpr unsigned kMasks = 0x1f80;  // of each exception that isn't trapped

  explicit FloatingPointMode(unsigned word) : word_(word) {}

  unsigned word_;
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
