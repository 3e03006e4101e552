// Convolutions as implicit matrix products: register tiles of positions x filters, whose left
// factor is read from the padded image itself (implicit_gemm.hpp), or from its transformed tiles
// (winograd.hpp). At least about twice as fast as im2col and a BLAS on CPUs with fused multiply-add,
// which it needs.
#pragma once

#include "kernels/convolution/convolution.hpp"

namespace strata::kernels {

/// Whether the CPU has fused multiply-add, there is one group, and filters enough to fill vectors.
bool convolves_directly(const Convolution& convolution);

/// As `convolve`, and as `convolve_backward` if the convolution `accepts_gradient_by_image`.
void convolve_directly(const Convolution& convolution, const ConvolutionOperands& operands,
                       float* y);
void convolve_back_directly(const Convolution& convolution,
                            const ConvolutionBackwardOperands& operands,
                            const ConvolutionGradients& gradients);

}  // namespace strata::kernels
