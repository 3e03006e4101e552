// KLDivergence: the running mean of the Kullback-Leibler divergence.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The mean of `sum(y_true * ln(y_true / y_pred))`, both clipped to [1e-7, 1].
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack.
///
/// See https://keras.io/api/metrics/probabilistic_metrics/#kldivergence-class.
class KLDivergence : public MeanMetric {
 public:
  using Options = MetricOptions;

  explicit KLDivergence(const Options& options = {});

  static KLDivergence from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;
};

}  // namespace strata::metrics
