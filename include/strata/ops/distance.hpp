// How far predictions are from targets, one value per sample: the formulas that losses and metrics
// share.
#pragma once

#include "strata/ops/reduction.hpp"
#include "strata/tensor/tensor.hpp"

/// `y_true` and `y_pred` have the same shape, of rank 1 or more, but for a last axis of 1 that one
/// may lack; else ShapeError. The result has lost the last axis, over which means and sums run.
/// Every formula is differentiable. See https://keras.io/api/losses/.
namespace strata::ops {

/// mean((y_true - y_pred)^2)
Tensor mean_squared_error(const Tensor& y_true, const Tensor& y_pred);

/// mean(|y_true - y_pred|); the gradient where they are equal is 0.
Tensor mean_absolute_error(const Tensor& y_true, const Tensor& y_pred);

/// 100 * mean(|y_true - y_pred| / max(|y_true|, 1e-7))
Tensor mean_absolute_percentage_error(const Tensor& y_true, const Tensor& y_pred);

/// mean((ln(max(y_true, 1e-7) + 1) - ln(max(y_pred, 1e-7) + 1))^2)
Tensor mean_squared_logarithmic_error(const Tensor& y_true, const Tensor& y_pred);

/// The mean of `e^2 / 2` where `|e| <= delta`, else `delta |e| - delta^2 / 2`, with
/// `e = y_pred - y_true`.
Tensor huber(const Tensor& y_true, const Tensor& y_pred, float delta = 1.0f);

/// mean(ln(cosh(y_pred - y_true))), without overflow.
Tensor log_cosh(const Tensor& y_true, const Tensor& y_pred);

/// The cosine of the angle along `axis`: 1 for the same direction, 0 for a right angle or a zero
/// vector. The loss is its negative. Raises ShapeError on an axis that is not there.
Tensor cosine_similarity(const Tensor& y_true, const Tensor& y_pred, int axis = -1);

/// Pearson's correlation coefficient along `axis`: the mean product of both, each less its mean and
/// divided by its standard deviation. NaN where either doesn't vary.
Tensor pearson_correlation(const Tensor& y_true, const Tensor& y_pred, int axis = -1);

/// Lin's concordance coefficient along `axis`:
/// `2 cov(t, p) / (var(t) + var(p) + (mean(t) - mean(p))^2 + 1e-7)`.
Tensor concordance_correlation(const Tensor& y_true, const Tensor& y_pred, int axis = -1);

/// mean(max(1 - y_true * y_pred, 0)). Targets are -1 and 1; if all are 0 or 1, 0 stands for -1.
Tensor hinge(const Tensor& y_true, const Tensor& y_pred);

/// mean(max(1 - y_true * y_pred, 0)^2), with targets as `hinge` takes them.
Tensor squared_hinge(const Tensor& y_true, const Tensor& y_pred);

/// max(max((1 - y_true) * y_pred) - sum(y_true * y_pred) + 1, 0); targets are one-hot.
Tensor categorical_hinge(const Tensor& y_true, const Tensor& y_pred);

/// sum(y_true * ln(y_true / y_pred)), both clipped to [1e-7, 1]; a clipped prediction has no
/// gradient.
Tensor kl_divergence(const Tensor& y_true, const Tensor& y_pred);

/// mean(y_pred - y_true * ln(y_pred + 1e-7))
Tensor poisson(const Tensor& y_true, const Tensor& y_pred);

// Of overlaps, over all axes or those that are named.

/// `1 - 2 sum(t p) / (sum(t) + sum(p) + 1e-7)`
Tensor dice(const Tensor& y_true, const Tensor& y_pred, const Axes& axes = {});

/// `1 - i / (i + alpha sum(t (1 - p)) + beta sum((1 - t) p) + 1e-7)`, with `i = sum(t p)`.
Tensor tversky(const Tensor& y_true, const Tensor& y_pred, float alpha = 0.5f, float beta = 0.5f,
               const Axes& axes = {});

// Of labels: their shapes are not those of the predictions.

/// `(1 - p[label]^q) / q`, with q in (0, 1); a probability of 0 has no gradient. Labels in the shape
/// of the predictions without their last axis, or with 1 in its place; raises InvalidArgument on one
/// that is no class.
Tensor categorical_generalized_cross_entropy(const Tensor& y_true, const Tensor& y_pred, float q);

/// The circle loss of each embedding, see losses::Circle: embeddings `(batch, size)`, labels
/// `(batch)` or `(batch, 1)`.
Tensor circle(const Tensor& y_true, const Tensor& y_pred, bool remove_diagonal = true,
              float gamma = 80.0f, float margin = 0.4f);

}  // namespace strata::ops
