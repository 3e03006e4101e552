// The innermost loops of depthwise convolutions: sums over the cells of a window, channels side by
// side in vectors. A lane is a channel, or a channel at one of the positions of a line.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace strata::kernels {

/// y[p][j] = start[j] + sum over cells t of x[p][offsets[t] + j] · kernel[t][j], for lanes j.
struct DepthwiseSums {
  std::int64_t positions;
  std::int64_t lanes;
  std::span<const std::int64_t> offsets;  ///< of the cells, from a position's first one
  const float* x;
  std::int64_t x_step;  ///< floats from one position to the next
  const float* kernel;  ///< (cells, lanes)
  const float* start;   ///< one per lane; null for zeros
  bool add;             ///< y += …
  float* y;
  std::int64_t y_step;
};

/// sums[t][j] += sum over positions p of x[p][offsets[t] + j] · dz[p][j]. Positions lie on a grid of
/// `extents`.
struct DepthwiseKernelSums {
  std::array<std::int64_t, 2> extents;
  std::int64_t lanes;
  std::span<const std::int64_t> offsets;
  const float* x;
  std::array<std::int64_t, 2> x_steps;
  const float* dz;
  std::array<std::int64_t, 2> dz_steps;
  float* sums;  ///< (cells, lanes)
};

/// dx[p][offsets[t] + j] += dz[p][j] · kernel[t][j]
struct DepthwiseScatter {
  std::int64_t positions;
  std::int64_t lanes;
  std::span<const std::int64_t> offsets;
  const float* dz;
  std::int64_t dz_step;
  const float* kernel;  ///< (cells, lanes)
  float* dx;
  std::int64_t dx_step;
};

struct DepthwiseLoops {
  int vector_lanes;  ///< floats in the widest vector
  void (*add_cells)(const DepthwiseSums& sums);
  void (*add_positions)(const DepthwiseKernelSums& sums);
  void (*scatter)(const DepthwiseScatter& scatter);
};

/// Those for the running CPU's vector units.
const DepthwiseLoops& depthwise_loops();

}  // namespace strata::kernels
