// InverseTimeDecay: its formula, its checks and its config.
#include "strata/optimizers/inverse_time_decay.hpp"

#include "optimizers/schedule_fields.hpp"

namespace strata::optimizers::schedules {

template <class Fields>
void list_fields(Fields& fields, InverseTimeDecayOptions& options) {
  fields("initial_learning_rate", options.initial_learning_rate);
  list_steps(fields, "decay_steps", options.decay_steps);
  fields("decay_rate", options.decay_rate);
  fields.truth("staircase", options.staircase);
  fields.or_default("name", options.name);
}

InverseTimeDecay::InverseTimeDecay(Options options) : options_(std::move(options)) {
  check_finite("InverseTimeDecay", "initial_learning_rate", options_.initial_learning_rate);
  check_steps("InverseTimeDecay", "decay_steps", options_.decay_steps);
  check_finite("InverseTimeDecay", "decay_rate", options_.decay_rate);
}

float InverseTimeDecay::operator()(std::int64_t step) const {
  const double periods = periods_of(step, options_.decay_steps, options_.staircase);
  return static_cast<float>(double{options_.initial_learning_rate.value()} /
                            (1.0 + double{options_.decay_rate.value()} * periods));
}

Config InverseTimeDecay::get_config() const { return options_to_config(options_); }

InverseTimeDecay InverseTimeDecay::from_config(const Config& config) {
  check_keys("InverseTimeDecay", config, {"initial_learning_rate", "decay_steps", "decay_rate"});
  return InverseTimeDecay(options_from_config<Options>(
      "InverseTimeDecay", config,
      {.initial_learning_rate = 0.0f, .decay_steps = 1.0, .decay_rate = 0.0f}));
}

}  // namespace strata::optimizers::schedules
