// RootMeanSquaredError: the size of a typical error, in the targets' unit.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The root of the mean of `(y_true - y_pred)^2` over all samples seen.
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack.
///
/// See https://keras.io/api/metrics/regression_metrics/#rootmeansquarederror-class.
class RootMeanSquaredError : public MeanMetric {
 public:
  using Options = MetricOptions;

  explicit RootMeanSquaredError(const Options& options = {});

  double result() const override;
  bool heeds_mask() const override { return false; }  ///< As in Keras, masked steps count.
  static RootMeanSquaredError from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::metrics
