// A convolution whose outcome goes to a max pooling and nowhere else.
#pragma once

#include "strata/ops/convolution.hpp"
#include "strata/ops/pooling.hpp"

namespace strata::ops {

/// `max_pool(convolution(x, kernel, bias, geometry, activation), pooling)`, image by image, so that
/// what lies between them stays in the cache. Undefined where a tape records, which needs that, and
/// where nothing would be gained.
Tensor pooled_convolution(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                          const ConvolutionGeometry& geometry, FusedActivation activation,
                          const PoolingGeometry& pooling);

/// `convolution(x, kernel, bias, geometry, activation)` without the positions behind the last one
/// that a window of the pooling reaches: of 11 positions, windows of 2 leave one out.
Tensor convolution_to_pool(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                           const ConvolutionGeometry& geometry, FusedActivation activation,
                           const PoolingGeometry& pooling);

}  // namespace strata::ops
