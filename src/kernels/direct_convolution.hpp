// Convolutions without columns: tiles of positions x filters stay in vector registers while the
// window is walked over the image itself. Nothing is gathered, so nothing is written but y. About
// twice as fast as columns and a BLAS on CPUs with fused multiply-add, which it needs.
#pragma once

#include "kernels/convolution.hpp"

namespace strata::kernels {

/// Whether this CPU can, filters and channels are not parted into groups, and there are filters
/// enough to fill vectors with.
bool convolves_directly(const Convolution& convolution);

/// Whether the gradients can be had directly too: that of the input, for strides of 1.
bool convolves_back_directly(const Convolution& convolution, const ConvolutionGradients& gradients);

/// As `convolve` and `convolve_backward`.
void convolve_directly(const Convolution& convolution, const float* x, const float* kernel,
                       const float* bias, float* y);
/// y = the max pooling of the convolution, whose outcome goes no further than the cache.
void convolve_and_pool_directly(const Convolution& convolution, const Windows& pooling,
                                const float* x, const float* kernel, const float* bias, float* y);
void convolve_back_directly(const Convolution& convolution, const float* x, const float* kernel,
                            const float* y, const OutcomeGradient& dy,
                            const ConvolutionGradients& gradients);

}  // namespace strata::kernels
