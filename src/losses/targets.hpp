// What targets must be like, checked before the first step of a fit.
#pragma once

#include "strata/tensor/tensor.hpp"

namespace strata::losses {

/// For losses that compare element by element. Raises ShapeError in `who`'s name unless the shapes
/// are the same beside the batch axis, InvalidArgument on a target that is not finite.
void check_dense_targets(const char* who, const Tensor& y_true, const Shape& y_pred);

/// Raises InvalidArgument on a target outside [0, 1].
void check_probabilities(const char* who, const Tensor& y_true);

}  // namespace strata::losses
