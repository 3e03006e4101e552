// CosineSimilarity: the running mean of cosines.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

struct CosineSimilarityOptions {
  int axis = -1;  ///< Along which the vectors lie.
  std::string name = "cosine_similarity";
};

/// The mean cosine of the angle between targets and predictions: 1 for the same direction (the loss
/// is its negative).
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack.
///
/// See https://keras.io/api/metrics/regression_metrics/#cosinesimilarity-class.
class CosineSimilarity : public MeanMetric {
 public:
  using Options = CosineSimilarityOptions;

  explicit CosineSimilarity(const Options& options = {});

  bool larger_is_better() const override { return true; }
  Config get_config() const override;  ///< {"name", "dtype", "axis"}
  static CosineSimilarity from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::metrics
