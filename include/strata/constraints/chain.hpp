// Chain: several constraints in one slot.
#pragma once

#include <vector>

#include "strata/constraints/constraint.hpp"

namespace strata::constraints {

/// Each constraint of what the one before it gives:
///
///     constraints::Chain({constraints::NonNeg(), constraints::KeepZeros()})
///
/// Raises InvalidArgument on no constraints and on a constraint that is none.
class Chain : public Constraint {
 public:
  /// A chain among the constraints counts as its constraints.
  explicit Chain(const std::vector<ConstraintSpec>& constraints);

  Tensor operator()(const Tensor& weight) const override;
  void check_weight(const Shape& shape, std::string_view owner) const override;
  bool may_raise() const override;
  Config get_config() const override;  ///< {"constraints": […]}
  static Chain from_config(const Config& config);

  const std::vector<std::shared_ptr<const Constraint>>& parts() const { return parts_; }

 private:
  std::vector<std::shared_ptr<const Constraint>> parts_;
};

}  // namespace strata::constraints
