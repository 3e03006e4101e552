// L1 and L2 penalties over plain arrays.
#pragma once

#include <cstdint>

namespace strata::kernels {

/// `l1 * sum(|x|) + l2 * sum(x^2)`, short float sums added up in double. Of two factors one may be
/// 0, and its term is skipped. Where there is a `gradient`, `gradient = l1 * sign(x) + 2 * l2 * x` in
/// the same pass.
float penalty(const float* x, std::int64_t count, float l1, float l2, float* gradient = nullptr);

/// `gradient = l1 * sign(x) + 2 * l2 * x`
void penalty_gradient(const float* x, std::int64_t count, float l1, float l2, float* gradient);

/// `sum += l1 * sign(x) + 2 * l2 * x`
void add_penalty_gradient(const float* x, std::int64_t count, float l1, float l2, float* sum);

}  // namespace strata::kernels
