// A convolution whose output goes to a max pooling and nowhere else.
#pragma once

#include "core/fused_activation.hpp"
#include "strata/ops/convolution.hpp"
#include "strata/ops/pooling.hpp"

namespace strata::ops {

/// `activation(convolution(x, kernel, bias, geometry))` of an `x` to come.
struct ConvolutionOp {
  Tensor kernel;
  Tensor bias;  ///< may be undefined
  ConvolutionGeometry geometry;
  FusedActivation activation;
};

/// `max_pool` of the convolution of `x`, image by image, so that what lies between them stays in
/// the cache. Undefined where a tape records, which needs that, and where nothing would be gained.
Tensor pooled_convolution(const Tensor& x, const ConvolutionOp& convolution,
                          const PoolingGeometry& pooling);

/// The convolution of `x` without the positions behind the last one that a window of the pooling
/// reaches: of 11 positions, windows of 2 leave one out.
Tensor convolution_to_pool(const Tensor& x, const ConvolutionOp& convolution,
                           const PoolingGeometry& pooling);

}  // namespace strata::ops
