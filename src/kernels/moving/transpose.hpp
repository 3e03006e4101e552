// Transposes blocks of floats in registers, since element by element each float would need a store.
#pragma once

#include <algorithm>
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

using FourFloats = float __attribute__((vector_size(16)));

/// to[j][i] = from[i][j] for i, j < 4.
[[gnu::always_inline]] inline void transpose_four(const float* from, std::int64_t from_step,
                                                  float* to, std::int64_t to_step) {
  FourFloats rows[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) std::memcpy(&rows[i], from + i * from_step, sizeof(rows[i]));
  FourFloats pairs[4];
  for (int i = 0; i < 4; i += 2) {
    pairs[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 4, 1, 5);
    pairs[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 2, 6, 3, 7);
  }
  for (int j = 0; j < 2; ++j) {
    const FourFloats even = __builtin_shufflevector(pairs[j], pairs[j + 2], 0, 1, 4, 5);
    const FourFloats odd = __builtin_shufflevector(pairs[j], pairs[j + 2], 2, 3, 6, 7);
    std::memcpy(to + 2 * j * to_step, &even, sizeof(even));
    std::memcpy(to + (2 * j + 1) * to_step, &odd, sizeof(odd));
  }
}

/// Source and target of a transposition: `to[j][i] = from[i][j]`.
struct Transposition {
  std::int64_t rows;
  std::int64_t columns;
  const float* from;
  std::int64_t from_step;
  float* to;
  std::int64_t to_step;
};

/// Calls `block(from, from_step, to, to_step)` for blocks of `height` by `width` that cover the
/// matrix. If an extent is not a multiple of the block's, the last block overlaps the previous one.
template <class Block>
[[gnu::always_inline]] inline void for_blocks(const Transposition t, std::int64_t height,
                                              std::int64_t width, const Block& block) {
  for (std::int64_t row = 0; row < t.rows; row += height) {
    const std::int64_t i = std::min(row, t.rows - height);
    for (std::int64_t column = 0; column < t.columns; column += width) {
      const std::int64_t j = std::min(column, t.columns - width);
      block(t.from + i * t.from_step + j, t.from_step, t.to + j * t.to_step + i, t.to_step);
    }
  }
}

inline void transpose_by_fours(const Transposition t) {
  if (t.rows >= 4 && t.columns >= 4) return for_blocks(t, 4, 4, transpose_four);
  for (std::int64_t j = 0; j < t.columns; ++j) {
    for (std::int64_t i = 0; i < t.rows; ++i) t.to[j * t.to_step + i] = t.from[i * t.from_step + j];
  }
}

#if defined(__x86_64__)

// These functions have the AVX2 target attribute themselves: without it, the compiler splits their
// wide vectors in two before it inlines them into an AVX2 function.

/// Transposes the left and the right 4 x 4 half of four rows of eight floats separately.
[[gnu::target("avx2"), gnu::always_inline]] inline void transpose_halves(Floats (&rows)[4]) {
  Floats pairs[4];
  for (int i = 0; i < 4; i += 2) {
    pairs[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    pairs[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int j = 0; j < 2; ++j) {
    rows[2 * j] = __builtin_shufflevector(pairs[j], pairs[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    rows[2 * j + 1] = __builtin_shufflevector(pairs[j], pairs[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
}

/// to[j][i] = from[i][j] for i < 8, j < 4.
[[gnu::target("avx2"), gnu::always_inline]] inline void transpose_eight_by_four(
    const float* from, std::int64_t from_step, float* to, std::int64_t to_step) {
  Floats rows[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    FourFloats left, right;
    std::memcpy(&left, from + i * from_step, sizeof(left));
    std::memcpy(&right, from + (i + 4) * from_step, sizeof(right));
    rows[i] = __builtin_shufflevector(left, right, 0, 1, 2, 3, 4, 5, 6, 7);
  }
  transpose_halves(rows);
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) std::memcpy(to + j * to_step, &rows[j], sizeof(rows[j]));
}

/// to[j][i] = from[i][j] for i < 4, j < 8.
[[gnu::target("avx2"), gnu::always_inline]] inline void transpose_four_by_eight(
    const float* from, std::int64_t from_step, float* to, std::int64_t to_step) {
  Floats rows[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) std::memcpy(&rows[i], from + i * from_step, sizeof(rows[i]));
  transpose_halves(rows);
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    const FourFloats left = __builtin_shufflevector(rows[j], rows[j], 0, 1, 2, 3);
    const FourFloats right = __builtin_shufflevector(rows[j], rows[j], 4, 5, 6, 7);
    std::memcpy(to + j * to_step, &left, sizeof(left));
    std::memcpy(to + (j + 4) * to_step, &right, sizeof(right));
  }
}

[[gnu::target("avx2")]] inline void transpose_with_avx2(const Transposition t) {
  if (t.rows >= 8 && t.columns >= 4) {
    for (std::int64_t row = 0; row < t.rows; row += 8) {
      const std::int64_t i = std::min(row, t.rows - 8);
      for (std::int64_t column = 0; column < t.columns; column += 4) {
        const std::int64_t j = std::min(column, t.columns - 4);
        transpose_eight_by_four(t.from + i * t.from_step + j, t.from_step, t.to + j * t.to_step + i,
                                t.to_step);
      }
    }
  } else if (t.rows >= 4 && t.columns >= 8) {
    for (std::int64_t column = 0; column < t.columns; column += 8) {
      const std::int64_t j = std::min(column, t.columns - 8);
      for (std::int64_t row = 0; row < t.rows; row += 4) {
        const std::int64_t i = std::min(row, t.rows - 4);
        transpose_four_by_eight(t.from + i * t.from_step + j, t.from_step, t.to + j * t.to_step + i,
                                t.to_step);
      }
    }
  } else {
    transpose_by_fours(t);
  }
}

#endif

/// Writes each element at least once, since blocks may overlap.
inline void transpose(const Transposition t) {
#if defined(__x86_64__)
  if (vector_bits() >= 256) return transpose_with_avx2(t);
#endif
  transpose_by_fours(t);
}

}  // namespace strata::kernels
