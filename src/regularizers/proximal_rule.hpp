// Which weights are shrunk by proximal steps.
#pragma once

#include "strata/regularizers/regularizer.hpp"
#include "strata/tensor/variable.hpp"

namespace strata::regularizers {

/// The rule whose proximal operator the optimizer takes of this weight, or null. A frozen weight pays
/// no penalty.
inline const Regularizer* proximal_rule_of(const Variable& weight) {
  const bool regularized = weight.trainable() && weight.regularizer() != nullptr;
  return regularized ? weight.regularizer()->proximal_rule() : nullptr;
}

}  // namespace strata::regularizers
