// The ratio of the squared sum of magnitudes to the sum of squares.
#pragma once

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// `factor * (Σ|x|)² / Σx²`, a scalar; 0 where x is.
Tensor hoyer_square(const Tensor& x, float factor);

}  // namespace strata::ops
