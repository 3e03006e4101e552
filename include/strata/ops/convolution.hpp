// Convolutions in one, two and three spatial dimensions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

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

/// `x ⋆ kernel + bias`, a cross-correlation (the kernel is not flipped), channels last: x `(batch,
/// spatial…, channels)`, kernel `(window…, channels / groups, filters)`, bias `(filters)` or
/// undefined, result `(batch, out…, filters)`, where `out = (n - d(k-1) - 1) / s + 1` without
/// padding and `ceil(n / s)` with it. Raises ShapeError where extents don't fit or nothing would be
/// left.
Tensor convolution(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                   const ConvolutionGeometry& geometry);

/// Every channel convolved by itself: x `(batch, spatial…, channels)`, kernel `(window…, channels,
/// multiplier)`, bias `(channels · multiplier)` or undefined, result `(batch, out…, channels ·
/// multiplier)`, in which the outputs of a channel follow each other. `geometry.groups` must be 1.
/// Errors are those of `convolution`.
Tensor depthwise_conv(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                      const ConvolutionGeometry& geometry);

/// `depthwise_conv` without a bias, then a convolution of its channels at each position with
/// `pointwise_kernel` `(1…, channels · multiplier, filters)` and `bias` `(filters)`, which may be
/// undefined. `geometry` is that of the depthwise one.
Tensor separable_conv(const Tensor& x, const Tensor& depthwise_kernel,
                      const Tensor& pointwise_kernel, const Tensor& bias,
                      const ConvolutionGeometry& geometry);

/// How a window moves over the output of a transposed convolution; entries past its spatial axes
/// are not read.
struct ConvTransposeGeometry {
  std::array<int, 3> strides = {1, 1, 1};
  std::array<int, 3> dilation = {1, 1, 1};
  Padding padding = Padding::valid;  ///< not causal
  /// Positions behind those that windows reach, less than `strides`. Default: as many as make the
  /// output `strides` times the input with padding, and none are missing without it.
  std::optional<std::array<int, 3>> output_padding = {};
};

/// The gradient of a convolution as an op of its own: x `(batch, spatial…, channels)`, kernel
/// `(window…, filters, channels)`, bias `(filters)` or undefined, result `(batch, out…, filters)`,
/// where each element of x adds the kernel times itself to the window at its position, `strides`
/// apart. See `conv_transpose_output` for the extents. Raises ShapeError where extents don't fit or
/// nothing would be left.
Tensor conv_transpose(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                      const ConvTransposeGeometry& geometry);

/// One spatial axis of a transposed convolution.
struct ConvTransposeAxis {
  std::int64_t window;
  int stride = 1;
  int dilation = 1;
  Padding padding = Padding::valid;
  std::optional<int> output_padding = {};
};
/// Its extent; unknown stays unknown. Of an input of n, with the window's span k = dilation (window
/// - 1) + 1: without padding `(n - 1) stride + max(k, stride)`, with it `n stride`; if output_padding
/// is given, `(n - 1) stride + k + output_padding` and `(n - 1) stride + k % 2 + output_padding`. 0
/// or less where nothing would be left.
std::int64_t conv_transpose_output(std::int64_t extent, const ConvTransposeAxis& axis);
/// The positions of the first window that are cropped in front.
std::int64_t conv_transpose_crop(const ConvTransposeAxis& axis);

/// The extent of one spatial axis after a window of `window` elements; unknown stays unknown. 0 or
/// less where nothing would be left.
std::int64_t window_output(std::int64_t extent, std::int64_t window, int stride, int dilation,
                           Padding padding);
/// Zeros in front of an axis.
std::int64_t window_padding(std::int64_t extent, std::int64_t window, int stride, int dilation,
                            Padding padding);

}  // namespace strata::ops
