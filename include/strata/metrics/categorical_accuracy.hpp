// CategoricalAccuracy: how often the likeliest class is the right one, from one-hot targets.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The share of samples whose largest prediction (or logit) stands where the largest target stands.
/// Among equals the first counts. A sample with a NaN prediction is wrong.
///
/// Targets and predictions have the same shape. Raises InvalidArgument on a NaN target.
///
/// See https://keras.io/api/metrics/accuracy_metrics/#categoricalaccuracy-class.
class CategoricalAccuracy : public MeanMetric {
 public:
  using Options = MetricOptions;

  explicit CategoricalAccuracy(const Options& options = {});

  bool larger_is_better() const override { return true; }
  static CategoricalAccuracy from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::metrics
