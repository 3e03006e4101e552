// TopKCategoricalAccuracy: how often the right class is among the k most likely, from one-hot
// targets.
#pragma once

#include <concepts>

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

struct TopKCategoricalAccuracyOptions {
  int k = 5;  ///< > 0
  std::string name = "top_k_categorical_accuracy";
};

/// The share of samples for which fewer than k classes have a larger prediction (or logit) than the
/// right one: ties count as in. A NaN is ahead of every number.
///
/// Targets and predictions have the same shape.
/// Raises InvalidArgument on a bad k and on a NaN target.
///
/// See https://keras.io/api/metrics/accuracy_metrics/#topkcategoricalaccuracy-class.
class TopKCategoricalAccuracy : public MeanMetric {
 public:
  using Options = TopKCategoricalAccuracyOptions;

  explicit TopKCategoricalAccuracy(const Options& options = {});
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit TopKCategoricalAccuracy(I k) : TopKCategoricalAccuracy(Options{.k = k}) {}

  bool larger_is_better() const override { return true; }
  Config get_config() const override;  ///< {"name", "dtype", "k"}
  static TopKCategoricalAccuracy from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::metrics
