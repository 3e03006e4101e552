// WrappingRule: the base of rules that say how or when another rule counts.
#pragma once

#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

/// Hands on to the rule inside what that says of weights: which ones it takes and what it keeps of them.
class WrappingRule : public Regularizer {
 public:
  const RegularizerSpec& rule() const { return rule_; }
  /// The same around another rule.
  virtual std::shared_ptr<const Regularizer> around(RegularizerSpec rule) const = 0;
  /// What the rule inside is multiplied by in the optimizer's `step`-th step; nothing if that never
  /// changes.
  virtual std::optional<float> multiplier(std::int64_t) const { return {}; }

  void check_slot(const PenaltySlot& slot, std::string_view owner) const override;
  std::shared_ptr<const Regularizer> attached_to(const Tensor& value) const override;
  std::vector<Tensor> kept() const override;
  std::shared_ptr<const Regularizer> with_kept(std::span<const Tensor> tensors) const override;

 protected:
  explicit WrappingRule(RegularizerSpec rule) : rule_(std::move(rule)) {}

 private:
  RegularizerSpec rule_;
};

}  // namespace strata::regularizers
