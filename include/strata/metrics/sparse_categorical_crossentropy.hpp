// SparseCategoricalCrossentropy: the running mean of the crossentropy with labels.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

struct SparseCategoricalCrossentropyOptions {
  bool from_logits = false;  ///< Whether predictions are logits rather than probabilities.
  int axis = -1;             ///< The class axis of the predictions.
  std::string name = "sparse_categorical_crossentropy";
};

/// The mean of `-ln p[label]`, with p divided by its sum and clipped to [1e-7, 1 - 1e-7], or
/// `p = softmax(y_pred)` from logits.
///
/// Labels in the shape of the predictions without their class axis; raises InvalidArgument on one
/// that is no class.
///
/// See https://keras.io/api/metrics/probabilistic_metrics/#sparsecategoricalcrossentropy-class.
class SparseCategoricalCrossentropy : public MeanMetric {
 public:
  using Options = SparseCategoricalCrossentropyOptions;

  explicit SparseCategoricalCrossentropy(const Options& options = {});

  Config get_config() const override;  ///< {"name", "dtype", "from_logits", "axis"}
  static SparseCategoricalCrossentropy from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::metrics
