// Layer and RMS normalization of the rows of a matrix, whose columns are the normalized axes together.
#pragma once

#include <cstdint>

namespace strata::kernels {

struct RowNorm {
  std::int64_t rows;
  std::int64_t columns;
  const float* x;
  const float* gamma;  ///< one per column; may be null: ones
  float epsilon;
  bool centers;  ///< Whether the mean is subtracted, as layer normalization does; else it is 0.
};

/// The statistics of each row.
struct RowMoments {
  float* mean;
  float* inverse;  ///< `1 / sqrt(mean((x - mean)^2) + epsilon)`
};

/// `y = gamma * (x - mean) * inverse + beta`; beta may be null: zeros. Writes the moments.
void normalize_rows(const RowNorm& norm, const float* beta, float* y, RowMoments moments);

/// Null where a gradient is not wanted.
struct RowNormGradients {
  float* x;
  float* gamma;
  float* beta;
};

/// With n = (x - mean) * inverse: `dgamma = sum(dy n)` and `dbeta = sum(dy)` over the rows, and with
/// g = dy gamma and means over the row `dx = inverse * (g - mean(g) - n mean(g n))`, without
/// `mean(g)` unless the rows are centered.
void normalize_rows_gradient(const RowNorm& norm, RowMoments moments, const float* dy,
                             RowNormGradients out);

}  // namespace strata::kernels
