// Binaries are built for the oldest CPUs of an architecture, since they are shipped; loops that gain
// from wider vector units are compiled a second time for those, and chosen by the CPU that runs
// them. Every 64-bit Arm CPU has NEON with fused multiply-add, so only products, whose sums then
// have another order than a BLAS's, are chosen there.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

namespace strata {

/// A vector of eight floats, in one register or two.
using Floats = float __attribute__((vector_size(32)));
inline constexpr std::int64_t kFloatsWide = 8;

/// Reads a number or a vector of any width from any address. By reference, since wide vectors may be
/// returned only where the units for them are compiled for.
template <class Value>
[[gnu::always_inline]] inline void load_vector(const float* from, Value& to) {
  std::memcpy(&to, from, sizeof(to));
}

/// Writes one.
template <class Value>
[[gnu::always_inline]] inline void store_vector(const Value& from, float* to) {
  std::memcpy(to, &from, sizeof(from));
}

/// The vector units that loops are compiled for: NEON on 64-bit Arm, the others on x86-64.
enum class VectorUnits { none, neon, avx2_fma, avx512 };

/// Those of each architecture, from the narrowest on.
inline constexpr std::array kArmUnits = {VectorUnits::none, VectorUnits::neon};
inline constexpr std::array kX86Units = {VectorUnits::none, VectorUnits::avx2_fma,
                                         VectorUnits::avx512};

#if defined(__x86_64__)
inline constexpr std::span<const VectorUnits> kCompiledUnits = kX86Units;
#elif defined(__aarch64__)
inline constexpr std::span<const VectorUnits> kCompiledUnits = kArmUnits;
#else
inline constexpr std::span<const VectorUnits> kCompiledUnits = std::span(kX86Units).first<1>();
#endif

/// What `STRATA_VECTOR_UNITS` calls them: none, neon, avx2 or avx512.
const char* name_of(VectorUnits units);

/// What `available` is narrowed to by a value of `STRATA_VECTOR_UNITS`; null narrows nothing.
/// Raises InvalidArgument for any other text than the names of `compiled`.
VectorUnits narrowed(VectorUnits available, const char* wanted,
                     std::span<const VectorUnits> compiled = kCompiledUnits);

/// The best ones that the running CPU has, narrowed by the environment. Raises InvalidArgument.
VectorUnits units_of_this_process();

/// The same, read once.
inline VectorUnits vector_units() {
  static const VectorUnits units = units_of_this_process();
  return units;
}

/// The width in bits of the widest ones that kernels use.
inline int vector_bits() {
  switch (vector_units()) {
    case VectorUnits::avx512:
      return 512;
    case VectorUnits::avx2_fma:
      return 256;
    case VectorUnits::neon:
    case VectorUnits::none:
      break;
  }
  return 128;
}

#if defined(__x86_64__)

template <class Kernel>
[[gnu::target("avx2"), gnu::flatten]] void run_with_avx2(const Kernel& kernel) {
  kernel();
}

#endif

/// Calls `kernel`, compiled for the vector units together with all that it calls, inlined. Its
/// results must not depend on their width.
template <class Kernel>
void with_vector_units(const Kernel& kernel) {
#if defined(__x86_64__)
  if (vector_units() != VectorUnits::none) return run_with_avx2(kernel);
#endif
  kernel();
}

}  // namespace strata
