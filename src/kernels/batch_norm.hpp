// Normalization of each column of a matrix (all axes but the last, taken together, are its rows).
#pragma once

#include <cstdint>

namespace strata::kernels {

/// Means and biased variances of the columns, in double.
void column_moments(std::int64_t rows, std::int64_t columns, const float* x, float* mean,
                    float* variance);

/// `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`; gamma and beta may be null.
void normalize_columns(std::int64_t rows, std::int64_t columns, const float* x, const float* mean,
                       const float* variance, float epsilon, const float* gamma, const float* beta,
                       float* y);

struct BatchNormGradients {
  float* x;      ///< null if not wanted
  float* gamma;  ///< always there: the others need them
  float* beta;
};

/// With n = (x - mean) / sqrt(variance + epsilon): `dbeta = sum(dy)`, `dgamma = sum(dy n)`,
/// `dx = gamma / sqrt(variance + epsilon) * (dy - dbeta / rows - n dgamma / rows)`.
void normalize_columns_gradient(std::int64_t rows, std::int64_t columns, const float* x,
                                const float* mean, const float* variance, float epsilon,
                                const float* gamma, const float* dy, BatchNormGradients out);

}  // namespace strata::kernels
