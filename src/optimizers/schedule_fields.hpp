// What the schedules of learning rates share: their checks, how steps stand in configs, and the wave.
#pragma once

#include <cmath>
#include <concepts>
#include <initializer_list>
#include <numbers>

#include "core/fields.hpp"
#include "optimizers/options.hpp"

namespace strata::optimizers::schedules {

inline void check_finite(std::string_view who, const char* argument, float value) {
  check(std::isfinite(value), who, "{0} must be finite. Received: {0}={1}.", argument, value);
}

inline void check_steps(std::string_view who, const char* argument, double steps) {
  check(std::isfinite(steps) && steps > 0.0, who, "{0} must be finite and > 0. Received: {0}={1}.",
        argument, steps);
}

inline void check_keys(std::string_view who, const Config& config,
                       std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    check(config.contains(key), who, "a config needs {}. Received: {}.", key, config);
  }
}

/// A number of steps. Keras accepts fractions; a whole number is written as an integer.
template <class Fields, class Steps>
void list_steps(Fields& fields, const char* key, Steps& steps) {
  double value = steps;
  if constexpr (std::same_as<Fields, ConfigWriter>) {
    constexpr double kExact = 9007199254740992.0;  // 2^53
    if (std::abs(value) < kExact && value == std::floor(value)) {
      return fields(key, static_cast<std::int64_t>(value));
    }
  }
  fields(key, value);
  steps = value;
}

/// `step / decay_steps`, rounded down with a staircase.
inline double periods_of(std::int64_t step, double decay_steps, bool staircase) {
  const double periods = static_cast<double>(step) / decay_steps;
  return staircase ? std::floor(periods) : periods;
}

/// From 1 to 0 along half a cosine wave, as `done` goes from 0 to 1.
inline double half_wave(double done) { return 0.5 * (1.0 + std::cos(std::numbers::pi * done)); }

}  // namespace strata::optimizers::schedules
