// Proximal: a penalty that trains by its proximal operator, and so makes weights exactly zero.
#pragma once

#include "strata/regularizers/wrapping_rule.hpp"

namespace strata::regularizers {

/// The same penalty as `rule`, in the loss, in `losses()` and in `penalties()`, but without a
/// gradient: instead the optimizer applies the rule's proximal operator to the weight after its own
/// step, before the constraint, within the same pass. Where a gradient of `L1` lets weights hover
/// around 0, they become exactly 0, and training comes to rest at the minimum of the whole loss.
///
///     layers::Dense({.units = 64, .kernel_regularizer = regularizers::Proximal(regularizers::L1(1e-3f))})
///
/// The step t of the operator is SGD's learning rate, over `1 - momentum` with momentum; each
/// element's own with Adam, AdamW, Nadam, RMSprop, Adagrad, Adamax and Adadelta: what the element's
/// gradient is multiplied by once it stands still. Such a step moves it by at most ten learning rates,
/// or ten times as far as the optimizer just did. Under `clipnorm` and `global_clipnorm` it is scaled
/// as the gradient is. A weight whose gradient is undefined is treated as if it were 0, and so
/// shrinks.
///
/// In a loop of one's own nothing has to be done: `Optimizer::apply` takes the step of every weight
/// that it is given. Other optimizers, and `clipvalue`, are refused there and by `compile`.
///
/// Raises InvalidArgument without a rule, and on one that has no proximal operator: L1, L2, L1L2,
/// GroupLasso, SparseGroupLasso, NuclearNorm (with one step for the whole weight: SGD), Towards of an
/// elementwise rule, and Sum of at most one each of L1, L2 and a group rule have one. Refused as an
/// activity regularizer.
/// See Parikh and Boyd, Proximal Algorithms, 2014.
class Proximal : public WrappingRule {
 public:
  explicit Proximal(RegularizerSpec rule);

  /// The rule's value, as a constant.
  Tensor operator()(const Tensor& x) const override;
  Tensor penalty(const Tensor& x, const WeightAxes& axes) const override;
  bool constant() const override { return true; }
  const Regularizer* proximal_rule() const override { return rule().rule().get(); }
  std::shared_ptr<const Regularizer> around(RegularizerSpec rule) const override;
  Config get_config() const override;  ///< {"rule": …}
  static Proximal from_config(const Config& config);
};

}  // namespace strata::regularizers
