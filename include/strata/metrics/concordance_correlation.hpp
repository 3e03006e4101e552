// ConcordanceCorrelation: the running mean of Lin's concordance correlation coefficients.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

struct ConcordanceCorrelationOptions {
  int axis = -1;  ///< Along which a coefficient is computed; 0 for one per output of a batch.
  std::string name = "concordance_correlation";
};

/// The mean of `2 cov(t, p) / (var(t) + var(p) + (mean(t) - mean(p))^2 + 1e-7)` along
/// `axis`: 1 where predictions are the targets, less where they only lie on a line.
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack; else
/// ShapeError. Coefficients are computed batch by batch: along axis 0 they depend on the batches.
///
/// See https://keras.io/api/metrics/regression_metrics/.
class ConcordanceCorrelation : public MeanMetric {
 public:
  using Options = ConcordanceCorrelationOptions;

  explicit ConcordanceCorrelation(const Options& options = {});

  bool larger_is_better() const override { return true; }
  Config get_config() const override;  ///< {"name", "dtype", "axis"}
  static ConcordanceCorrelation from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::metrics
