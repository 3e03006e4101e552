// The checks of options that optimizers share.
#include "optimizers/options.hpp"

#include <cmath>
#include <limits>
#include <unordered_set>

#include "core/check.hpp"

namespace strata::optimizers {
namespace {

void check_positive(std::string_view who, const char* name, const std::optional<float>& value) {
  check(!value || (std::isfinite(*value) && *value > 0.0f), who,
        "{0} must be finite and > 0. Received: {0}={1}.", name, value.value_or(0.0f));
}

void check_clipping(std::string_view who, const OptimizerOptions& options) {
  const auto given = [&](const char* name, const std::optional<float>& value) {
    check(!value || !std::isnan(*value), who, "{0} must be a number. Received: {0}={1}.", name,
          value.value_or(0.0f));
    return value ? fmt::format("{}={}", name, *value) : std::string();
  };
  std::vector<std::string> all{given("clipnorm", options.clipnorm),
                               given("clipvalue", options.clipvalue),
                               given("global_clipnorm", options.global_clipnorm)};
  std::erase(all, std::string());
  check(all.size() <= 1, who,
        "at most one of clipnorm, clipvalue and global_clipnorm can be set. Received: {}.",
        fmt::join(all, ", "));
}

}  // namespace

void check_learning_rate(std::string_view who, const LearningRate& rate) {
  if (rate.schedule()) return;  // what it returns is checked in each step
  check_not_negative(who, "learning_rate", rate.at(0));
}

void check_options(std::string_view who, const OptimizerOptions& options) {
  check_learning_rate(who, options.learning_rate);
  check_not_negative(who, "weight_decay", options.weight_decay.value_or(0.0f));
  check_clipping(who, options);
  check(!options.use_ema || (options.ema_momentum >= 0.0f && options.ema_momentum <= 1.0f), who,
        "ema_momentum must be in [0, 1]. Received: ema_momentum={}.", options.ema_momentum);
  const int frequency = options.ema_overwrite_frequency.value_or(0);
  check(!options.use_ema || frequency >= 0, who,
        "ema_overwrite_frequency must be >= 0. Received: ema_overwrite_frequency={}.", frequency);
  check_positive(who, "loss_scale_factor", options.loss_scale_factor);
  const int steps = options.gradient_accumulation_steps.value_or(2);
  check(steps >= 2, who,
        "gradient_accumulation_steps must be >= 2. Received: gradient_accumulation_steps={}.",
        steps);
}

void check_share(std::string_view who, const char* argument, float value) {
  check(value >= 0.0f && value < 1.0f, who, "{0} must be in [0, 1). Received: {0}={1}.", argument,
        value);
}

void check_momentum(std::string_view who, float momentum) {
  check(momentum >= 0.0f && momentum <= 1.0f, who,
        "momentum must be in [0, 1]. Received: momentum={}.", momentum);
}

void check_not_negative(std::string_view who, const char* argument, float value) {
  check(std::isfinite(value) && value >= 0.0f, who,
        "{0} must be finite and >= 0. Received: {0}={1}.", argument, value);
}

void check_epsilon(OptionsOrigin origin, std::string_view who, float epsilon) {
  if (origin == OptionsOrigin::config) {
    check(std::isfinite(epsilon) && epsilon >= 0.0f, who,
          "epsilon must be finite and >= 0. Received: epsilon={}.", epsilon);
    return;
  }
  // A step takes subnormal numbers as 0, and without an epsilon it divides 0 by 0.
  constexpr float kSmallest = std::numeric_limits<float>::min();
  check(std::isfinite(epsilon) && epsilon >= kSmallest, who,
        "epsilon must be finite and >= {:.3g}. Received: epsilon={}.", kSmallest, epsilon);
}

std::string names_of(const std::vector<Variable>& variables) {
  std::vector<std::string> names;
  for (const Variable& variable : variables) names.push_back(variable.name());
  return fmt::format("{}", fmt::join(names, ", "));
}

void check_variables(std::string_view who, const std::vector<Variable>& variables) {
  std::unordered_set<std::uint64_t> seen;
  for (const Variable& variable : variables) {
    check(variable.defined(), who, "a variable must be defined. Received: an undefined one.");
    check(seen.insert(variable.id()).second, who,
          "a variable can stand once in the list. Received: {} twice.", variable.name());
  }
}

}  // namespace strata::optimizers
