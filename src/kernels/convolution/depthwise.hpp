// Depthwise convolutions and their gradients: every channel is convolved by itself, with one or
// several kernels of its own. The work is split by images, in parts that don't depend on the number
// of threads.
#pragma once

#include <cstdint>

#include "core/fused_activation.hpp"
#include "kernels/convolution/convolution.hpp"
#include "kernels/convolution/windows.hpp"

namespace strata::kernels {

/// x (images, input…, channels) with kernel (window…, channels, multiplier) gives y (images,
/// output…, channels · multiplier), where the outputs of a channel follow each other.
struct DepthwiseConvolution {
  Windows windows;
  std::int64_t multiplier;
  ops::FusedActivation activation;

  std::int64_t outputs() const { return windows.channels * multiplier; }
};

/// y = activation(depthwise convolution + bias)
void convolve_depthwise(const DepthwiseConvolution& convolution,
                        const ConvolutionOperands& operands, float* y);

/// The gradient of y may always be one that is written image by image.
void convolve_depthwise_backward(const DepthwiseConvolution& convolution,
                                 const ConvolutionBackwardOperands& operands,
                                 const ConvolutionGradients& gradients);

}  // namespace strata::kernels
