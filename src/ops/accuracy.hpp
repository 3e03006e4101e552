// How often predictions are right, one figure a sample; constants. Ranks are aligned as losses
// align them; other shapes raise ShapeError. A label that is no class and a target that is NaN
// raise InvalidArgument; a prediction that is NaN is wrong.
#pragma once

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// The share of equal elements along the last axis.
Tensor accuracy(const Tensor& y_true, const Tensor& y_pred);
/// The share of elements along the last axis where `y_pred > threshold` is what y_true says.
Tensor binary_accuracy(const Tensor& y_true, const Tensor& y_pred, float threshold);

// Whether the right class is the first largest, or among the k largest (ties count as in), of the
// last axis: 1 or 0. A NaN prediction is never right and ahead of every number.
Tensor categorical_accuracy(const Tensor& y_true, const Tensor& y_pred);
Tensor sparse_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred);
Tensor top_k_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, int k);
Tensor sparse_top_k_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, int k);

}  // namespace strata::ops
