// Precision: the share of positive predictions that are right.
#pragma once

#include "strata/metrics/confusion_metric.hpp"

namespace strata::metrics {

/// `TP / (TP + FP)`, the share of positive predictions that are right; 0 where there are none. With several
/// thresholds `results` has one value for each, and `result` is their mean.
///
/// Targets and predictions as ConfusionMetric has them. Raises InvalidArgument on a bad option, and
/// ShapeError on predictions without that class, or with fewer than k.
///
/// See https://keras.io/api/metrics/classification_metrics/#precision-class.
class Precision : public ConfusionMetric {
 public:
  using Options = PrecisionOptions;

  explicit Precision(const Options& options = {});

  bool larger_is_better() const override { return true; }
  Config get_config() const override;  ///< {"name", "dtype", "thresholds", "top_k", "class_id"}
  static Precision from_config(const Config& config);

 protected:
  double figure(const Confusion& at) const override { return at.precision(); }

 private:
  Options options_;
};

}  // namespace strata::metrics
