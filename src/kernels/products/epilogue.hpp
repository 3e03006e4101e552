// What follows a matrix product in the same pass, a block of rows at a time while it is in cache:
// bias and activation, and the gradients of both.
#pragma once

#include <cstdint>

#include "core/fused_activation.hpp"

namespace strata::kernels {

/// The cost of an element of the epilogue, in additions.
inline std::int64_t epilogue_cost(ops::FusedActivation activation) {
  return activation == ops::FusedActivation::sigmoid || activation == ops::FusedActivation::tanh
             ? 16
             : 2;
}

/// y = activation(y + bias) for `rows` rows of `columns`; `bias` may be null.
void apply_epilogue(std::int64_t rows, std::int64_t columns, const float* bias,
                    ops::FusedActivation activation, float* y);

/// dz = dy · activation'(z), where y = activation(z) determines the slope. `dz` may be `dy`.
void activation_gradient(std::int64_t count, const float* y, const float* dy,
                         ops::FusedActivation activation, float* dz);

/// sums[j] += the sum of column j, added up in double.
void add_column_sums(std::int64_t rows, std::int64_t columns, const float* dz, double* sums);

}  // namespace strata::kernels
