// Circle: the loss of embeddings, which draws those of one label together and others apart.
#pragma once

#include "strata/losses/loss.hpp"

namespace strata::losses {

struct CircleOptions {
  float gamma = 80.0f;          ///< The scale of the similarities: finite.
  float margin = 0.4f;          ///< How strict it is: finite; smaller is stricter.
  bool remove_diagonal = true;  ///< Whether an embedding is compared with itself.
  std::string reduction = "sum_over_batch_size";
  std::string name = "circle";
};

/// For each sample of the batch, `softplus(log sum exp(-gamma a d_p) + log sum exp(gamma b d_n))`,
/// over the other samples of its label and over those of other labels, as the circle loss of Sun et
/// al. (2020) has it: with the cosine distance s to the other one, at least 0, `a = margin + s`,
/// `d_p = margin - s`, `b = max(1 + margin - s, 0)`, `d_n = 1 - margin - s`. Samples whose loss is 0
/// are left out of a mean.
///
/// Embeddings `(batch, size)`, of length 1 each (which isn't checked); labels, whole numbers,
/// `(batch)` or `(batch, 1)`. Raises ShapeError on other shapes, InvalidArgument on other labels and
/// on a bad gamma or margin.
/// See https://keras.io/api/losses/metric_learning_losses/.
class Circle : public Loss {
 public:
  using Options = CircleOptions;

  explicit Circle(const Options& options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  /// {"name", "reduction", "gamma", "margin", "remove_diagonal"}
  Config get_config() const override;
  static Circle from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;
  Tensor mask(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::losses
