// Orthonormal vectors out of arbitrary ones.
#pragma once

#include <cstdint>

namespace strata::kernels {

/// Replaces the columns of a column-major matrix by orthonormal ones that span the same spaces: the
/// Q of its QR decomposition, with the diagonal of R positive, which makes Q unique. `rows >=
/// columns`. Raises ShapeError if an extent doesn't fit LAPACK's 32-bit integers.
void orthonormalize(double* matrix, std::int64_t rows, std::int64_t columns);

}  // namespace strata::kernels
