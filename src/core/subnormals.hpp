// Numbers under 1.18e-38 ("subnormal"). A penalty lets weights that no data holds fade away, and
// so Adam's moments and their gradients with them; the CPU computes with such numbers up to three
// times slower. A step of a model takes them as 0, as TensorFlow and JAX do. How a thread computes
// is its owner's to choose otherwise, and is left as it was.
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace strata {

#if defined(__x86_64__)

inline constexpr bool kCanFlushSubnormals = true;

/// How a thread computes: whether subnormal numbers are 0, read or computed, how it rounds, and
/// what it traps.
class FloatingPointMode {
 public:
  static FloatingPointMode of_this_thread() { return FloatingPointMode(_mm_getcsr() & ~kSigns); }

  /// The same, but that subnormal numbers are 0, or aren't.
  FloatingPointMode flushing(bool flush) const {
    return FloatingPointMode(flush ? word_ | kFlush : word_ & ~kFlush);
  }
  bool flushes() const { return (word_ & kFlush) == kFlush; }

  void set() const {
    const unsigned now = _mm_getcsr();
    const unsigned next = (now & kSigns) | word_;
    if (next != now) _mm_setcsr(next);
  }

 private:
  static constexpr unsigned kSigns = 0x3f;    // of exceptions that there were, in MXCSR
  static constexpr unsigned kFlush = 0x8040;  // "flush to zero" and "denormals are zero"

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
  void set() const {}
};

#endif

/// Has the thread compute in a mode while this lives, and then in its own again.
class FloatingPointScope {
 public:
  explicit FloatingPointScope(const FloatingPointMode& mode) { mode.set(); }
  ~FloatingPointScope() { before_.set(); }
  FloatingPointScope(const FloatingPointScope&) = delete;
  FloatingPointScope& operator=(const FloatingPointScope&) = delete;

 private:
  const FloatingPointMode before_ = FloatingPointMode::of_this_thread();
};

/// Has the thread take subnormal numbers as 0, read or computed (or keep them), while this lives.
class FlushSubnormals {
 public:
  explicit FlushSubnormals(bool flush = true)
      : scope_(FloatingPointMode::of_this_thread().flushing(flush)) {}

  static bool on() { return FloatingPointMode::of_this_thread().flushes(); }

 private:
  FloatingPointScope scope_;
};

}  // namespace strata
