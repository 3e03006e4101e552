// Numbers under 1.18e-38 ("subnormal"). A penalty lets weights that no data holds fade away, and
// so Adam's moments and their gradients with them; the CPU computes with such numbers up to three
// times slower. A step of a model takes them as 0, as TensorFlow and JAX do.
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace strata {

#if defined(__x86_64__)

inline constexpr bool kCanFlushSubnormals = true;

/// Has the thread take subnormal numbers as 0, read or computed (or keep them), while this lives.
class FlushSubnormals {
 public:
  explicit FlushSubnormals(bool flush = true) : before_(on()) { set(flush); }
  ~FlushSubnormals() { set(before_); }
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;

  static bool on() { return (_mm_getcsr() & kBits) == kBits; }

 private:
  static constexpr unsigned kBits = 0x8040;  // "flush to zero" and "denormals are zero" of MXCSR

  static void set(bool flush) {
    const unsigned now = _mm_getcsr();
    const unsigned next = flush ? now | kBits : now & ~kBits;
    if (next != now) _mm_setcsr(next);
  }

  const bool before_;
};

#else

inline constexpr bool kCanFlushSubnormals = false;

class FlushSubnormals {
 public:
  explicit FlushSubnormals(bool = true) {}
  ~FlushSubnormals() {}
  static bool on() { return false; }
};

#endif

}  // namespace strata
