// NonNeg: weights that may not be negative.
#pragma once

#include "strata/constraints/constraint.hpp"

namespace strata::constraints {

/// `max(w, 0)`. See https://keras.io/api/layers/constraints/#nonneg-class.
class NonNeg : public Constraint {
 public:
  Tensor operator()(const Tensor& weight) const override;
  bool may_raise() const override { return false; }
  Config get_config() const override;  ///< {}
  static NonNeg from_config(const Config& config);
};

}  // namespace strata::constraints
