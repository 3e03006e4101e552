// Binaries are shipped, so they are built for the oldest x86-64; the loops that gain from wider
// vector units are compiled a second time for those, and the running CPU chooses.
#pragma once

#include <cstdint>
#include <utility>

namespace strata {

/// Eight floats side by side: one vector register, or two.
using Floats = float __attribute__((vector_size(32)));
inline constexpr std::int64_t kFloatsWide = 8;

/// What loops may be compiled for besides the oldest CPUs.
enum class VectorUnits { none, avx2_fma, avx512 };

#if defined(__x86_64__)

/// The best that the running CPU has.
inline VectorUnits vector_units() {
  if (__builtin_cpu_supports("avx512f")) return VectorUnits::avx512;
  const bool avx2_fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return avx2_fma ? VectorUnits::avx2_fma : VectorUnits::none;
}

template <class Kernel>
[[gnu::target("avx2"), gnu::flatten]] void run_with_avx2(const Kernel& kernel) {
  kernel();
}

/// The width of the widest ones that kernels use here.
inline int vector_bits() {
  if (vector_units() == VectorUnits::avx512) return 512;
  return __builtin_cpu_supports("avx2") ? 256 : 128;
}

/// Calls `kernel`, inlined together with all it calls and compiled for the CPU's vector units. What
/// it computes must not depend on their width.
template <class Kernel>
void with_vector_units(const Kernel& kernel) {
  __builtin_cpu_supports("avx2") ? run_with_avx2(kernel) : kernel();
}

#else

inline VectorUnits vector_units() { return VectorUnits::none; }
inline int vector_bits() { return 128; }

template <class Kernel>
void with_vector_units(const Kernel& kernel) {
  kernel();
}

#endif

}  // namespace strata
