// Which hooks draw the progress bar.
#include "strata/callbacks/progbar_logger.hpp"

#include "strata/config.hpp"
#include "strata/training/host.hpp"
#include "training/progress_bar.hpp"

namespace strata::callbacks {

ProgbarLogger::ProgbarLogger() = default;
ProgbarLogger::~ProgbarLogger() = default;

// At the end of a run the bar's own end finishes a line that an error left open.
Callback::Attachment ProgbarLogger::attach(TrainingHost* host, const CallbackParams& params) {
  const Attachment before = Callback::attach(host, params);
  bar_.reset();
  in_fit_ = false;
  if (host != nullptr && params.verbose > 0) {
    bar_ = std::make_unique<training::ProgressBar>(host->output(), params.verbose, params.steps);
  }
  return before;
}

std::optional<Config> ProgbarLogger::get_state() const { return Config(); }

void ProgbarLogger::on_train_begin(const Logs&) { in_fit_ = true; }

void ProgbarLogger::on_epoch_begin(int epoch, const Logs&) {
  if (bar_ == nullptr) return;
  if (params().epochs > 1) bar_->title(epoch, params().epochs);
  bar_->start();
}

void ProgbarLogger::on_train_batch_end(int batch, const Logs& logs) {
  if (bar_ != nullptr) bar_->step(batch, logs);
}

void ProgbarLogger::on_epoch_end(int, const Logs& logs) {
  if (bar_ != nullptr) bar_->finish(logs);
}

void ProgbarLogger::on_test_begin(const Logs&) {
  if (bar_ != nullptr && !in_fit_) bar_->start();
}

void ProgbarLogger::on_test_batch_end(int batch, const Logs& logs) {
  if (bar_ != nullptr && !in_fit_) bar_->step(batch, logs);
}

void ProgbarLogger::on_test_end(const Logs& logs) {
  if (bar_ != nullptr && !in_fit_) bar_->finish(logs);
}

void ProgbarLogger::on_predict_begin(const Logs&) {
  if (bar_ != nullptr) bar_->start();
}

void ProgbarLogger::on_predict_batch_end(int batch, const Logs&) {
  if (bar_ != nullptr) bar_->step(batch, {});
}

void ProgbarLogger::on_predict_end(const Logs&) {
  if (bar_ != nullptr) bar_->finish({});
}

}  // namespace strata::callbacks
