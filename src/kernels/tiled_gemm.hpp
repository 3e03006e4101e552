// Matrix products in register tiles. What a BLAS can't know saves time here: the right factor is
// laid out once for all threads, and bias and ReLU are applied while the sums are in registers.
#pragma once

#include <cstdint>

#include "kernels/gemm.hpp"

namespace strata::kernels {

/// Whether the CPU can, and the product is large enough to pay for the layout.
bool tiles_gain(const Product& product);

/// As `gemm`; or with a bias a column, if it isn't null, and ReLU.
void tiled_gemm(const Product& product, const float* bias, bool relu);

}  // namespace strata::kernels
