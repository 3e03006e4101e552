// The right factor of the products of all steps, prepared once.
#pragma once

#include <cstdint>
#include <optional>

#include "kernels/products/gemm.hpp"
#include "kernels/products/packed_panels.hpp"
#include "kernels/products/single_threaded_blas.hpp"
#include "kernels/products/tile_products.hpp"

namespace strata::kernels {

/// A matrix that small matrices are multiplied by on several threads, again and again. A row of a
/// product doesn't depend on the rows that it is computed with, where the CPU has fused
/// multiply-add.
class RepeatedFactor {
 public:
  /// `depth` x `columns`, once `matrix` is transposed if it says so.
  RepeatedFactor(const Matrix& matrix, std::int64_t depth, std::int64_t columns);

  /// `c += a · factor` for `rows` rows that are `a_step` and `c_step` floats apart, on the calling
  /// thread.
  void add_product(std::int64_t rows, const float* a, std::int64_t a_step, float* c,
                   std::int64_t c_step) const;

 private:
  Matrix matrix_;
  std::int64_t depth_;
  std::int64_t columns_;
  const TileProducts* tiles_;
  PackedPanels panels_;
  Buffer packed_;
  std::optional<SingleThreadedBlas> blas_;  // where there are no tiles
};

}  // namespace strata::kernels
