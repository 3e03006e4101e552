// Towards: another penalty, on how far a weight is from where it was.
#pragma once

#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

struct TowardsOptions {
  RegularizerSpec rule = {};  ///< Any but none and another Towards.
  Tensor reference = {};      ///< Default: the weight's value when the rule is set on it.
};

/// `rule(w - reference)`: with L2, L2-SP, which keeps a model near the weights that it came with.
///
///     model.load_weights("pretrained.weights.h5");
///     layer.set_regularizer("kernel", regularizers::Towards(regularizers::L2(0.01f)));
///
/// Without a reference, each weight that the rule is set on keeps its value of that moment: the
/// initial one if the rule is among the options of a layer that is built later. Values that are
/// loaded over the weight afterwards change nothing. Files hold it beside the weight; configs hold
/// only a reference that was given.
///
/// Raises InvalidArgument on no rule and on an output, ShapeError on a weight of another shape than
/// the reference. Source: arXiv:1802.01483.
class Towards : public Regularizer {
 public:
  using Options = TowardsOptions;

  explicit Towards(Options options);
  explicit Towards(RegularizerSpec rule, Tensor reference = {});

  /// Raises StateError without a reference.
  Tensor operator()(const Tensor& x) const override;
  Tensor penalty(const Tensor& x, const WeightAxes& axes) const override;
  Config get_config() const override;  ///< {"rule": …, "reference": …}
  static Towards from_config(const Config& config);
  void check_slot(const PenaltySlot& slot, std::string_view owner) const override;
  std::shared_ptr<const Regularizer> attached_to(const Tensor& value) const override;
  std::vector<Tensor> kept() const override;
  std::shared_ptr<const Regularizer> with_kept(std::span<const Tensor> tensors) const override;
  std::optional<ProximalForm> proximal_form(std::int64_t step) const override;
  void shrink_groups(const Variable& weight, const ProximalSteps& steps) const override;
  const RegularizerSpec& rule() const { return options_.rule; }
  /// Undefined until there is one.
  const Tensor& reference() const { return options_.reference; }

 private:
  Tensor distance(const Tensor& x) const;

  Options options_;
  bool attached_ = false;  // whether the reference is a weight's value, and not one that was given
};

using towards = Towards;

}  // namespace strata::regularizers
