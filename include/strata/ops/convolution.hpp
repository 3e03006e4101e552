// Convolutions in one, two and three spatial dimensions.
#pragma once

#include <array>
#include <cstdint>

#include "strata/ops/linear_algebra.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::ops {

enum class Padding {
  valid,  ///< none
  same,   ///< zeros, so that strides of 1 keep the extent; an odd one goes to the end
  causal  ///< zeros in front only (one spatial axis)
};

/// How a window moves over up to three spatial axes; entries past the input's are not read.
struct ConvolutionGeometry {
  std::array<int, 3> strides = {1, 1, 1};
  std::array<int, 3> dilation = {1, 1, 1};
  Padding padding = Padding::valid;
  int groups = 1;
};

/// `activation(x ⋆ kernel + bias)`, a cross-correlation (the kernel is not flipped), channels last:
/// x `(batch, spatial…, channels)`, kernel `(window…, channels / groups, filters)`, bias
/// `(filters)` or undefined, result `(batch, out…, filters)`, where `out = (n - d(k-1) - 1) / s +
/// 1` without padding and `ceil(n / s)` with it. Raises ShapeError where extents don't fit or
/// nothing would be left.
Tensor convolution(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                   const ConvolutionGeometry& geometry,
                   FusedActivation activation = FusedActivation::linear);

/// The extent of one spatial axis after a window of `window` elements; unknown stays unknown. 0 or
/// less where nothing would be left.
std::int64_t window_output(std::int64_t extent, std::int64_t window, int stride, int dilation,
                           Padding padding);
/// Zeros in front of an axis.
std::int64_t window_padding(std::int64_t extent, std::int64_t window, int stride, int dilation,
                            Padding padding);

}  // namespace strata::ops
