// CosineDecay: a learning rate that decays along half a cosine wave, after an optional warmup.
#pragma once

#include <optional>
#include <string>

#include "strata/core/required.hpp"
#include "strata/optimizers/learning_rate.hpp"

namespace strata::optimizers::schedules {

struct CosineDecayOptions {
  Required<float> initial_learning_rate;
  Required<double> decay_steps;  ///< Steps of the decay, after the warmup; > 0.
  float alpha = 0.0f;            ///< Final rate as a fraction of the rate that the decay starts at.
  std::string name = "CosineDecay";
  /// The rate at the end of the warmup, which is linear. Default: no warmup.
  std::optional<float> warmup_target = {};
  double warmup_steps = 0.0;  ///< Steps of the warmup; >= 0. Ignored without a target.
};

/// `top * ((1 - alpha) * (1 + cos(pi * s / decay_steps)) / 2 + alpha)` where `top` is
/// `initial_learning_rate` and `s = min(step, decay_steps)`; with a `warmup_target` that is the top,
/// and `s` counts from the end of the warmup. Raises InvalidArgument on a number that is not finite,
/// unless decay_steps > 0, and on negative warmup_steps.
/// See https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/.
class CosineDecay : public LearningRateSchedule {
 public:
  using Options = CosineDecayOptions;

  explicit CosineDecay(Options options);

  float operator()(std::int64_t step) const override;
  Config get_config() const override;
  static CosineDecay from_config(const Config& config);

 private:
  Options options_;
};

}  // namespace strata::optimizers::schedules
