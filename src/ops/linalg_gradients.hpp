// The gradients of decompositions, for one matrix: from those of the results to that of the matrix.
#pragma once

#include <optional>

#include "kernels/decompositions/decompositions.hpp"

namespace strata::ops::linalg {

using kernels::ColumnMatrix;

/// For the reduced `a = q r` with m >= n, from the gradients of q and r. Empty if r is singular.
std::optional<ColumnMatrix> qr_gradient(const ColumnMatrix& q, const ColumnMatrix& r,
                                        const ColumnMatrix& dq, const ColumnMatrix& dr);

/// The same with m < n, where also `a` itself is needed.
std::optional<ColumnMatrix> wide_qr_gradient(const ColumnMatrix& a, const ColumnMatrix& q,
                                             const ColumnMatrix& r, ColumnMatrix dq,
                                             const ColumnMatrix& dr);

/// For the reduced `a = u diag(s) vt`, from the gradient of one of the three.
ColumnMatrix svd_gradient_of_s(const kernels::SingularValues& svd, const ColumnMatrix& ds);
ColumnMatrix svd_gradient_of_u(const kernels::SingularValues& svd, const ColumnMatrix& du);
ColumnMatrix svd_gradient_of_vt(const kernels::SingularValues& svd, const ColumnMatrix& dvt);

/// For the symmetric part of `a`, from the gradient of its eigenvalues or its eigenvectors.
ColumnMatrix eigh_gradient_of_w(const ColumnMatrix& v, const ColumnMatrix& dw);
ColumnMatrix eigh_gradient_of_v(const ColumnMatrix& w, const ColumnMatrix& v,
                                const ColumnMatrix& dv);

/// For the symmetric part of `a = l lᵀ`.
ColumnMatrix cholesky_gradient(const ColumnMatrix& l, const ColumnMatrix& dl);

/// The derivative of the determinant: each element's cofactor. Empty if LAPACK doesn't converge.
std::optional<ColumnMatrix> cofactors(const ColumnMatrix& a);

ColumnMatrix symmetric_part(const ColumnMatrix& a);

}  // namespace strata::ops::linalg
