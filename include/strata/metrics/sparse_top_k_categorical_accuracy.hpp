// SparseTopKCategoricalAccuracy: how often the right class is among the k most likely, from labels.
#pragma once

#include <concepts>

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

struct SparseTopKCategoricalAccuracyOptions {
  int k = 5;  ///< > 0
  std::string name = "sparse_top_k_categorical_accuracy";
};

/// The share of samples for which fewer than k classes have a larger prediction (or logit) than the
/// right one: ties count as in. A NaN is ahead of every number.
///
/// Labels in the shape of the predictions without their last axis; -1 is no class, and never right.
/// Raises InvalidArgument on a bad k and on any other label that is not a whole number in
/// [0, classes).
///
/// See https://keras.io/api/metrics/accuracy_metrics/#sparsetopkcategoricalaccuracy-class.
class SparseTopKCategoricalAccuracy : public MeanMetric {
 public:
  using Options = SparseTopKCategoricalAccuracyOptions;

  explicit SparseTopKCategoricalAccuracy(const Options& options = {});
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit SparseTopKCategoricalAccuracy(I k) : SparseTopKCategoricalAccuracy(Options{.k = k}) {}

  bool larger_is_better() const override { return true; }
  Config get_config() const override;  ///< {"name", "dtype", "k"}
  static SparseTopKCategoricalAccuracy from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::metrics
