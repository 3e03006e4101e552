// MeanAbsoluteError: the running mean of absolute errors.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The mean of `|y_true - y_pred|`.
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack.
///
/// See https://keras.io/api/metrics/regression_metrics/#meanabsoluteerror-class.
class MeanAbsoluteError : public MeanMetric {
 public:
  using Options = MetricOptions;

  explicit MeanAbsoluteError(const Options& options = {});

  static MeanAbsoluteError from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::metrics
