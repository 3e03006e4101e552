// CategoricalFocalCrossentropy: the loss of one class among several where most answers are easy.
#pragma once

#include "strata/core/number_list.hpp"
#include "strata/losses/loss.hpp"

namespace strata::losses {

struct CategoricalFocalCrossentropyOptions {
  NumberList alpha = 0.25f;      ///< The weight of all classes, or one for each; finite.
  float gamma = 2.0f;            ///< How much easy answers are held down: finite, >= 0.
  bool from_logits = false;      ///< Whether predictions are logits rather than probabilities.
  float label_smoothing = 0.0f;  ///< In [0, 1]: `t (1 - s) + s / classes`.
  int axis = -1;                 ///< The class axis.
  std::string reduction = "sum_over_batch_size";
  std::string name = "categorical_focal_crossentropy";
};

/// `-sum(alpha (1 - p)^gamma t ln p)` over `axis`, with p divided by its sum and then clipped to
/// [1e-7, 1 - 1e-7] (which has no gradient where it clips), of `p = softmax(y_pred)` from logits.
///
/// Targets, one-hot or distributions, and predictions have the same shape, else ShapeError; so does
/// a list of alphas raise that doesn't have one for each class. Raises InvalidArgument on a bad
/// alpha, gamma or `label_smoothing`.
/// See https://keras.io/api/losses/probabilistic_losses/#categoricalfocalcrossentropy-class.
class CategoricalFocalCrossentropy : public Loss {
 public:
  using Options = CategoricalFocalCrossentropyOptions;

  explicit CategoricalFocalCrossentropy(const Options& options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  int class_axis() const override { return options_.axis; }
  /// {"name", "reduction", "from_logits", "label_smoothing", "axis", "alpha", "gamma"}
  Config get_config() const override;
  static CategoricalFocalCrossentropy from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::losses
