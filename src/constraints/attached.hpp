// Constraints that keep something of the weight that they are set on.
#pragma once

#include <memory>

#include "strata/constraints/constraint.hpp"

namespace strata::constraints {

/// The constraint that a weight of this value gets where `constraint` is set on it, null for none:
/// a KeepZeros, alone or in a Chain, keeps the zeros of the value, any other is itself.
std::shared_ptr<const Constraint> attached(const std::shared_ptr<const Constraint>& constraint,
                                           const Tensor& value);

}  // namespace strata::constraints
