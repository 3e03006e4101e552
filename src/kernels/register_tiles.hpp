// The innermost loops of direct convolutions: a tile of sums that stays in vector registers while
// the loop walks along what is summed. Templates over the width of the vectors, inlined into
// functions that are compiled for it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace strata::kernels {

struct Avx2 {
  typedef float Vector __attribute__((vector_size(32)));
  static constexpr int kLanes = 8;
  static constexpr int kMostRows = 6;  // 12 sums, 2 factors and a spare in 16 registers
};

struct Avx512 {
  typedef float Vector __attribute__((vector_size(64)));
  static constexpr int kLanes = 16;
  static constexpr int kMostRows = 8;  // 16 sums hide the latency of multiply-add
};

/// Where the terms of a sum lie: stretches of equal length, each at an offset from a start.
struct Stretches {
  const std::int64_t* offsets;
  std::int64_t count;
  std::int64_t length;
};

/// y[i][j] = start[j] + sum over k of a[i][k] · panel[k][j], for some rows i and all columns of a
/// panel, whose rows lie one behind the other.
struct RowsTimesPanel {
  const float* a;
  std::int64_t a_step;  ///< from one row of a to the next
  Stretches stretches;  ///< of a row of a
  const float* panel;
  const float* start;  ///< one a column of the panel; null for zeros
  bool relu;           ///< y = max(y, 0), keeping NaN
  bool add;            ///< y += …
  float* y;
  std::int64_t y_step;
  std::int64_t columns;  ///< of y; those of the panel behind them are not stored
};

template <class Isa>
[[gnu::always_inline]] inline void load(const float* from, typename Isa::Vector& to) {
  std::memcpy(&to, from, sizeof(to));
}

template <class Isa, int kVectors>
[[gnu::always_inline]] inline void store_columns(const typename Isa::Vector* values, float* to,
                                                 std::int64_t columns) {
  if (columns >= kVectors * Isa::kLanes) {
    std::memcpy(to, values, kVectors * sizeof(values[0]));
  } else {
    std::memcpy(to, values, static_cast<std::size_t>(columns) * sizeof(float));
  }
}

template <class Isa, int kRows, int kVectors>
[[gnu::always_inline]] inline void multiply_rows(const RowsTimesPanel& task) {
  using Vector = typename Isa::Vector;
  Vector sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      sums[i][v] = Vector{};
      if (task.start != nullptr) load<Isa>(task.start + v * Isa::kLanes, sums[i][v]);
    }
  }
  const float* panel = task.panel;
  const std::int64_t step = task.a_step;
  for (std::int64_t stretch = 0; stretch < task.stretches.count; ++stretch) {
    const float* a = task.a + task.stretches.offsets[stretch];
    const float* const end = a + task.stretches.length;
    for (; a != end; ++a, panel += kVectors * Isa::kLanes) {
      Vector factors[kVectors];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) load<Isa>(panel + v * Isa::kLanes, factors[v]);
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; ++v) sums[i][v] += a[i * step] * factors[v];
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
    float* const y = task.y + i * task.y_step;
    if (task.relu) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[i][v] = sums[i][v] < 0.0f ? Vector{} : sums[i][v];
    }
    if (task.add) {
      Vector before[kVectors] = {};
      std::memcpy(
          before, y,
          static_cast<std::size_t>(std::min<std::int64_t>(task.columns, kVectors * Isa::kLanes)) *
              sizeof(float));
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[i][v] += before[v];
    }
    store_columns<Isa, kVectors>(sums[i], y, task.columns);
  }
}

/// sums[i][j] += sum over positions p of x[p][i] · dz[p][j], for some neighbouring i and the
/// columns of a panel. Positions lie on a grid.
struct GridProduct {
  const float* x;
  const float* dz;
  std::array<std::int64_t, 2> extents;
  std::array<std::int64_t, 2> x_steps;
  std::array<std::int64_t, 2> dz_steps;
  float* sums;  ///< a panel, whose rows lie one behind the other
};

template <class Isa, int kRows, int kVectors>
[[gnu::always_inline]] inline void add_grid_products(const GridProduct& task) {
  using Vector = typename Isa::Vector;
  constexpr int kColumns = kVectors * Isa::kLanes;
  Vector sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v)
      load<Isa>(task.sums + i * kColumns + v * Isa::kLanes, sums[i][v]);
  }
  for (std::int64_t line = 0; line < task.extents[0]; ++line) {
    const float* x = task.x + line * task.x_steps[0];
    const float* dz = task.dz + line * task.dz_steps[0];
    for (std::int64_t p = 0; p < task.extents[1]; ++p) {
      Vector factors[kVectors];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) load<Isa>(dz + v * Isa::kLanes, factors[v]);
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; ++v) sums[i][v] += x[i] * factors[v];
      }
      x += task.x_steps[1];
      dz += task.dz_steps[1];
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i)
    std::memcpy(task.sums + i * kColumns, sums[i], kVectors * sizeof(Vector));
}

/// Calls `visit(std::integral_constant<int, n>)` for n in [1, kMost].
template <int kMost, class Visit>
[[gnu::always_inline]] inline void with_constant(std::int64_t n, const Visit& visit) {
  if constexpr (kMost > 1) {
    if (n < kMost) return with_constant<kMost - 1>(n, visit);
  }
  visit(std::integral_constant<int, kMost>());
}

}  // namespace strata::kernels
