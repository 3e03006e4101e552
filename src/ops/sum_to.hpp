// Broadcasting a value, and its mirror image: summing a gradient back. Neither is recorded.
#pragma once

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// `x`'s elements repeated along its axes of extent 1 (and in front) until it has `shape`.
Tensor repeated(const Tensor& x, const Shape& shape);

/// The sum over what was repeated when `shape` was broadcast to `x`'s.
Tensor sum_to(const Tensor& x, const Shape& shape);

}  // namespace strata::ops
