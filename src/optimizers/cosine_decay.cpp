// CosineDecay: its formula, its checks and its config.
#include "strata/optimizers/cosine_decay.hpp"

#include <algorithm>
#include <cmath>

#include "optimizers/schedule_fields.hpp"

namespace strata::optimizers::schedules {

template <class Fields>
void list_fields(Fields& fields, CosineDecayOptions& options) {
  fields("initial_learning_rate", options.initial_learning_rate);
  list_steps(fields, "decay_steps", options.decay_steps);
  fields("alpha", options.alpha);
  fields.or_default("name", options.name);
  fields("warmup_target", options.warmup_target);
  list_steps(fields, "warmup_steps", options.warmup_steps);
}

CosineDecay::CosineDecay(Options options) : options_(std::move(options)) {
  check_finite("CosineDecay", "initial_learning_rate", options_.initial_learning_rate);
  check_steps("CosineDecay", "decay_steps", options_.decay_steps);
  check_finite("CosineDecay", "alpha", options_.alpha);
  check_finite("CosineDecay", "warmup_target", options_.warmup_target.value_or(0.0f));
  check(std::isfinite(options_.warmup_steps) && options_.warmup_steps >= 0.0, "CosineDecay",
        "warmup_steps must be finite and >= 0. Received: warmup_steps={}.", options_.warmup_steps);
}

float CosineDecay::operator()(std::int64_t step) const {
  const double initial = options_.initial_learning_rate.value();
  const double top = options_.warmup_target.value_or(options_.initial_learning_rate);
  const double warmup = options_.warmup_target ? options_.warmup_steps : 0.0;
  const auto now = static_cast<double>(step);
  if (now < warmup) return static_cast<float>(initial + (top - initial) * now / warmup);
  const double fallen = std::min((now - warmup) / options_.decay_steps, 1.0);
  const double alpha = options_.alpha;
  return static_cast<float>(top * ((1.0 - alpha) * half_wave(fallen) + alpha));
}

Config CosineDecay::get_config() const { return options_to_config(options_); }

CosineDecay CosineDecay::from_config(const Config& config) {
  check_keys("CosineDecay", config, {"initial_learning_rate", "decay_steps"});
  return CosineDecay(options_from_config<Options>(
      "CosineDecay", config, {.initial_learning_rate = 0.0f, .decay_steps = 1.0}));
}

}  // namespace strata::optimizers::schedules
