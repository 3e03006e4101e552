// Tversky: the loss of a segmentation's overlap, with errors of both kinds weighed apart.
#pragma once

#include "strata/core/axis_list.hpp"
#include "strata/losses/loss.hpp"

namespace strata::losses {

struct TverskyOptions {
  float alpha = 0.5f;  ///< Weight of false negatives, `sum(y_true (1 - y_pred))`; finite.
  float beta = 0.5f;   ///< Weight of false positives, `sum((1 - y_true) y_pred)`; finite.
  /// What is summed over. Default: all axes, the batch's too; `{1, 2, 3}` for one loss per image.
  OptionalAxisList axis = {};
  std::string reduction = "sum_over_batch_size";
  std::string name = "tversky";
};

/// `1 - i / (i + alpha sum(t (1 - p)) + beta sum((1 - t) p) + 1e-7)`, with `i = sum(t p)`. With
/// alpha and beta of 0.5 it is Dice, with 1 one minus the intersection over the union.
///
/// Keras calls what alpha weighs false positives; by the usual names it is the false negatives.
///
/// Targets and predictions have the same shape, else ShapeError; so does an axis raise that is not
/// there. Raises InvalidArgument on a bad alpha or beta.
/// See https://keras.io/api/losses/regression_losses/.
class Tversky : public Loss {
 public:
  using Options = TverskyOptions;

  explicit Tversky(const Options& options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  Config get_config() const override;  ///< {"name", "reduction", "alpha", "beta", "axis"}
  static Tversky from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::losses
