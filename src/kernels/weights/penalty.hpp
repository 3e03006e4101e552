// L1 and L2 penalties over plain arrays.
#pragma once

#include <cstdint>

namespace strata::kernels {

/// The term of a factor of 0 is skipped; one factor must not be 0.
struct PenaltyFactors {
  float l1 = 0.0f;
  float l2 = 0.0f;
};

/// `l1 * sum(|x|) + l2 * sum(x^2)`, short float sums added up in double. Unless `gradient` is null,
/// `gradient = l1 * sign(x) + 2 * l2 * x` in the same pass.
float penalty(std::int64_t count, const float* x, PenaltyFactors factors,
              float* gradient = nullptr);

/// `Σ|x|` and `Σx²`, in double throughout.
struct AbsoluteAndSquares {
  double absolute = 0.0;
  double squares = 0.0;
};
AbsoluteAndSquares absolute_and_squares(std::int64_t count, const float* x);

/// `gradient = l1 * sign(x) + 2 * l2 * x`
void penalty_gradient(std::int64_t count, const float* x, PenaltyFactors factors, float* gradient);

/// `sum += l1 * sign(x) + 2 * l2 * x`
void add_penalty_gradient(std::int64_t count, const float* x, PenaltyFactors factors, float* sum);

}  // namespace strata::kernels
