// Transposing eight by eight floats in registers: element by element, every float would be a store.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/vector_units.hpp"

namespace strata::kernels {

/// to[j][i] = from[i][j] for i, j < 8.
[[gnu::always_inline]] inline void transpose_eight(const float* from, std::int64_t from_step,
                                                   float* to, std::int64_t to_step) {
  Floats rows[8];
  for (int i = 0; i < 8; ++i) std::memcpy(&rows[i], from + i * from_step, sizeof(rows[i]));
  Floats pairs[8];
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    pairs[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  Floats fours[8];
  for (int i = 0; i < 8; i += 4) {
    for (int j = 0; j < 2; ++j) {
      const Floats& a = pairs[i + j];
      const Floats& b = pairs[i + j + 2];
      fours[i + 2 * j] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
      fours[i + 2 * j + 1] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int j = 0; j < 4; ++j) {
    const Floats low = __builtin_shufflevector(fours[j], fours[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    const Floats high = __builtin_shufflevector(fours[j], fours[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    std::memcpy(to + j * to_step, &low, sizeof(low));
    std::memcpy(to + (j + 4) * to_step, &high, sizeof(high));
  }
}

}  // namespace strata::kernels
