// ExponentialDecay: a rate that shrinks by a factor every so many steps.
#pragma once

#include <string>

#include "strata/core/required.hpp"
#include "strata/optimizers/learning_rate.hpp"

namespace strata::optimizers::schedules {

struct ExponentialDecayOptions {
  Required<float> initial_learning_rate;
  Required<double> decay_steps;  ///< In how many steps the rate is multiplied by `decay_rate`; > 0.
  Required<float> decay_rate;
  bool staircase = false;  ///< Only whole multiples of `decay_steps` count.
  std::string name = "ExponentialDecay";
};

/// `initial_learning_rate * decay_rate^(step / decay_steps)`; with `staircase` that quotient is
/// rounded down. Raises InvalidArgument on a number that is not finite and unless decay_steps > 0.
/// See https://keras.io/api/optimizers/learning_rate_schedules/exponential_decay/.
class ExponentialDecay : public LearningRateSchedule {
 public:
  using Options = ExponentialDecayOptions;

  explicit ExponentialDecay(Options options);

  float operator()(std::int64_t step) const override;
  Config get_config() const override;
  static ExponentialDecay from_config(const Config& config);

 private:
  Options options_;
};

}  // namespace strata::optimizers::schedules
