// ReduceLROnPlateau: counts the epochs without improvement, and reduces the learning rate.
#include "strata/callbacks/reduce_lr_on_plateau.hpp"

#include <algorithm>
#include <cmath>

#include "callbacks/monitor.hpp"
#include "core/fields.hpp"
#include "strata/training/host.hpp"

namespace strata::callbacks {
namespace {

Monitor monitor_of(const ReduceLROnPlateauOptions& options) {
  return {"ReduceLROnPlateau", options.monitor, options.mode};
}

// The decimal that was written: 0.1f is a little more than 0.1.
double as_written(float value) { return to_config(value).get<double>(); }

}  // namespace

ReduceLROnPlateau::ReduceLROnPlateau(Options options) : options_(std::move(options)) {
  monitor_of(options_).check_mode();
  const char* who = "ReduceLROnPlateau";
  check(options_.factor >= 0.0f && options_.factor < 1.0f, who,
        "factor must be in [0, 1). Received: factor={}.", options_.factor);
  check(options_.patience >= 0, who, "patience must not be negative. Received: patience={}.",
        options_.patience);
  check(options_.verbose >= 0, who, "verbose must not be negative. Received: verbose={}.",
        options_.verbose);
  check(std::isfinite(options_.min_delta), who, "min_delta must be finite. Received: min_delta={}.",
        options_.min_delta);
  check(options_.cooldown >= 0, who, "cooldown must not be negative. Received: cooldown={}.",
        options_.cooldown);
  check(std::isfinite(options_.min_lr) && options_.min_lr >= 0.0f, who,
        "min_lr must be finite and >= 0. Received: min_lr={}.", options_.min_lr);
}

void ReduceLROnPlateau::on_train_begin(const Logs&) {
  state_ = {};
  larger_is_better_ = monitor_of(options_).larger_is_better(model());
}

void ReduceLROnPlateau::on_epoch_end(int epoch, const Logs& logs) {
  model().log("learning_rate", static_cast<double>(model().optimizer().learning_rate()));
  const auto found = logs.find(options_.monitor);
  if (found == logs.end()) {
    if (state_.said_what_is_missing || (options_.verbose == 0 && params().verbose == 0)) return;
    state_.said_what_is_missing = true;
    return model().print(monitor_of(options_).what_is_missing(epoch, logs));
  }
  if (state_.cooldown_counter > 0) {
    --state_.cooldown_counter;
    state_.wait = 0;
  }
  if (improves(found->second, state_.best, options_.min_delta, larger_is_better_)) {
    state_.best = found->second;
    state_.wait = 0;
  } else if (state_.cooldown_counter == 0 && ++state_.wait >= options_.patience) {
    reduce(epoch);
  }
}

void ReduceLROnPlateau::reduce(int epoch) {
  Optimizer& optimizer = model().optimizer();
  const float before = optimizer.learning_rate();
  if (before <= options_.min_lr) return;
  const double rate = std::max(static_cast<double>(before) * as_written(options_.factor),
                               as_written(options_.min_lr));
  optimizer.set_learning_rate(static_cast<float>(rate));
  if (options_.verbose > 0) {
    model().print(fmt::format("\nEpoch {}: ReduceLROnPlateau reducing learning rate to {}.",
                              epoch + 1, rate));
  }
  state_.cooldown_counter = options_.cooldown;
  state_.wait = 0;
}

template <class Fields>
void ReduceLROnPlateau::list_fields(Fields& fields, State& state) {
  fields("best", state.best);
  fields("wait", state.wait);
  fields("cooldown_counter", state.cooldown_counter);
  fields("said_what_is_missing", state.said_what_is_missing);
}

std::optional<Config> ReduceLROnPlateau::get_state() const {
  return write_fields([state = state_](auto& fields) mutable { list_fields(fields, state); });
}

void ReduceLROnPlateau::set_state(const Config& config, const std::vector<Tensor>&) {
  State state;
  read_fields("ReduceLROnPlateau", config, [&](auto& fields) { list_fields(fields, state); });
  state_ = state;
}

}  // namespace strata::callbacks
