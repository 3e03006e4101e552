// MeanSquaredLogarithmicError: squared errors of growth rates.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

/// `mean((ln(max(y_true, 1e-7) + 1) - ln(max(y_pred, 1e-7) + 1))^2)` over the last axis.
///
/// Targets and predictions have the same shape, else ShapeError.
/// See https://keras.io/api/losses/regression_losses/#meansquaredlogarithmicerror-class.
class MeanSquaredLogarithmicError : public Loss {
 public:
  using Options = LossOptions;

  explicit MeanSquaredLogarithmicError(Options options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  static MeanSquaredLogarithmicError from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::losses
