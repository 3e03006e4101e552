// Activations, softmax and normalization. See also <strata/ops/convolution.hpp>,
// <strata/ops/pooling.hpp>.
#pragma once

#include "strata/ops/reduction.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::ops {

Tensor relu(const Tensor& x);      ///< max(x, 0); gradient 0 at 0.
Tensor sigmoid(const Tensor& x);   ///< 1 / (1 + exp(-x))
Tensor softplus(const Tensor& x);  ///< log(1 + exp(x)), without overflow.
/// x, and `alpha * x` below 0; `alpha` broadcasts to x's shape. Gradient 0 at 0.
Tensor prelu(const Tensor& x, const Tensor& alpha);
/// exp(x) / sum(exp(x)) along `axis`, shifted by the largest element.
Tensor softmax(const Tensor& x, int axis = -1);
Tensor log_softmax(const Tensor& x, int axis = -1);
/// `x * min(1 / sqrt(sum(x^2)), 1 / epsilon)` along `axes`: unit vectors, shorter ones than epsilon
/// scaled by 1/epsilon.
Tensor l2_normalize(const Tensor& x, const Axes& axes = -1, float epsilon = 1e-7f);

/// A tensor and the batch statistics it was normalized with.
struct Normalized {
  Tensor outputs;
  Tensor mean;      ///< constants: no tape follows them
  Tensor variance;  ///< biased
};
/// Normalizes over all axes but `axis` with the batch's own statistics:
/// `gamma * (x - mean) / sqrt(variance + epsilon) + beta`; gamma and beta may be undefined.
Normalized batch_normalize(const Tensor& x, const Tensor& gamma, const Tensor& beta, int axis,
                           float epsilon);

/// `gamma * (x - mean) / sqrt(variance + epsilon) + beta` with mean and biased variance over `axes`.
/// Gamma and beta have the extents of these axes, in their order in `x`; they may be undefined.
Tensor layer_normalization(const Tensor& x, const Tensor& gamma = {}, const Tensor& beta = {},
                           const Axes& axes = -1, float epsilon = 1e-7f);
/// `scale * x / sqrt(mean(x^2) + epsilon)` with the mean over `axes`; scale as gamma above.
Tensor rms_normalization(const Tensor& x, const Tensor& scale = {}, const Axes& axes = -1,
                         float epsilon = 1e-7f);
/// The channels along `axis`, of axis 0's samples, in `groups` blocks of neighbours: `gamma * (x -
/// mean) / sqrt(variance + epsilon) + beta` with mean and biased variance of each sample over a
/// block and all other axes. Gamma and beta have one element per channel; they may be undefined.
Tensor group_normalize(const Tensor& x, const Tensor& gamma, const Tensor& beta, int groups,
                       int axis = -1, float epsilon = 1e-3f);

}  // namespace strata::ops
