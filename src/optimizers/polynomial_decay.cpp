// PolynomialDecay: its formula, its checks and its config.
#include "strata/optimizers/polynomial_decay.hpp"

#include <algorithm>
#include <cmath>

#include "optimizers/schedule_fields.hpp"

namespace strata::optimizers::schedules {

template <class Fields>
void list_fields(Fields& fields, PolynomialDecayOptions& options) {
  fields("initial_learning_rate", options.initial_learning_rate);
  list_steps(fields, "decay_steps", options.decay_steps);
  fields("end_learning_rate", options.end_learning_rate);
  fields("power", options.power);
  fields.truth("cycle", options.cycle);
  fields.or_default("name", options.name);
}

PolynomialDecay::PolynomialDecay(Options options) : options_(std::move(options)) {
  check_finite("PolynomialDecay", "initial_learning_rate", options_.initial_learning_rate);
  check_steps("PolynomialDecay", "decay_steps", options_.decay_steps);
  check_finite("PolynomialDecay", "end_learning_rate", options_.end_learning_rate);
  check_finite("PolynomialDecay", "power", options_.power);
}

float PolynomialDecay::operator()(std::int64_t step) const {
  double steps = options_.decay_steps;
  double done = static_cast<double>(step);
  if (options_.cycle) {
    steps *= std::max(1.0, std::ceil(done / steps));
  } else {
    done = std::min(done, steps);
  }
  const double end = options_.end_learning_rate;
  return static_cast<float>((double{options_.initial_learning_rate.value()} - end) *
                                std::pow(1.0 - done / steps, double{options_.power}) +
                            end);
}

Config PolynomialDecay::get_config() const { return options_to_config(options_); }

PolynomialDecay PolynomialDecay::from_config(const Config& config) {
  check_keys("PolynomialDecay", config, {"initial_learning_rate", "decay_steps"});
  return PolynomialDecay(options_from_config<Options>(
      "PolynomialDecay", config, {.initial_learning_rate = 0.0f, .decay_steps = 1.0}));
}

}  // namespace strata::optimizers::schedules
