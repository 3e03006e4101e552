// The largest singular value of a matrix and its vectors, without the others.
#pragma once

#include <cstdint>
#include <vector>

namespace strata::kernels {

/// `matrix * right = value * left`, with a `right` of length 1. Not a number where the matrix has
/// an element that isn't finite.
struct LargestSingular {
  double value = 0.0;
  std::vector<double> right;   ///< one element per column
  std::vector<double> scaled;  ///< `matrix * right`, one element per row
};

/// Of a matrix of `rows` x `columns`, row by row. The Krylov space of `AᵀA` is grown from a fixed
/// vector until the residual is 1e-7 of the value, so the bits follow from the matrix alone: there
/// is no state from one call to the next.
LargestSingular largest_singular(std::int64_t rows, std::int64_t columns, const float* matrix);

}  // namespace strata::kernels
