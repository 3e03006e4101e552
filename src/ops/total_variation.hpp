// The sum of absolute steps along axes.
#pragma once

#include <vector>

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// `factor * Σ |x[i + 1] - x[i]|` along each of `axes`, which are counted from 0; a scalar.
Tensor total_variation(const Tensor& x, float factor, const std::vector<int>& axes);

}  // namespace strata::ops
