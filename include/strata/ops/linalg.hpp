// Decompositions of matrices, and what follows from them: inverse, determinant, solution.
//
// A matrix is the last two axes of a tensor; each matrix along the leading axes is taken by itself.
// LAPACK computes in double precision; results are rounded to float32 once. Every function is
// differentiable.
//
// All raise InvalidArgument on an undefined tensor and on elements that are not finite, ShapeError
// on fewer than two axes, on a matrix that is not square where one must be, and on one that LAPACK
// can't count.
#pragma once

#include <string>

#include "strata/tensor/tensor.hpp"

namespace strata::ops::linalg {

struct QrOptions {
  std::string mode = "reduced";  ///< Columns of q: `"reduced"`, min(m, n); or `"complete"`, m.
};

struct QrResult {
  Tensor q;  ///< `(…, m, k)`, with orthonormal columns
  Tensor r;  ///< `(…, k, n)`, upper triangular; its diagonal may be negative
};

/// `x = q · r`, of x `(…, m, n)`. The gradient raises InvalidArgument where the first min(m, n)
/// columns of a matrix are linearly dependent, and that of a complete q with m > n raises
/// StateError, since nothing determines the added columns.
/// See https://keras.io/api/ops/linalg/#qr-function.
QrResult qr(const Tensor& x, const QrOptions& options = {});

struct SvdOptions {
  bool full_matrices = true;  ///< u `(…, m, m)` and vh `(…, n, n)`, else `(…, m, k)`, `(…, k, n)`.
  bool compute_uv = true;  ///< Else u and vh are undefined.
};

struct SvdResult {
  Tensor u;   ///< its columns are the left singular vectors
  Tensor s;   ///< `(…, k)`, in descending order, >= 0
  Tensor vh;  ///< its rows are the right singular vectors
};

/// `x = u[…, :k] · diag(s) · vh[…, :k, :]`, of x `(…, m, n)`, with k = min(m, n).
///
/// Where singular values are equal to float32's rounding, nothing determines which vectors of their
/// common space u and vh hold. The gradient takes the derivative of that choice as 0, which is
/// exact for functions that don't depend on it, such as those of the sum over u's columns times
/// vh's rows; likewise the part of u's and vh's gradients that would be divided by a singular value
/// of 0. The gradient of s is defined everywhere. That of u or vh raises StateError if the matrix
/// has more columns, or rows, than its gradient determines: `full_matrices` and not square.
///
/// Raises InvalidArgument if LAPACK does not converge.
/// See https://keras.io/api/ops/linalg/#svd-function.
SvdResult svd(const Tensor& x, const SvdOptions& options = {});

struct EighResult {
  Tensor w;  ///< `(…, m)`, the eigenvalues in ascending order
  Tensor v;  ///< `(…, m, m)`, whose columns are the eigenvectors, of length 1
};

/// Eigenvalues and eigenvectors of symmetric matrices `(…, m, m)`: `x · v = v · diag(w)`. What is
/// decomposed is the symmetric part `(x + xᵀ) / 2`, and the gradient is symmetric. Equal
/// eigenvalues are treated as equal singular values are, see `svd`.
///
/// Raises InvalidArgument if LAPACK does not converge.
/// See https://keras.io/api/ops/linalg/#eigh-function.
EighResult eigh(const Tensor& x);

struct CholeskyOptions {
  bool upper = false;  ///< The transpose: `x = uᵀ · u`.
};

/// The lower triangular l with `x = l · lᵀ`, of symmetric positive definite matrices `(…, m, m)`.
/// What is decomposed is the symmetric part `(x + xᵀ) / 2`, and the gradient is symmetric. Raises
/// InvalidArgument on a matrix that is not positive definite.
/// See https://keras.io/api/ops/linalg/#cholesky-function.
Tensor cholesky(const Tensor& x, const CholeskyOptions& options = {});

/// The x with `a · x = b`, of a `(…, m, m)` and b `(…, m)` or `(…, m, n)` with the same leading
/// axes. Raises ShapeError where they don't fit, InvalidArgument on a singular matrix.
/// See https://keras.io/api/ops/linalg/#solve-function.
Tensor solve(const Tensor& a, const Tensor& b);

/// The inverse of matrices `(…, m, m)`. Raises InvalidArgument on a singular one.
/// See https://keras.io/api/ops/linalg/#inv-function.
Tensor inv(const Tensor& x);

/// The determinant of matrices `(…, m, m)`. A singular one has a gradient too: its cofactors.
/// See https://keras.io/api/ops/linalg/#det-function.
Tensor det(const Tensor& x);

}  // namespace strata::ops::linalg
