// The functions that networks are made of. See also <strata/ops/convolution.hpp>,
// <strata/ops/pooling.hpp>.
#pragma once

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

Tensor relu(const Tensor& x);      ///< max(x, 0); gradient 0 at 0.
Tensor sigmoid(const Tensor& x);   ///< 1 / (1 + exp(-x))
Tensor softplus(const Tensor& x);  ///< log(1 + exp(x)), without overflow.
/// exp(x) / sum(exp(x)) along `axis`, shifted by the largest element.
Tensor softmax(const Tensor& x, int axis = -1);
Tensor log_softmax(const Tensor& x, int axis = -1);
/// `x * min(1 / sqrt(sum(x^2)), 1 / epsilon)` along `axis`: unit vectors, shorter ones than epsilon
/// scaled by 1/epsilon.
Tensor l2_normalize(const Tensor& x, int axis = -1, float epsilon = 1e-7f);

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

}  // namespace strata::ops
