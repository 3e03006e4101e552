// InverseTimeDecay: a rate that shrinks as one over the steps.
#pragma once

#include <string>

#include "strata/core/required.hpp"
#include "strata/optimizers/learning_rate.hpp"

namespace strata::optimizers::schedules {

struct InverseTimeDecayOptions {
  Required<float> initial_learning_rate;
  Required<double> decay_steps;  ///< In how many steps the divisor grows by `decay_rate`; > 0.
  Required<float> decay_rate;
  bool staircase = false;  ///< Only whole multiples of `decay_steps` count.
  std::string name = "InverseTimeDecay";
};

/// `initial_learning_rate / (1 + decay_rate * step / decay_steps)`; with `staircase` that quotient of
/// steps is rounded down. Raises InvalidArgument on a number that is not finite and unless
/// decay_steps > 0.
/// See https://keras.io/api/optimizers/learning_rate_schedules/inverse_time_decay/.
class InverseTimeDecay : public LearningRateSchedule {
 public:
  using Options = InverseTimeDecayOptions;

  explicit InverseTimeDecay(Options options);

  float operator()(std::int64_t step) const override;
  Config get_config() const override;
  static InverseTimeDecay from_config(const Config& config);

 private:
  Options options_;
};

}  // namespace strata::optimizers::schedules
