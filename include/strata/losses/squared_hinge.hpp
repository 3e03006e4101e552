// SquaredHinge: the hinge loss, squared.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

/// `mean(max(1 - y_true * y_pred, 0)^2)` over the last axis. Targets are -1 and 1; if all are 0 or
/// 1, 0 stands for -1.
///
/// Targets and predictions have the same shape, else ShapeError.
/// See https://keras.io/api/losses/hinge_losses/#squaredhinge-class.
class SquaredHinge : public Loss {
 public:
  using Options = LossOptions;

  explicit SquaredHinge(Options options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  static SquaredHinge from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::losses
