// MeanAbsolutePercentageError: the running mean of errors relative to their targets.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The mean of `100 * |y_true - y_pred| / max(|y_true|, 1e-7)`.
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack.
///
/// See https://keras.io/api/metrics/regression_metrics/#meanabsolutepercentageerror-class.
class MeanAbsolutePercentageError : public MeanMetric {
 public:
  using Options = MetricOptions;

  explicit MeanAbsolutePercentageError(const Options& options = {});

  static MeanAbsolutePercentageError from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::metrics
