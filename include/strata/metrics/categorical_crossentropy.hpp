// CategoricalCrossentropy: the running mean of the categorical crossentropy.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

struct CategoricalCrossentropyOptions {
  bool from_logits = false;      ///< Whether predictions are logits rather than probabilities.
  float label_smoothing = 0.0f;  ///< In [0, 1]: `t (1 - s) + s / classes`.
  int axis = -1;                 ///< The class axis.
  std::string name = "categorical_crossentropy";
};

/// The mean of `-sum(t ln p)`, with p divided by its sum and clipped to [1e-7, 1 - 1e-7], or
/// `p = softmax(y_pred)` from logits.
///
/// Targets and predictions have the same shape.
///
/// See https://keras.io/api/metrics/probabilistic_metrics/#categoricalcrossentropy-class.
class CategoricalCrossentropy : public MeanMetric {
 public:
  using Options = CategoricalCrossentropyOptions;

  explicit CategoricalCrossentropy(const Options& options = {});

  Config get_config()
      const override;  ///< {"name", "dtype", "from_logits", "label_smoothing", "axis"}
  static CategoricalCrossentropy from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::metrics
