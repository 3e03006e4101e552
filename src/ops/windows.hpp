// From a tensor's shape and a user's geometry to the windows that kernels walk: one, two or three
// spatial axes become three.
#pragma once

#include <array>
#include <cstdint>

#include "kernels/convolution/windows.hpp"
#include "strata/ops/convolution.hpp"
#include "strata/ops/pooling.hpp"

namespace strata::ops {

/// What is asked of each of an input's spatial axes; entries past them are not read.
struct WindowGeometry {
  std::array<std::int64_t, 3> window;
  std::array<int, 3> strides;
  std::array<int, 3> dilation;
  Padding padding;
};

/// Raises, in `who`'s name, where the input's rank isn't 3 to 5, a number isn't positive, causal
/// padding is asked of several axes, or nothing would be left.
kernels::Windows lift_windows(const char* who, const Shape& x, const WindowGeometry& geometry);

kernels::Windows pooling_windows(const char* who, const Shape& x, const PoolingGeometry& geometry);

/// (batch, out…, channels) for an input of this rank.
Shape lowered_shape(const kernels::Windows& windows, int rank, std::int64_t channels);

}  // namespace strata::ops
