// MeanAbsoluteError: the loss that outliers move least.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

/// `mean(|y_true - y_pred|)` over the last axis; the gradient where they are equal is 0.
///
/// Targets and predictions have the same shape, else ShapeError.
/// See https://keras.io/api/losses/regression_losses/#meanabsoluteerror-class.
class MeanAbsoluteError : public Loss {
 public:
  using Options = LossOptions;

  explicit MeanAbsoluteError(Options options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  static MeanAbsoluteError from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::losses
