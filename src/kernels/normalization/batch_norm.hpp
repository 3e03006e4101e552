// Batch normalization of the columns of a matrix, whose rows are all axes but the last together.
#pragma once

#include <cstdint>

namespace strata::kernels {

/// Means and biased variances of the columns, in double.
void column_moments(std::int64_t rows, std::int64_t columns, const float* x, float* mean,
                    float* variance);

struct BatchNorm {
  std::int64_t rows;
  std::int64_t columns;
  const float* x;
  const float* mean;  ///< one per column; so variance, gamma and beta
  const float* variance;
  float epsilon;
  const float* gamma;  ///< may be null: ones
};

/// `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`; beta may be null: zeros.
void normalize_columns(const BatchNorm& norm, const float* beta, float* y);

struct BatchNormGradients {
  float* x;      ///< null if not wanted
  float* gamma;  ///< not null, since dx is computed from it; so beta
  float* beta;
};

/// `dgamma` and `dbeta` alone.
void column_weight_gradients(const BatchNorm& norm, const float* dy, float* gamma, float* beta);

/// One of each per column.
struct GradientCoefficients {
  const float* a;
  const float* b;
  const float* c;
};

/// `dx = a dy + b (x - mean) + c`
void column_input_gradients(const BatchNorm& norm, const float* dy,
                            const GradientCoefficients& columns, float* dx);

/// With n = (x - mean) / sqrt(variance + epsilon): `dbeta = sum(dy)`, `dgamma = sum(dy n)`,
/// `dx = gamma / sqrt(variance + epsilon) * (dy - dbeta / rows - n dgamma / rows)`.
void normalize_columns_gradient(const BatchNorm& norm, const float* dy, BatchNormGradients out);

}  // namespace strata::kernels
