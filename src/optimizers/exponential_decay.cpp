// ExponentialDecay: its formula, its checks and its config.
#include "strata/optimizers/exponential_decay.hpp"

#include <cmath>

#include "optimizers/schedule_fields.hpp"

namespace strata::optimizers::schedules {

template <class Fields>
void list_fields(Fields& fields, ExponentialDecayOptions& options) {
  fields("initial_learning_rate", options.initial_learning_rate);
  list_steps(fields, "decay_steps", options.decay_steps);
  fields("decay_rate", options.decay_rate);
  fields.truth("staircase", options.staircase);
  fields.or_default("name", options.name);
}

ExponentialDecay::ExponentialDecay(Options options) : options_(std::move(options)) {
  check_finite("ExponentialDecay", "initial_learning_rate", options_.initial_learning_rate);
  check_steps("ExponentialDecay", "decay_steps", options_.decay_steps);
  check_finite("ExponentialDecay", "decay_rate", options_.decay_rate);
}

float ExponentialDecay::operator()(std::int64_t step) const {
  const double periods = periods_of(step, options_.decay_steps, options_.staircase);
  return static_cast<float>(double{options_.initial_learning_rate.value()} *
                            std::pow(double{options_.decay_rate.value()}, periods));
}

Config ExponentialDecay::get_config() const { return options_to_config(options_); }

ExponentialDecay ExponentialDecay::from_config(const Config& config) {
  check_keys("ExponentialDecay", config, {"initial_learning_rate", "decay_steps", "decay_rate"});
  return ExponentialDecay(options_from_config<Options>(
      "ExponentialDecay", config,
      {.initial_learning_rate = 0.0f, .decay_steps = 1.0, .decay_rate = 0.0f}));
}

}  // namespace strata::optimizers::schedules
