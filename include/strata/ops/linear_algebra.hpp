// Matrix products.
#pragma once

#include <string>
#include <vector>

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// Matrix product over the last two axes, as NumPy's: leading axes are broadcast, a vector stands
/// for a row (left) or a column (right). Raises ShapeError where the inner extents differ.
Tensor matmul(const Tensor& a, const Tensor& b);

/// `x · kernel + bias` as one op: x `(…, in)`, kernel `(in, units)`, bias `(units)` or undefined,
/// result `(…, units)`. Raises ShapeError where the extents don't fit.
Tensor dense(const Tensor& x, const Tensor& kernel, const Tensor& bias);

/// `a_i b_j` of the elements of both as vectors: a matrix.
Tensor outer(const Tensor& a, const Tensor& b);

/// The product summed over the last `axes` axes of a and the first ones of b, or over the axes that
/// are named, pair by pair; the other axes of a, then those of b, remain. Raises ShapeError where
/// they are not equally long.
Tensor tensordot(const Tensor& a, const Tensor& b, int axes = 2);
Tensor tensordot(const Tensor& a, const Tensor& b, const std::vector<int>& axes_of_a,
                 const std::vector<int>& axes_of_b);

/// The product of all operands, whose axes letters name, summed over letters that the result lacks:
/// `einsum("bik,bkj->bij", {a, b})`. A letter twice in one operand is its diagonal; `...` stands for
/// all other axes, which broadcast. Without `->` the result has the letters that stand once, in
/// alphabetical order. Operands are multiplied from left to right, as matrix products.
///
/// Raises InvalidArgument on subscripts that can't be read, ShapeError where they don't fit the
/// shapes.
Tensor einsum(const std::string& subscripts, const std::vector<Tensor>& operands);

}  // namespace strata::ops
