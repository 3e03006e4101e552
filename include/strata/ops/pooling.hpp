// Pooling over windows, and over everything.
#pragma once

#include <array>

#include "strata/ops/convolution.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::ops {

struct PoolingGeometry {
  std::array<int, 3> window = {2, 2, 2};
  std::array<int, 3> strides = {2, 2, 2};
  Padding padding = Padding::valid;  ///< not causal
};

/// x `(batch, spatial…, channels)` with one to three spatial axes. The first largest element of a
/// window gets its gradient; padding never wins. Raises ShapeError where nothing would be left.
Tensor max_pool(const Tensor& x, const PoolingGeometry& geometry);
/// The mean over the window's real cells, padding left out.
Tensor average_pool(const Tensor& x, const PoolingGeometry& geometry);

/// Pooling to `output_size` positions along each spatial axis of x `(batch, spatial…, channels)`,
/// whatever its extents: window i of an axis of n covers [floor(i n / size), ceil((i + 1) n /
/// size)). Entries past the spatial axes are not read.
Tensor adaptive_max_pool(const Tensor& x, const std::array<int, 3>& output_size);
Tensor adaptive_average_pool(const Tensor& x, const std::array<int, 3>& output_size);

}  // namespace strata::ops
