// Poisson: the running mean of the Poisson loss.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The mean of `y_pred - y_true * ln(y_pred + 1e-7)`.
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack.
///
/// See https://keras.io/api/metrics/probabilistic_metrics/#poisson-class.
class Poisson : public MeanMetric {
 public:
  using Options = MetricOptions;

  explicit Poisson(const Options& options = {});

  static Poisson from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::metrics
