// Matrix products in register tiles. What a BLAS can't know saves time here: the right factor is
// laid out once for all threads, and bias and ReLU are applied while the sums are in registers.
#pragma once

#include <cstdint>

#include "kernels/gemm.hpp"

namespace strata::kernels {

/// Whether the CPU can, and the product is large enough to pay for the layout.
bool tiles_gain(std::int64_t rows, std::int64_t columns, std::int64_t inner, const Matrix& a,
                const Matrix& b);

/// `c = op(a) · op(b) + beta * c`, beta 0 or 1; or with a bias a column and ReLU where it is 0.
void tiled_gemm(std::int64_t rows, std::int64_t columns, std::int64_t inner, const Matrix& a,
                const Matrix& b, const float* bias, bool relu, float beta, float* c,
                std::int64_t c_stride);

}  // namespace strata::kernels
