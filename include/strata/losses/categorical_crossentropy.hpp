// CategoricalCrossentropy: the loss of one class among several, from one-hot targets.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

struct CategoricalCrossentropyOptions {
  bool from_logits = false;  ///< Whether predictions are logits rather than probabilities.
  /// In [0, 1]: targets are drawn towards equal shares, `t (1 - s) + s / classes`.
  float label_smoothing = 0.0f;
  int axis = -1;  ///< The class axis.
  std::string reduction = "sum_over_batch_size";
  std::string name = "categorical_crossentropy";
};

/// `-sum(t ln p)` over `axis`, with p divided by its sum and then clipped to [1e-7, 1 - 1e-7]
/// (which has no gradient where it clips), or `p = softmax(y_pred)` from logits.
///
/// Targets, one-hot or distributions, and predictions have the same shape, else ShapeError.
/// Raises InvalidArgument on a bad `label_smoothing`.
/// See https://keras.io/api/losses/probabilistic_losses/#categoricalcrossentropy-class.
class CategoricalCrossentropy : public Loss {
 public:
  using Options = CategoricalCrossentropyOptions;

  explicit CategoricalCrossentropy(const Options& options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  int class_axis() const override { return options_.axis; }
  /// {"name", "reduction", "from_logits", "label_smoothing", "axis"}
  Config get_config() const override;
  static CategoricalCrossentropy from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::losses
