// The value and the gradient of L1 and L2 penalties, each in one pass over the weights.
#pragma once

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

struct PenaltyFactors {
  float l1 = 0.0f;
  float l2 = 0.0f;
};

/// `l1 * sum(|x|) + l2 * sum(x^2)`, a scalar. A zero factor reads nothing.
Tensor penalty(const Tensor& x, PenaltyFactors factors);

}  // namespace strata::ops
