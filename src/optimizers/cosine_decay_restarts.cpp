// CosineDecayRestarts: its formula, its checks and its config.
#include "strata/optimizers/cosine_decay_restarts.hpp"

#include <algorithm>
#include <cmath>

#include "optimizers/schedule_fields.hpp"

namespace strata::optimizers::schedules {

template <class Fields>
void list_fields(Fields& fields, CosineDecayRestartsOptions& options) {
  fields("initial_learning_rate", options.initial_learning_rate);
  list_steps(fields, "first_decay_steps", options.first_decay_steps);
  fields("t_mul", options.t_mul);
  fields("m_mul", options.m_mul);
  fields("alpha", options.alpha);
  fields.or_default("name", options.name);
}

namespace {

/// The period that a step is in, counted from 0, and the fraction of it that has passed.
struct Period {
  double index;
  double done;
};

// `time` is the number of steps in lengths of the first period.
Period period_at(double time, double growth) {
  if (growth == 1.0) return {std::floor(time), time - std::floor(time)};
  const auto start = [growth](double index) {
    return (1.0 - std::pow(growth, index)) / (1.0 - growth);
  };
  constexpr double kRounding = 1e-9;
  double index = std::floor(std::log(1.0 - time * (1.0 - growth)) / std::log(growth));
  if (start(index + 1.0) <= time * (1.0 + kRounding)) index += 1.0;
  const double done = (time - start(index)) / std::pow(growth, index);
  return {index, std::max(done, 0.0)};
}

}  // namespace

CosineDecayRestarts::CosineDecayRestarts(Options options) : options_(std::move(options)) {
  check_finite("CosineDecayRestarts", "initial_learning_rate", options_.initial_learning_rate);
  check_steps("CosineDecayRestarts", "first_decay_steps", options_.first_decay_steps);
  check_finite("CosineDecayRestarts", "alpha", options_.alpha);
  check(std::isfinite(options_.t_mul) && options_.t_mul >= 1.0f, "CosineDecayRestarts",
        "t_mul must be finite and >= 1. Received: t_mul={}.", options_.t_mul);
  check_not_negative("CosineDecayRestarts", "m_mul", options_.m_mul);
}

float CosineDecayRestarts::operator()(std::int64_t step) const {
  const Period period =
      period_at(static_cast<double>(step) / options_.first_decay_steps, options_.t_mul);
  const double height = std::pow(double{options_.m_mul}, period.index);
  const double alpha = options_.alpha;
  const double wave = height * half_wave(period.done);
  return static_cast<float>(double{options_.initial_learning_rate.value()} *
                            ((1.0 - alpha) * wave + alpha));
}

Config CosineDecayRestarts::get_config() const { return options_to_config(options_); }

CosineDecayRestarts CosineDecayRestarts::from_config(const Config& config) {
  check_keys("CosineDecayRestarts", config, {"initial_learning_rate", "first_decay_steps"});
  return CosineDecayRestarts(options_from_config<Options>(
      "CosineDecayRestarts", config, {.initial_learning_rate = 0.0f, .first_decay_steps = 1.0}));
}

}  // namespace strata::optimizers::schedules
