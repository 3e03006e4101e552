// The vector units that kernels use: the CPU's, or fewer where the environment says so, to test and
// to measure on one machine what others run.
#include "core/vector_units.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "core/known_names.hpp"

namespace strata {
namespace {

VectorUnits units_of_this_cpu() {
#if defined(__x86_64__)
  const bool avx2_fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2_fma && __builtin_cpu_supports("avx512f")) return VectorUnits::avx512;
  if (avx2_fma) return VectorUnits::avx2_fma;
  return VectorUnits::none;
#else
  return kCompiledUnits.back();
#endif
}

}  // namespace

const char* name_of(VectorUnits units) {
  switch (units) {
    case VectorUnits::avx512:
      return "avx512";
    case VectorUnits::avx2_fma:
      return "avx2";
    case VectorUnits::neon:
      return "neon";
    case VectorUnits::none:
      break;
  }
  return "none";
}

VectorUnits narrowed(VectorUnits available, const char* wanted,
                     std::span<const VectorUnits> compiled) {
  if (wanted == nullptr) return available;
  for (const VectorUnits each : compiled) {
    if (std::string_view(wanted) == name_of(each)) return std::min(available, each);
  }
  std::vector<std::string> names;
  for (const VectorUnits each : compiled) names.emplace_back(name_of(each));
  raise<InvalidArgument>("STRATA_VECTOR_UNITS", "must be {}. Received: '{}'.", either_of(names),
                         std::string_view(wanted));
}

VectorUnits units_of_this_process() {
  return narrowed(units_of_this_cpu(), std::getenv("STRATA_VECTOR_UNITS"));
}

}  // namespace strata
