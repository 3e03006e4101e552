// What every op checks before it looks at an input's shape.
#pragma once

#include "core/check.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::ops {

inline void check_defined(const char* who, const Tensor& x) {
  check(x.defined(), who, "the inputs must be defined. Received: an undefined tensor.");
}

}  // namespace strata::ops
