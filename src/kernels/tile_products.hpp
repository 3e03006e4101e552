// The innermost loops of matrix products and direct convolutions: a tile of sums that stays in
// vector registers while the loop walks along what is summed. Compiled for the CPUs that have fused
// multiply-add. An element's sum does not depend on the tile that it lies in.
#pragma once

#include <array>
#include <cstdint>

#include "core/vector_units.hpp"

namespace strata::kernels {

/// Where the terms of a sum lie: stretches of equal length, each at an offset from a start.
struct Stretches {
  const std::int64_t* offsets;
  std::int64_t count;
  std::int64_t length;
};

/// y[i][j] = start[j] + sum over k of a[i][k] · panel[k][j]
struct RowsTimesPanel {
  const float* a;
  std::int64_t a_step;  ///< from one row of a to the next
  Stretches stretches;  ///< of a row of a
  const float* panel;   ///< one vector wide, or two
  std::int64_t panel_step;
  const float* start;  ///< one a column of the panel; null for zeros
  bool relu;           ///< y = max(y, 0), keeping NaN
  bool add;            ///< y += …
  float* y;
  std::int64_t y_step;
  std::int64_t columns;  ///< of y; those of the panel behind them are not stored
};

/// sums[i][j] += sum over positions p of x[p][i] · dz[p][j], or = where `fresh`. Positions lie on a
/// grid, the i of a position side by side.
struct GridProduct {
  const float* x;
  const float* dz;  ///< a panel, one vector wide or two
  std::array<std::int64_t, 2> extents;
  std::array<std::int64_t, 2> x_steps;
  std::array<std::int64_t, 2> dz_steps;
  bool fresh;
  float* sums;
  std::int64_t sums_step;
  std::int64_t columns;  ///< of sums; those of the panel behind them are not stored
};

struct TileProducts {
  int lanes;      ///< floats in a vector
  int tile_rows;  ///< rows that are multiplied at once
  /// For some rows, and a panel of two vectors if `wide`.
  void (*multiply_rows)(const RowsTimesPanel& product, std::int64_t rows, bool wide);
  void (*add_products)(const GridProduct& product, std::int64_t rows, bool wide);
};

/// Those for certain vector units, by default the running CPU's; null where there are none.
const TileProducts* tile_products(VectorUnits units = vector_units());

}  // namespace strata::kernels
