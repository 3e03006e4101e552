// Finds the constraints that keep zeros, alone and in chains.
#include "constraints/attached.hpp"

#include "strata/constraints/chain.hpp"
#include "strata/constraints/keep_zeros.hpp"

namespace strata::constraints {

std::shared_ptr<const Constraint> attached(const std::shared_ptr<const Constraint>& constraint,
                                           const Tensor& value) {
  if (const auto* keeps = dynamic_cast<const KeepZeros*>(constraint.get()))
    return std::make_shared<KeepZeros>(keeps->attached_to(value));
  const auto* chain = dynamic_cast<const Chain*>(constraint.get());
  if (chain == nullptr) return constraint;
  std::vector<ConstraintSpec> parts;
  for (const auto& part : chain->parts()) parts.emplace_back(attached(part, value));
  return std::make_shared<Chain>(parts);
}

}  // namespace strata::constraints
