// LogCosh: squared errors near 0, absolute ones far from it, smooth throughout.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

/// `mean(ln(cosh(y_pred - y_true)))` over the last axis, without overflow.
///
/// Targets and predictions have the same shape, else ShapeError.
/// See https://keras.io/api/losses/regression_losses/#logcosh-class.
class LogCosh : public Loss {
 public:
  using Options = LossOptions;

  explicit LogCosh(Options options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  static LogCosh from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::losses
