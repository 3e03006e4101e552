// CosineDecayRestarts: cosine decay that starts again, over longer and longer periods.
#pragma once

#include <string>

#include "strata/core/required.hpp"
#include "strata/optimizers/learning_rate.hpp"

namespace strata::optimizers::schedules {

struct CosineDecayRestartsOptions {
  Required<float> initial_learning_rate;
  Required<double> first_decay_steps;  ///< Steps of the first period; > 0.
  float t_mul = 2.0f;                  ///< Factor on the length of each next period; >= 1.
  float m_mul = 1.0f;                  ///< Factor on the decaying part in each next period; >= 0.
  float alpha = 0.0f;  ///< Rate at the end of a period, as a fraction of the initial one.
  std::string name = "SGDRDecay";
};

/// `initial_learning_rate * ((1 - alpha) * m_mul^i * (1 + cos(pi * f)) / 2 + alpha)` in
/// period `i`, counted from 0, which takes `first_decay_steps * t_mul^i` steps; `f` is the fraction of
/// it that has passed. Raises InvalidArgument on numbers out of range. Where rounding decides whether
/// a step is the last of one period or the first of the next, it is the first of the next.
/// See also https://arxiv.org/abs/1608.03983.
/// See https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay_restarts/.
class CosineDecayRestarts : public LearningRateSchedule {
 public:
  using Options = CosineDecayRestartsOptions;

  explicit CosineDecayRestarts(Options options);

  float operator()(std::int64_t step) const override;
  Config get_config() const override;
  static CosineDecayRestarts from_config(const Config& config);

 private:
  Options options_;
};

}  // namespace strata::optimizers::schedules
