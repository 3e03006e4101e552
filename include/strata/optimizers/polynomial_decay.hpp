// PolynomialDecay: a rate that falls to its end along a power of the steps left.
#pragma once

#include <string>

#include "strata/core/required.hpp"
#include "strata/optimizers/learning_rate.hpp"

namespace strata::optimizers::schedules {

struct PolynomialDecayOptions {
  Required<float> initial_learning_rate;
  Required<double> decay_steps;  ///< Steps until the end rate; > 0.
  float end_learning_rate = 0.0001f;
  float power = 1.0f;  ///< 1: linear.
  bool cycle = false;  ///< Whether, after `decay_steps`, it decays towards the next multiple.
  std::string name = "PolynomialDecay";
};

/// `(initial - end) * (1 - min(step, decay_steps) / decay_steps)^power + end`. With `cycle`, in place
/// of the minimum, decay_steps becomes its first multiple that is no smaller than the step. Raises
/// InvalidArgument on a number that is not finite and unless decay_steps > 0.
/// See https://keras.io/api/optimizers/learning_rate_schedules/polynomial_decay/.
class PolynomialDecay : public LearningRateSchedule {
 public:
  using Options = PolynomialDecayOptions;

  explicit PolynomialDecay(Options options);

  float operator()(std::int64_t step) const override;
  Config get_config() const override;
  static PolynomialDecay from_config(const Config& config);

 private:
  Options options_;
};

}  // namespace strata::optimizers::schedules
