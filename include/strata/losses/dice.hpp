// Dice: the loss of a segmentation's overlap.
#pragma once

#include "strata/core/axis_list.hpp"
#include "strata/losses/loss.hpp"

namespace strata::losses {

struct DiceOptions {
  /// What is summed over. Default: all axes, the batch's too; `{1, 2, 3}` for one loss per image.
  OptionalAxisList axis = {};
  std::string reduction = "sum_over_batch_size";
  std::string name = "dice";
};

/// `1 - 2 sum(t p) / (sum(t) + sum(p) + 1e-7)`: 0 where targets and predictions are the same 0s and
/// 1s, 1 where they share nothing.
///
/// Targets and predictions have the same shape, else ShapeError; so does an axis raise that is not
/// there.
/// See https://keras.io/api/losses/regression_losses/.
class Dice : public Loss {
 public:
  using Options = DiceOptions;

  explicit Dice(const Options& options = {});

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  Config get_config() const override;  ///< {"name", "reduction", "axis"}
  static Dice from_config(const Config& config);

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::losses
