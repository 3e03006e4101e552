// Huber: squared errors near 0, absolute ones far from it.
#pragma once

#include "strata/core/number.hpp"
#include "strata/losses/loss.hpp"

namespace strata::losses {

struct HuberOptions {
  float delta = 1.0f;  ///< Where the parabola becomes a line: finite, > 0.
  std::string reduction = "sum_over_batch_size";
  std::string name = "huber_loss";
};

/// The mean over the last axis of `e^2 / 2` where `|e| <= delta`, else `delta |e| - delta^2 / 2`,
/// with `e = y_pred - y_true`.
///
/// Targets and predictions have the same shape, else ShapeError. Raises InvalidArgument on a bad
/// delta. Configs keep a delta that is not the default, which Keras reads but doesn't write.
/// See https://keras.io/api/losses/regression_losses/#huber-class.
class Huber : public Loss {
 public:
  using Options = HuberOptions;

  explicit Huber(const Options& options = {});
  template <Number N>
  explicit Huber(N delta) : Huber(Options{.delta = static_cast<float>(delta)}) {}

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;
  Config get_config() const override;
  static Huber from_config(const Config& config);
  float delta() const { return options_.delta; }

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  Options options_;
};

}  // namespace strata::losses
