// A matrix product, convolutions and a recurrence that apply an activation while their output is in
// the cache.
#pragma once

#include "core/fused_activation.hpp"
#include "strata/ops/convolution.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "strata/ops/recurrent.hpp"

namespace strata::ops {

/// `activation(dense(x, kernel, bias))` as one op.
Tensor dense(const Tensor& x, const Tensor& kernel, const Tensor& bias, FusedActivation activation);

/// `activation(convolution(x, kernel, bias, geometry))` as one op.
Tensor convolution(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                   const ConvolutionGeometry& geometry, FusedActivation activation);

/// `simple_rnn` with another activation than tanh.
RecurrentOutputs simple_rnn(const Tensor& inputs, const Tensor& initial_state,
                            const RecurrentWeights& weights, const RecurrenceOptions& options,
                            FusedActivation activation);

/// `activation(depthwise_conv(x, kernel, bias, geometry))` as one op.
Tensor depthwise_conv(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                      const ConvolutionGeometry& geometry, FusedActivation activation);

}  // namespace strata::ops
