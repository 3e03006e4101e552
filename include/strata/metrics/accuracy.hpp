// Accuracy: how often predictions equal targets.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The share of elements with `y_pred == y_true`. A NaN prediction is wrong.
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack. Raises
/// InvalidArgument on a NaN target.
///
/// See https://keras.io/api/metrics/accuracy_metrics/#accuracy-class.
class Accuracy : public MeanMetric {
 public:
  using Options = MetricOptions;

  explicit Accuracy(const Options& options = {});

  bool larger_is_better() const override { return true; }
  static Accuracy from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::metrics
