// How a fit's progress is told, checked and taken over.
#include "models/fit_state.hpp"

#include "core/check.hpp"

namespace strata::models {

FitProgress FitState::progress() const {
  return {.epoch = epoch,
          .batch = batch,
          .stopped = stop_.heard(),
          .shuffler = before_order_,
          .logs = logs,
          .figures = metrics_ ? metrics_->get_state() : figures_};
}

void FitState::continue_from(const FitProgress& progress) {
  check(progress.epoch >= 0 && progress.batch >= 0 && (steps_ == 0 || progress.batch <= steps_),
        "fit", "a fit goes on at a batch of an epoch of {}. Received: epoch {}, batch {}.", steps_,
        progress.epoch, progress.batch);
  check(progress.figures.empty() == (progress.batch == 0), "fit",
        "an epoch that goes on must have running figures, and no other. Received: {} at batch {}.",
        progress.figures.size(), progress.batch);
  if (!progress.figures.empty())
    training::RunningMetrics(compiled_).set_state(progress.figures);  // raises if they don't fit
  epoch = progress.epoch;
  batch = progress.batch;
  logs = progress.logs;
  figures_ = progress.figures;
  shuffler_.set_state(progress.shuffler);
  before_order_ = progress.shuffler;
  resumed_ = true;
}

std::optional<std::int64_t> FitState::take_resumption() {
  return std::exchange(resumed_, false) ? std::optional<std::int64_t>(batch) : std::nullopt;
}

random::Generator& FitState::begin_pass() {
  before_order_ = shuffler_.state();
  return shuffler_;
}

training::RunningMetrics& FitState::begin_figures(training::RunningMetrics fresh) {
  metrics_.emplace(std::move(fresh));
  if (!figures_.empty()) metrics_->set_state(std::exchange(figures_, {}));
  return *metrics_;
}

void FitState::end_epoch(bool keeps_order) {
  ++epoch;
  batch = 0;
  if (!keeps_order) before_order_ = shuffler_.state();
}

void FitState::log(const std::string& name, double value) {
  check<StateError>(epoch_ends, "TrainingHost",
                    "figures can be added to the logs in on_epoch_end alone. Received: name={}.",
                    name);
  logs[name] = value;
}

}  // namespace strata::models
