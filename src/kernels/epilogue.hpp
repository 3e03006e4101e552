// What follows a matrix product within the same pass, a block of rows at a time while it is in
// cache: bias and activation, and both backwards.
#pragma once

#include <cstdint>

#include "strata/core/fused_activation.hpp"

namespace strata::kernels {

/// What an element costs here, in additions.
inline std::int64_t finish_cost(ops::FusedActivation activation) {
  return activation == ops::FusedActivation::sigmoid || activation == ops::FusedActivation::tanh
             ? 16
             : 2;
}

/// y = activation(y + bias) for `rows` rows of `columns`; `bias` may be null.
void finish_rows(std::int64_t rows, std::int64_t columns, const float* bias,
                 ops::FusedActivation activation, float* y);

/// dz = dy · activation'(y), the slope written in terms of the outcome. In place if dz is dy.
void unfinish_rows(std::int64_t rows, std::int64_t columns, const float* y, const float* dy,
                   ops::FusedActivation activation, float* dz);

/// sums[j] += the sum of column j, added up in double.
void add_column_sums(std::int64_t rows, std::int64_t columns, const float* dz, double* sums);

}  // namespace strata::kernels
