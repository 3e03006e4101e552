// Poisson: the loss of counts, up to a constant.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

/// `mean(y_pred - y_true * ln(y_pred + 1e-7))` over the last axis.
///
/// Targets and predictions have the same shape, else ShapeError.
/// See https://keras.io/api/losses/probabilistic_losses/#poisson-class.
class Poisson : public Loss {
 public:
  using Options = LossOptions;

  explicit Poisson(Options options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  static Poisson from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::losses
