// Recall: the share of positive targets that are found.
#pragma once

#include "strata/metrics/confusion_metric.hpp"

namespace strata::metrics {

/// `TP / (TP + FN)`, the share of positive targets that are found; 0 where there are none. With several
/// thresholds `results` has one value for each, and `result` is their mean.
///
/// Targets and predictions as ConfusionMetric has them. Raises InvalidArgument on a bad option, and
/// ShapeError on predictions without that class, or with fewer than k.
///
/// See https://keras.io/api/metrics/classification_metrics/#recall-class.
class Recall : public ConfusionMetric {
 public:
  using Options = PrecisionOptions;

  explicit Recall(const Options& options = {});

  bool larger_is_better() const override { return true; }
  Config get_config() const override;  ///< {"name", "dtype", "thresholds", "top_k", "class_id"}
  static Recall from_config(const Config& config);

 protected:
  double figure(const Confusion& at) const override { return at.recall(); }

 private:
  Options options_;
};

}  // namespace strata::metrics
