// The value and the gradient of L1 and L2 penalties, each in one pass over the weights.
#pragma once

#include "kernels/weights/penalty.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::ops {

using kernels::PenaltyFactors;

/// `l1 * sum(|x|) + l2 * sum(x^2)`, a scalar. A zero factor reads nothing.
Tensor penalty(const Tensor& x, PenaltyFactors factors);

}  // namespace strata::ops
