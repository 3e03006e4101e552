// MeanAbsolutePercentageError: errors relative to their targets.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

/// `100 * mean(|y_true - y_pred| / max(|y_true|, 1e-7))` over the last axis.
///
/// Targets and predictions have the same shape, else ShapeError.
/// See https://keras.io/api/losses/regression_losses/#meanabsolutepercentageerror-class.
class MeanAbsolutePercentageError : public Loss {
 public:
  using Options = LossOptions;

  explicit MeanAbsolutePercentageError(Options options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  static MeanAbsolutePercentageError from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::losses
