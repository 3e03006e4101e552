// How far predictions are from targets, one figure a sample: the functions that losses and metrics
// share. Both have the same shape, else ShapeError; the last axis is reduced.
#pragma once

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

Tensor mean_squared_error(const Tensor& y_true, const Tensor& y_pred);
Tensor mean_absolute_error(const Tensor& y_true, const Tensor& y_pred);
Tensor mean_absolute_percentage_error(const Tensor& y_true, const Tensor& y_pred);
Tensor mean_squared_logarithmic_error(const Tensor& y_true, const Tensor& y_pred);
Tensor huber(const Tensor& y_true, const Tensor& y_pred, float delta);
Tensor log_cosh(const Tensor& y_true, const Tensor& y_pred);
/// The cosine of the angle along `axis`: 1 for the same direction. Losses take its negative.
Tensor cosine_similarity(const Tensor& y_true, const Tensor& y_pred, int axis);
Tensor hinge(const Tensor& y_true, const Tensor& y_pred);
Tensor squared_hinge(const Tensor& y_true, const Tensor& y_pred);
Tensor categorical_hinge(const Tensor& y_true, const Tensor& y_pred);
Tensor kl_divergence(const Tensor& y_true, const Tensor& y_pred);
Tensor poisson(const Tensor& y_true, const Tensor& y_pred);

}  // namespace strata::ops
