// MeanSquaredError: the running mean of squared errors.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The mean of `(y_true - y_pred)^2`.
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack.
///
/// See https://keras.io/api/metrics/regression_metrics/#meansquarederror-class.
class MeanSquaredError : public MeanMetric {
 public:
  using Options = MetricOptions;

  explicit MeanSquaredError(const Options& options = {});

  static MeanSquaredError from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::metrics
