// The built-in activations as plain functions, for those who want other parameters than the names
// give or use them outside of a layer.
#pragma once

#include <optional>

#include "strata/tensor/tensor.hpp"

/// Element by element unless they name an axis, and differentiable. Formulas and defaults are
/// Keras's: https://keras.io/api/layers/activations/.
namespace strata::activations {

struct ReluOptions {
  float negative_slope = 0.0f;
  std::optional<float> max_value = {};  ///< Default: no upper bound.
  float threshold = 0.0f;               ///< Elements up to here count as negative.
};

/// x above `threshold`, cut at `max_value`; below, `negative_slope * (x - threshold)`.
Tensor relu(const Tensor& x, const ReluOptions& options = {});

Tensor linear(const Tensor& x);                                   ///< x
Tensor leaky_relu(const Tensor& x, float negative_slope = 0.2f);  ///< x, negative_slope * x below 0
Tensor relu6(const Tensor& x);                                    ///< min(max(x, 0), 6)
Tensor elu(const Tensor& x, float alpha = 1.0f);   ///< x, alpha * (exp(x) - 1) below 0
Tensor celu(const Tensor& x, float alpha = 1.0f);  ///< x, alpha * (exp(x / alpha) - 1) below 0
Tensor selu(const Tensor& x);      ///< 1.0507009873554805 * elu(x, 1.6732632423543772)
Tensor softplus(const Tensor& x);  ///< log(1 + exp(x))
Tensor softsign(const Tensor& x);  ///< x / (1 + |x|)
Tensor sigmoid(const Tensor& x);   ///< 1 / (1 + exp(-x))
Tensor tanh(const Tensor& x);
Tensor silu(const Tensor& x);  ///< x * sigmoid(x)

struct GeluOptions {
  bool approximate = false;  ///< `x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))` instead.
};

Tensor gelu(const Tensor& x, const GeluOptions& options = {});  ///< x / 2 * (1 + erf(x / sqrt(2)))
Tensor exponential(const Tensor& x);                            ///< exp(x)
Tensor hard_sigmoid(const Tensor& x);                           ///< clip(x / 6 + 1/2, 0, 1)
Tensor hard_silu(const Tensor& x);                              ///< x * hard_sigmoid(x)
Tensor hard_tanh(const Tensor& x);                              ///< clip(x, -1, 1)
Tensor hard_shrink(const Tensor& x, float threshold = 0.5f);    ///< x, 0 where |x| <= threshold
Tensor soft_shrink(const Tensor& x, float threshold = 0.5f);    ///< x - clip(x, ±threshold)
Tensor tanh_shrink(const Tensor& x);                            ///< x - tanh(x)
Tensor mish(const Tensor& x);                                   ///< x * tanh(softplus(x))
Tensor log_sigmoid(const Tensor& x);                            ///< -softplus(-x)
Tensor sparse_plus(const Tensor& x);     ///< 0 up to -1, then (x + 1)^2 / 4, x from 1 on
Tensor sparse_sigmoid(const Tensor& x);  ///< clip((x + 1) / 2, 0, 1)
Tensor squareplus(const Tensor& x, float b = 4.0f);               ///< (x + sqrt(x^2 + b)) / 2
Tensor threshold(const Tensor& x, float threshold, float value);  ///< x, `value` up to threshold

Tensor softmax(const Tensor& x, int axis = -1);
Tensor log_softmax(const Tensor& x, int axis = -1);
/// The nearest point, along `axis`, whose elements are >= 0 and sum to 1: `max(x - tau, 0)`.
/// Martins and Astudillo, 2016. (Keras 3.15 gets tau wrong where more than one element survives.)
Tensor sparsemax(const Tensor& x, int axis = -1);
/// The first half along `axis` times the sigmoid of the second. Raises ShapeError on an odd extent.
Tensor glu(const Tensor& x, int axis = -1);

}  // namespace strata::activations
