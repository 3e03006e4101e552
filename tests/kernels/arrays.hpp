// Arrays of small whole numbers, so that sums of products are exact in any order.
#pragma once

#include <cstdint>
#include <vector>

namespace strata::kernels {

/// Numbers from -4 to 4.
inline std::vector<float> whole_numbers(std::int64_t count, std::uint32_t seed) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) {
    seed = seed * 1664525U + 1013904223U;
    value = static_cast<float>(static_cast<int>((seed >> 16) % 9U) - 4);
  }
  return values;
}

}  // namespace strata::kernels
