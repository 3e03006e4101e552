// Products with few rows, such as one sample through a dense layer: the right factor is read once,
// where it lies, at the speed of the memory that holds it.
#pragma once

#include <cstdint>

#include "core/vector_units.hpp"

namespace strata::kernels {

/// From so many rows on, packing the right factor pays.
inline constexpr std::int64_t kFewRows = 16;

/// y[i][j] = sum over k of a[i][k] · b[k][j], or += where `add`.
struct RowsTimesMatrix {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t inner;
  const float* a;
  std::int64_t a_step;  ///< floats from one row to the next
  const float* b;
  std::int64_t b_step;
  bool add;
  float* y;
  std::int64_t y_step;
};

struct FewRowProducts {
  void (*multiply)(const RowsTimesMatrix& product);
  /// The same for b[j][k], whose columns are contiguous.
  void (*multiply_by_transposed)(const RowsTimesMatrix& product);
};

/// Those for certain vector units, by default those in use; null if there are none.
const FewRowProducts* few_row_products(VectorUnits units = vector_units());

}  // namespace strata::kernels
