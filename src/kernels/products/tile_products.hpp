// The innermost loops of matrix products and direct convolutions: register tiles of sums over the
// summed index. Compiled for the CPUs that have fused multiply-add. An element's sum does not
// depend on the tile that it lies in.
#pragma once

#include <array>
#include <cstdint>

#include "core/vector_units.hpp"

namespace strata::kernels {

/// A summed index made of `count` contiguous runs of `length` floats at `offsets[i]`.
struct ContiguousRuns {
  const std::int64_t* offsets;
  std::int64_t count;
  std::int64_t length;
};

/// y[i][j] = start[j] + sum over k of a[i][k] · panel[k][j]
struct RowsTimesPanel {
  std::int64_t rows;
  const float* a;
  std::int64_t a_step;  ///< floats from one row of a to the next
  ContiguousRuns runs;  ///< where k lies in a row of a
  const float* panel;
  std::int64_t panel_step;
  bool two_vectors;    ///< whether a row of the panel is two vectors wide, not one
  const float* start;  ///< one per column of the panel; null for zeros
  bool relu;           ///< y = max(y, 0), keeping NaN
  bool add;            ///< y += …
  float* y;
  std::int64_t y_step;
  std::int64_t columns;  ///< of y; columns of the panel beyond these are not stored
};

/// sums[i][j] += sum over positions p of x[p][i] · dz[p][j], or = where `fresh`. Positions lie on a
/// grid of `extents`; the `rows` floats x[p][i] of a position are contiguous.
struct GridProduct {
  std::int64_t rows;
  const float* x;
  const float* dz;
  bool two_vectors;  ///< whether a row of dz is two vectors wide, not one
  std::array<std::int64_t, 2> extents;
  std::array<std::int64_t, 2> x_steps;
  std::array<std::int64_t, 2> dz_steps;
  bool fresh;
  float* sums;
  std::int64_t sums_step;
  std::int64_t columns;  ///< of sums; columns of dz beyond these are not stored
};

struct TileProducts {
  int lanes;      ///< floats per vector
  int tile_rows;  ///< most rows of a tile
  void (*multiply_rows)(const RowsTimesPanel& product);
  void (*add_products)(const GridProduct& product);
};

/// Those for certain vector units, by default those in use; null if there are none.
const TileProducts* tile_products(VectorUnits units = vector_units());

}  // namespace strata::kernels
