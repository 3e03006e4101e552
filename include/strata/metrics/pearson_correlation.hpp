// PearsonCorrelation: the running mean of Pearson's correlation coefficients.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

struct PearsonCorrelationOptions {
  int axis = -1;  ///< Along which a coefficient is computed; 0 for one per output of a batch.
  std::string name = "pearson_correlation";
};

/// The mean of `mean((t - mean(t)) (p - mean(p))) / (std(t) std(p))` along
/// `axis`: 1 where predictions and targets lie on a rising line, -1 on a falling one; NaN where either
/// doesn't vary.
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack; else
/// ShapeError. Coefficients are computed batch by batch: along axis 0 they depend on the batches.
///
/// See https://keras.io/api/metrics/regression_metrics/.
class PearsonCorrelation : public MeanMetric {
 public:
  using Options = PearsonCorrelationOptions;

  explicit PearsonCorrelation(const Options& options = {});

  bool larger_is_better() const override { return true; }
  Config get_config() const override;  ///< {"name", "dtype", "axis"}
  static PearsonCorrelation from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::metrics
