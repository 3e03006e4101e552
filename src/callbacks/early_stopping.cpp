// EarlyStopping: ends a fit whose monitored value no longer improves.
#include "strata/callbacks/early_stopping.hpp"

#include <algorithm>
#include <cmath>

#include "callbacks/monitor.hpp"
#include "core/fields.hpp"
#include "strata/training/host.hpp"

namespace strata::callbacks {
namespace {

Monitor monitor_of(const EarlyStoppingOptions& options) {
  return {"EarlyStopping", options.monitor, options.mode};
}

void check_weights(const std::vector<Tensor>& weights, const std::vector<Tensor>& present) {
  const auto same_shape = [](const Tensor& a, const Tensor& b) { return a.shape() == b.shape(); };
  check(std::equal(weights.begin(), weights.end(), present.begin(), present.end(), same_shape),
        "EarlyStopping", "the best weights must be the model's. Received: {} of other shapes.",
        weights.size());
}

}  // namespace

EarlyStopping::EarlyStopping(Options options) : options_(std::move(options)) {
  monitor_of(options_).check_mode();
  check(options_.patience >= 0, "EarlyStopping",
        "patience must not be negative. Received: patience={}.", options_.patience);
  check(std::isfinite(options_.min_delta), "EarlyStopping",
        "min_delta must be finite. Received: min_delta={}.", options_.min_delta);
  check(!options_.baseline || !std::isnan(*options_.baseline), "EarlyStopping",
        "baseline must be a number. Received: baseline={}.", options_.baseline.value_or(0.0f));
  check(options_.start_from_epoch >= 0, "EarlyStopping",
        "start_from_epoch must not be negative. Received: start_from_epoch={}.",
        options_.start_from_epoch);
  check(options_.verbose >= 0, "EarlyStopping",
        "verbose must not be negative. Received: verbose={}.", options_.verbose);
}

void EarlyStopping::on_train_begin(const Logs&) {
  larger_is_better_.reset();
  state_ = {};
  best_weights_.clear();
  larger_is_better_ = monitor_of(options_).larger_is_better(model());
}

bool EarlyStopping::better(double value, std::optional<double> reference) const {
  check<StateError>(!reference || larger_is_better_.has_value(), "EarlyStopping",
                    "on_train_begin comes before the epochs. Received: an epoch without it.");
  return improves(value, reference, options_.min_delta, larger_is_better_.value_or(false));
}

void EarlyStopping::on_epoch_end(int epoch, const Logs& logs) {
  const auto found = logs.find(options_.monitor);
  if (found == logs.end()) return say_what_is_missing(epoch, logs);
  if (epoch < options_.start_from_epoch) return;
  const double value = found->second;
  if (options_.restore_best_weights && best_weights_.empty()) {
    best_weights_ = model().get_weights();
    state_.best_epoch = epoch;
  }
  ++state_.wait;
  if (better(value, state_.best)) {
    state_.best = value;
    state_.best_epoch = epoch;
    if (options_.restore_best_weights) best_weights_ = model().get_weights();
    const std::optional<double> baseline = options_.baseline;
    if (!baseline || better(value, baseline)) state_.wait = 0;
    return;
  }
  if (state_.wait >= options_.patience && epoch > 0) {
    state_.stopped_epoch = epoch;
    model().stop_training();
  }
}

// Once, where anything is said at all: a log may be missing by intent, as between validations.
void EarlyStopping::say_what_is_missing(int epoch, const Logs& logs) {
  if (state_.said_what_is_missing || (options_.verbose == 0 && params().verbose == 0)) return;
  state_.said_what_is_missing = true;
  model().print(monitor_of(options_).what_is_missing(epoch, logs));
}

void EarlyStopping::on_train_end(const Logs&) {
  if (state_.stopped_epoch > 0 && options_.verbose > 0) {
    model().print(fmt::format("Epoch {}: early stopping", state_.stopped_epoch + 1));
  }
  if (!options_.restore_best_weights || best_weights_.empty()) return;
  if (options_.verbose > 0) {
    model().print(fmt::format("Restoring model weights from the end of the best epoch: {}.",
                              state_.best_epoch + 1));
  }
  model().set_weights(best_weights_);
}

template <class Fields>
void EarlyStopping::list_fields(Fields& fields, State& state) {
  fields("best", state.best);
  fields("wait", state.wait);
  fields("best_epoch", state.best_epoch);
  fields("stopped_epoch", state.stopped_epoch);
  fields("said_what_is_missing", state.said_what_is_missing);
}

std::optional<Config> EarlyStopping::get_state() const {
  return write_fields([state = state_](auto& fields) mutable { list_fields(fields, state); });
}

void EarlyStopping::set_state(const Config& config, const std::vector<Tensor>& tensors) {
  State state;
  read_fields("EarlyStopping", config, [&](auto& fields) { list_fields(fields, state); });
  if (!tensors.empty()) check_weights(tensors, model().get_weights());
  state_ = state;
  best_weights_ = tensors;
}

}  // namespace strata::callbacks
