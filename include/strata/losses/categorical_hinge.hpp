// CategoricalHinge: the margin between the right class and the best other.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

/// `max(max((1 - y_true) * y_pred) - sum(y_true * y_pred) + 1, 0)` over the last axis; targets are
/// one-hot.
///
/// Targets and predictions have the same shape, else ShapeError.
/// See https://keras.io/api/losses/hinge_losses/#categoricalhinge-class.
class CategoricalHinge : public Loss {
 public:
  using Options = LossOptions;

  explicit CategoricalHinge(Options options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  static CategoricalHinge from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::losses
