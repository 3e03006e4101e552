// Matrix products.
#pragma once

#include "strata/core/fused_activation.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// Matrix product over the last two axes, as NumPy's: leading axes are broadcast, a vector stands
/// for a row (left) or a column (right). Raises ShapeError where the inner extents differ.
Tensor matmul(const Tensor& a, const Tensor& b);

/// `activation(x · kernel + bias)` as one op: x `(…, in)`, kernel `(in, units)`, bias `(units)` or
/// undefined, result `(…, units)`. Raises ShapeError where the extents don't fit.
Tensor dense(const Tensor& x, const Tensor& kernel, const Tensor& bias,
             FusedActivation activation = FusedActivation::linear);

}  // namespace strata::ops
