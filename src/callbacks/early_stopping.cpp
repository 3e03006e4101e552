#include "strata/callbacks/early_stopping.hpp"

#include <cmath>

#include "core/check.hpp"
#include "core/known_names.hpp"
#include "strata/training/host.hpp"

namespace strata::callbacks {

EarlyStopping::EarlyStopping(Options options) : options_(std::move(options)) {
  const std::string& mode = options_.mode;
  check(mode == "auto" || mode == "min" || mode == "max", "EarlyStopping",
        "mode must be \"auto\", \"min\" or \"max\". Received: mode={}.", mode);
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
  best_.reset();
  best_weights_.clear();
  wait_ = best_epoch_ = stopped_epoch_ = 0;
  said_what_is_missing_ = false;
  choose_direction();
}

void EarlyStopping::choose_direction() {
  if (options_.mode != "auto") {
    larger_is_better_ = options_.mode == "max";
    return;
  }
  larger_is_better_ = model().larger_is_better(options_.monitor);
  if (larger_is_better_) return;
  const std::string nearest = nearest_name(options_.monitor, model().log_names());
  raise(
      "EarlyStopping",
      "mode \"auto\" can't tell whether more is better{}; pass mode \"min\" or \"max\". Received: "
      "monitor={}.",
      nearest.empty() ? "" : fmt::format(" (did you mean {}?)", nearest), options_.monitor);
}

bool EarlyStopping::better(double value, std::optional<double> reference) const {
  if (!reference) return true;
  check<StateError>(larger_is_better_.has_value(), "EarlyStopping",
                    "on_train_begin comes before the epochs. Received: an epoch without it.");
  const double delta = std::abs(static_cast<double>(options_.min_delta));
  return *larger_is_better_ ? value - delta > *reference : value + delta < *reference;
}

void EarlyStopping::on_epoch_end(int epoch, const Logs& logs) {
  const auto found = logs.find(options_.monitor);
  if (found == logs.end()) return say_what_is_missing(epoch, logs);
  if (epoch < options_.start_from_epoch) return;
  const double value = found->second;
  if (options_.restore_best_weights && best_weights_.empty()) {
    best_weights_ = model().get_weights();
    best_epoch_ = epoch;
  }
  ++wait_;
  if (better(value, best_)) {
    best_ = value;
    best_epoch_ = epoch;
    if (options_.restore_best_weights) best_weights_ = model().get_weights();
    const std::optional<double> baseline = options_.baseline;
    if (!baseline || better(value, baseline)) wait_ = 0;
    return;
  }
  if (wait_ >= options_.patience && epoch > 0) {
    stopped_epoch_ = epoch;
    model().stop_training();
  }
}

// Once, where anything is said at all: a log may be missing by intent, as between validations.
void EarlyStopping::say_what_is_missing(int epoch, const Logs& logs) {
  if (said_what_is_missing_ || (options_.verbose == 0 && params().verbose == 0)) return;
  said_what_is_missing_ = true;
  std::vector<std::string> known;
  for (const auto& [name, value] : logs) known.push_back(name);
  model().print(fmt::format("EarlyStopping: epoch {} logs nothing as {}; {}.", epoch + 1,
                            options_.monitor, known_names(options_.monitor, known)));
}

void EarlyStopping::on_train_end(const Logs&) {
  if (stopped_epoch_ > 0 && options_.verbose > 0) {
    model().print(fmt::format("Epoch {}: early stopping", stopped_epoch_ + 1));
  }
  if (!options_.restore_best_weights || best_weights_.empty()) return;
  if (options_.verbose > 0) {
    model().print(fmt::format("Restoring model weights from the end of the best epoch: {}.",
                              best_epoch_ + 1));
  }
  model().set_weights(best_weights_);
}

}  // namespace strata::callbacks
