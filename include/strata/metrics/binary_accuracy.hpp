// BinaryAccuracy: how often yes is yes and no is no.
#pragma once

#include "strata/core/options_origin.hpp"
#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

struct BinaryAccuracyOptions {
  float threshold = 0.5f;  ///< A prediction above it is a 1. In (0, 1); any from a config.
  std::string name = "binary_accuracy";
};

/// The share of elements where `y_pred > threshold` is what the target, 0 or 1, says. A NaN
/// prediction is wrong.
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack. Raises
/// InvalidArgument on a bad threshold and on a NaN target.
///
/// See https://keras.io/api/metrics/accuracy_metrics/#binaryaccuracy-class.
class BinaryAccuracy : public MeanMetric {
 public:
  using Options = BinaryAccuracyOptions;

  explicit BinaryAccuracy(const Options& options = {});

  bool larger_is_better() const override { return true; }
  Config get_config() const override;  ///< {"name", "dtype", "threshold"}
  static BinaryAccuracy from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  BinaryAccuracy(const Options& options, OptionsOrigin origin);
  Options options_;
};

}  // namespace strata::metrics
