// KLDivergence: the information lost by taking one distribution for another.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

/// `sum(y_true * ln(y_true / y_pred))` over the last axis, both clipped to [1e-7, 1]; a clipped
/// prediction has no gradient.
///
/// Targets and predictions have the same shape, else ShapeError.
/// See https://keras.io/api/losses/probabilistic_losses/#kldivergence-class.
class KLDivergence : public Loss {
 public:
  using Options = LossOptions;

  explicit KLDivergence(Options options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  static KLDivergence from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::losses
