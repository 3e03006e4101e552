// LogCoshError: the running mean of the LogCosh loss.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The mean of `ln(cosh(y_pred - y_true))`.
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack.
///
/// See https://keras.io/api/metrics/regression_metrics/#logcosherror-class.
class LogCoshError : public MeanMetric {
 public:
  using Options = MetricOptions;

  explicit LogCoshError(const Options& options = {});

  static LogCoshError from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::metrics
