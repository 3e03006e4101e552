// Ops over windows of one axis that differ from each other: what resizing and adaptive pooling are
// made of.
#pragma once

#include "kernels/moving/axis_windows.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// The windows of adaptive pooling to `size` positions, with the weights of means.
kernels::AxisWindows adaptive_windows(std::int64_t extent, std::int64_t size);

// The ops set `outer` and `inner`.
/// The weighted sum of each window; the axis gets one element per window.
Tensor sum_windows(const char* who, const Tensor& x, int axis, kernels::AxisWindows windows);
/// The largest element of each window, whose first one gets the gradient.
Tensor max_windows(const char* who, const Tensor& x, int axis, kernels::AxisWindows windows);

}  // namespace strata::ops
