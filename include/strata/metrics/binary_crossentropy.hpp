// BinaryCrossentropy: the running mean of the binary crossentropy.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

struct BinaryCrossentropyOptions {
  bool from_logits = false;      ///< Whether predictions are logits rather than probabilities.
  float label_smoothing = 0.0f;  ///< In [0, 1]: `t (1 - s) + s / 2`.
  std::string name = "binary_crossentropy";
};

/// The mean of `-(t ln p + (1 - t) ln(1 - p))`, with p clipped to [1e-7, 1 - 1e-7], or
/// `p = sigmoid(y_pred)` from logits.
///
/// Targets and predictions have the same shape, but for a last axis of 1 that one may lack.
///
/// See https://keras.io/api/metrics/probabilistic_metrics/#binarycrossentropy-class.
class BinaryCrossentropy : public MeanMetric {
 public:
  using Options = BinaryCrossentropyOptions;

  explicit BinaryCrossentropy(const Options& options = {});

  Config get_config() const override;  ///< {"name", "dtype", "from_logits", "label_smoothing"}
  static BinaryCrossentropy from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::metrics
