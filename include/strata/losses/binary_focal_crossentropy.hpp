// BinaryFocalCrossentropy: the loss of yes and no where most answers are easy.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

struct BinaryFocalCrossentropyOptions {
  bool apply_class_balancing = false;  ///< Weigh positives by alpha, negatives by 1 - alpha.
  float alpha = 0.25f;                 ///< Finite; counts only with `apply_class_balancing`.
  float gamma = 2.0f;                  ///< How much easy answers are held down: finite, >= 0.
  bool from_logits = false;            ///< Whether predictions are logits.
  float label_smoothing = 0.0f;        ///< In [0, 1]: `t (1 - s) + s / 2`.
  int axis = -1;                       ///< What the mean is taken over.
  std::string reduction = "sum_over_batch_size";
  std::string name = "binary_focal_crossentropy";
};

/// The mean over `axis` of `w (1 - p_t)^gamma b`: b is the binary crossentropy of an element, as
/// BinaryCrossentropy has it, `p_t = t p + (1 - t)(1 - p)` the probability of what is right, with
/// `p = sigmoid(y_pred)` from logits, and w is 1, or, with `apply_class_balancing`,
/// `t alpha + (1 - t)(1 - alpha)`.
///
/// Targets, in [0, 1], and predictions have the same shape, else ShapeError. Raises InvalidArgument
/// on a bad alpha, gamma or `label_smoothing`.
/// See https://keras.io/api/losses/probabilistic_losses/#binaryfocalcrossentropy-class.
class BinaryFocalCrossentropy : public Loss {
 public:
  using Options = BinaryFocalCrossentropyOptions;

  explicit BinaryFocalCrossentropy(const Options& options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  int class_axis() const override { return options_.axis; }
  /// {"name", "reduction", "from_logits", "label_smoothing", "axis", "apply_class_balancing",
  /// "alpha", "gamma"}
  Config get_config() const override;
  static BinaryFocalCrossentropy from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::losses
