// A penalty that doesn't count now.
#pragma once

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// 0, with a gradient of zeros: so that a weight is updated as by a penalty that pulls nowhere.
Tensor zero_penalty(const Tensor& x);

}  // namespace strata::ops
