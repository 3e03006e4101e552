// Matrix products in register tiles. Faster than a BLAS since the right factor is packed once for
// all threads, and bias and ReLU are applied while the sums are in registers.
#pragma once

#include <cstdint>

#include "kernels/products/gemm.hpp"

namespace strata::kernels {

/// Whether there is fused multiply-add and the product is large enough to pay for packing, but not so
/// large that the packed factor outgrows the caches.
bool tiles_gain(const Product& product);

/// What is applied to the sums before they are stored.
struct TileEpilogue {
  const float* bias = nullptr;  ///< one per column; may be null
  bool relu = false;
};

/// As `gemm`, with an epilogue.
void tiled_gemm(const Product& product, const TileEpilogue& epilogue = {});

}  // namespace strata::kernels
