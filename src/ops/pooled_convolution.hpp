// A convolution and its max pooling in one, for inference.
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

}  // namespace strata::ops
