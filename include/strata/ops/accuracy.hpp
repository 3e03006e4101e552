// How often predictions are right, one value per sample: the formulas of the accuracy metrics.
#pragma once

#include "strata/tensor/tensor.hpp"

/// Constants: they have no gradient. Shapes that don't fit raise ShapeError; a label that is no
/// class and a target that is NaN raise InvalidArgument; a prediction that is NaN is wrong. See
/// https://keras.io/api/metrics/accuracy_metrics/.
namespace strata::ops {

/// The share of elements with `y_pred == y_true` along the last axis. Both have the same shape, but
/// for a last axis of 1 that one may lack.
Tensor accuracy(const Tensor& y_true, const Tensor& y_pred);

/// The share of elements along the last axis where `y_pred > threshold` is what `y_true`, 0 or 1,
/// says. Shapes as for `accuracy`.
Tensor binary_accuracy(const Tensor& y_true, const Tensor& y_pred, float threshold = 0.5f);

// Whether the right class is the first largest, or among the k largest (ties count as in), of the
// last axis: 1 or 0. A NaN prediction is never right and ahead of every number. Targets are one-hot
// and have the shape of the predictions, or, where `sparse`, are labels in that shape without its
// last axis; -1 is no class, and never right.

Tensor categorical_accuracy(const Tensor& y_true, const Tensor& y_pred);
Tensor sparse_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred);
Tensor top_k_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, int k = 5);
Tensor sparse_top_k_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, int k = 5);

}  // namespace strata::ops
