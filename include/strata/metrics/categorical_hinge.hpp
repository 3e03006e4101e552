// CategoricalHinge: the running mean of the categorical hinge loss.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The mean of `max(max((1 - y_true) * y_pred) - sum(y_true * y_pred) + 1, 0)`.
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack.
///
/// See https://keras.io/api/metrics/hinge_metrics/#categoricalhinge-class.
class CategoricalHinge : public MeanMetric {
 public:
  using Options = MetricOptions;

  explicit CategoricalHinge(const Options& options = {});

  static CategoricalHinge from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::metrics
