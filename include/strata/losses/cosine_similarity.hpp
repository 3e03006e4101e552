// CosineSimilarity: the loss of directions.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

struct CosineSimilarityOptions {
  int axis = -1;  ///< Along which the vectors lie.
  std::string reduction = "sum_over_batch_size";
  std::string name = "cosine_similarity";
};

/// Minus the cosine of the angle between target and prediction: -1 for the same direction, 0 for a
/// right angle or a zero vector, 1 for opposite ones.
///
/// Targets and predictions have the same shape, else ShapeError. Configs keep an axis that is not
/// the default, which Keras reads but doesn't write.
/// See https://keras.io/api/losses/regression_losses/#cosinesimilarity-class.
class CosineSimilarity : public Loss {
 public:
  using Options = CosineSimilarityOptions;

  explicit CosineSimilarity(const Options& options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  Config get_config() const override;
  static CosineSimilarity from_config(const Config& config);
  int axis() const { return options_.axis; }

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::losses
