// Hinge: the running mean of the hinge loss.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The mean of `max(1 - y_true * y_pred, 0)`; where a batch's targets are all 0 or 1, 0 stands for
/// -1.
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack.
///
/// See https://keras.io/api/metrics/hinge_metrics/#hinge-class.
class Hinge : public MeanMetric {
 public:
  using Options = MetricOptions;

  explicit Hinge(const Options& options = {});

  static Hinge from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::metrics
