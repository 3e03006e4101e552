// WrappingRule: what it hands on.
#include "strata/regularizers/wrapping_rule.hpp"

namespace strata::regularizers {

void WrappingRule::check_slot(const PenaltySlot& slot, std::string_view owner) const {
  rule_->check_slot(slot, owner);
}

std::shared_ptr<const Regularizer> WrappingRule::attached_to(const Tensor& value) const {
  auto own = rule_->attached_to(value);
  return own ? around(std::move(own)) : nullptr;
}

std::vector<Tensor> WrappingRule::kept() const { return rule_->kept(); }

std::shared_ptr<const Regularizer> WrappingRule::with_kept(std::span<const Tensor> tensors) const {
  auto other = rule_->with_kept(tensors);
  return other ? around(std::move(other)) : nullptr;
}

}  // namespace strata::regularizers
