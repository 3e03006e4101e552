// MeanSquaredLogarithmicError: the running mean of squared errors of growth rates.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The mean of `(ln(max(y_true, 1e-7) + 1) - ln(max(y_pred, 1e-7) + 1))^2`.
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack.
///
/// See https://keras.io/api/metrics/regression_metrics/#meansquaredlogarithmicerror-class.
class MeanSquaredLogarithmicError : public MeanMetric {
 public:
  using Options = MetricOptions;

  explicit MeanSquaredLogarithmicError(const Options& options = {});

  static MeanSquaredLogarithmicError from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::metrics
