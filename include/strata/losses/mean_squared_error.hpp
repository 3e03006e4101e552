// MeanSquaredError: the loss of least squares.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

/// `mean((y_true - y_pred)^2)` over the last axis.
///
/// Targets and predictions have the same shape, else ShapeError.
/// See https://keras.io/api/losses/regression_losses/#meansquarederror-class.
class MeanSquaredError : public Loss {
 public:
  using Options = LossOptions;

  explicit MeanSquaredError(Options options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  static MeanSquaredError from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::losses
