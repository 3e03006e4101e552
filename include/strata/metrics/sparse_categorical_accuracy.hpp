// SparseCategoricalAccuracy: how often the likeliest class is the right one, from labels.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The share of samples whose largest prediction (or logit) stands at the label. Among equals the
/// first counts. A sample with a NaN prediction is wrong.
///
/// Labels in the shape of the predictions without their last axis; -1 is no class, and never right.
/// Raises InvalidArgument on any other that is not a whole number in [0, classes).
///
/// See https://keras.io/api/metrics/accuracy_metrics/#sparsecategoricalaccuracy-class.
class SparseCategoricalAccuracy : public MeanMetric {
 public:
  using Options = MetricOptions;

  explicit SparseCategoricalAccuracy(const Options& options = {});

  bool larger_is_better() const override { return true; }
  static SparseCategoricalAccuracy from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::metrics
