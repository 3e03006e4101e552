// BinaryCrossentropy: the loss of yes and no.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

struct BinaryCrossentropyOptions {
  bool from_logits = false;  ///< Whether predictions are logits rather than probabilities.
  /// In [0, 1]: targets are drawn towards 1/2, `t (1 - s) + s / 2`.
  float label_smoothing = 0.0f;
  int axis = -1;  ///< What the mean is taken over.
  std::string reduction = "sum_over_batch_size";
  std::string name = "binary_crossentropy";
};

/// The mean over `axis` of `-(t ln p + (1 - t) ln(1 - p))`, with p clipped to [1e-7, 1 - 1e-7]
/// (which has no gradient where it clips), or the same of `sigmoid(y_pred)` from logits, exact for
/// logits of any size.
///
/// Targets, in [0, 1], and predictions have the same shape, else ShapeError.
/// Raises InvalidArgument on a bad `label_smoothing`.
/// See https://keras.io/api/losses/probabilistic_losses/#binarycrossentropy-class.
class BinaryCrossentropy : public Loss {
 public:
  using Options = BinaryCrossentropyOptions;

  explicit BinaryCrossentropy(const Options& options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  int class_axis() const override { return options_.axis; }
  /// {"name", "reduction", "from_logits", "label_smoothing", "axis"}
  Config get_config() const override;
  static BinaryCrossentropy from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::losses
