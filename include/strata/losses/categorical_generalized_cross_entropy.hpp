// CategoricalGeneralizedCrossEntropy: the loss of one class among several, for labels of which some
// are wrong.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

struct CategoricalGeneralizedCrossEntropyOptions {
  /// In (0, 1): near 0 a crossentropy, near 1 an absolute error, which wrong labels harm less.
  float q = 0.5f;
  std::string reduction = "sum_over_batch_size";
  std::string name = "categorical_generalized_cross_entropy";
};

/// `(1 - p[label]^q) / q`, of probabilities p along the last axis. A probability of 0 has no
/// gradient.
///
/// Labels, whole numbers in [0, classes), in the shape of the predictions without their last axis;
/// a last axis of 1 more does no harm. Raises ShapeError on other shapes, InvalidArgument on other
/// labels and on a bad q.
/// See https://keras.io/api/losses/probabilistic_losses/.
class CategoricalGeneralizedCrossEntropy : public Loss {
 public:
  using Options = CategoricalGeneralizedCrossEntropyOptions;

  explicit CategoricalGeneralizedCrossEntropy(const Options& options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  Config get_config() const override;  ///< {"name", "reduction", "q"}
  static CategoricalGeneralizedCrossEntropy from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::losses
