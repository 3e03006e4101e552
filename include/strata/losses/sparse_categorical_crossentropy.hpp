// SparseCategoricalCrossentropy: the loss of one class among several, from labels.
#pragma once

#include <optional>

#include "strata/losses/loss.hpp"

namespace strata::losses {

struct SparseCategoricalCrossentropyOptions {
  bool from_logits = false;  ///< Whether predictions are logits rather than probabilities.
  /// Positions with this label count for nothing: value and gradient are 0, and means leave them
  /// out. Need not be one of the classes: -1, 255.
  std::optional<int> ignore_class = {};
  int axis = -1;  ///< The class axis of the predictions.
  std::string reduction = "sum_over_batch_size";
  std::string name = "sparse_categorical_crossentropy";
};

/// `-ln p[label]`, with p divided by its sum over the classes and then clipped to
/// [1e-7, 1 - 1e-7] (which has no gradient where it clips), or `p = softmax(y_pred)` from logits.
///
/// Labels, whole numbers in [0, classes), in the shape of the predictions without their class axis;
/// a last axis of 1 more does no harm. Raises ShapeError on other shapes, InvalidArgument on other
/// labels. Configs keep an axis that is not the default.
/// See https://keras.io/api/losses/probabilistic_losses/#sparsecategoricalcrossentropy-class.
class SparseCategoricalCrossentropy : public Loss {
 public:
  using Options = SparseCategoricalCrossentropyOptions;

  explicit SparseCategoricalCrossentropy(const Options& options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  int class_axis() const override { return options_.axis; }
  Config get_config() const override;  ///< {"name", "reduction", "from_logits", "ignore_class"}
  static SparseCategoricalCrossentropy from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;
  Tensor mask(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::losses
