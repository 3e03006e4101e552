// ProgbarLogger: the progress that runs print.
#pragma once

#include <memory>

#include "strata/callbacks/callback.hpp"

namespace strata {

namespace training {
class ProgressBar;
}

namespace callbacks {

/// What `verbose` makes `fit`, `evaluate` and `predict` print: with 1 a bar that is redrawn in place
/// on a terminal (a line per epoch elsewhere), with 2 a line per epoch, with 0 nothing. Each run adds
/// one behind its other callbacks, and the history, unless `verbose` is 0 or it is given one, whose
/// place in the list then says which figures of other callbacks it shows. It prints where the run
/// does. Validation inside `fit` is silent.
/// See https://github.com/keras-team/keras/blob/master/keras/src/callbacks/progbar_logger.py.
class ProgbarLogger : public Callback {
 public:
  ProgbarLogger();
  ~ProgbarLogger() override;

  void on_train_begin(const Logs& logs) override;
  void on_epoch_begin(int epoch, const Logs& logs) override;
  void on_epoch_end(int epoch, const Logs& logs) override;
  void on_train_batch_end(int batch, const Logs& logs) override;
  void on_test_begin(const Logs& logs) override;
  void on_test_end(const Logs& logs) override;
  void on_test_batch_end(int batch, const Logs& logs) override;
  void on_predict_begin(const Logs& logs) override;
  void on_predict_end(const Logs& logs) override;
  void on_predict_batch_end(int batch, const Logs& logs) override;

  Attachment attach(TrainingHost* host, const CallbackParams& params) override;
  std::optional<Config> get_state() const override;  ///< None.

 private:
  std::unique_ptr<training::ProgressBar> bar_;  // null where nothing is printed
  bool in_fit_ = false;
};

}  // namespace callbacks
}  // namespace strata
