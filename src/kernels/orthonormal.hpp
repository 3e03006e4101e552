// Orthonormal vectors out of arbitrary ones.
#pragma once

#include <cstdint>

namespace strata::kernels {

/// Replaces the columns of a matrix, stored column by column, by orthonormal ones that span the
/// same spaces: the Q of its QR decomposition, with the diagonal of R positive, which makes Q
/// unique. `rows >= columns`. Raises ShapeError where LAPACK's 32 bits can't hold an extent.
void orthonormalize(double* matrix, std::int64_t rows, std::int64_t columns);

}  // namespace strata::kernels
