// Sum: several penalties in one slot.
#pragma once

#include <vector>

#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

/// The sum of other rules: one entry in a layer's `losses()`, one for each rule in `penalties()`.
///
///     regularizers::Sum({regularizers::L2(1e-4f), regularizers::GroupLasso(1e-3f)})
///
/// Raises InvalidArgument on no rules and on a rule that is none.
class Sum : public Regularizer {
 public:
  /// A sum among the rules counts as its rules.
  explicit Sum(const std::vector<RegularizerSpec>& rules);

  Tensor operator()(const Tensor& x) const override;
  Tensor penalty(const Tensor& x, const WeightAxes& axes) const override;
  Config get_config() const override;  ///< {"rules": […]}
  static Sum from_config(const Config& config);
  void check_slot(const PenaltySlot& slot, std::string_view owner) const override;
  std::vector<std::shared_ptr<const Regularizer>> parts() const override { return rules_; }
  std::shared_ptr<const Regularizer> attached_to(const Tensor& value) const override;
  std::vector<Tensor> kept() const override;
  std::shared_ptr<const Regularizer> with_kept(std::span<const Tensor> tensors) const override;
  std::optional<ProximalForm> proximal_form(std::int64_t step) const override;
  void shrink_groups(const Variable& weight, const ProximalSteps& steps) const override;
  bool constant() const override;

 private:
  std::vector<std::shared_ptr<const Regularizer>> rules_;
};

}  // namespace strata::regularizers
