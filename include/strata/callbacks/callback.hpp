// Callback: what happens at the joints of training. What users subclass.
#pragma once

#include <utility>

#include "strata/training/logs.hpp"

namespace strata {

class TrainingHost;

/// How a run was started.
struct CallbackParams {
  int verbose = 0;
  int epochs = 0;
  int steps = 0;  ///< Batches an epoch.
};

/// Every hook does nothing until overridden. In Keras's order: `on_train_begin`, then for each
/// epoch `on_epoch_begin`, for each batch `on_train_batch_begin` and `_end`, with validation
/// `on_test_begin`, `on_test_batch_begin` and `_end`, `on_test_end`, then `on_epoch_end`; at last
/// `on_train_end`. Epochs and batches count from 0. Batch logs are running values since the epoch
/// began. See https://keras.io/api/callbacks/base_callback/.
class Callback {
 public:
  virtual ~Callback() = default;

  virtual void on_train_begin(const Logs&) {}
  virtual void on_train_end(const Logs&) {}
  virtual void on_epoch_begin(int, const Logs&) {}
  virtual void on_epoch_end(int, const Logs&) {}

  /// The batch hooks of training call these two, unless overridden.
  virtual void on_batch_begin(int, const Logs&) {}
  virtual void on_batch_end(int, const Logs&) {}
  virtual void on_train_batch_begin(int batch, const Logs& logs) { on_batch_begin(batch, logs); }
  virtual void on_train_batch_end(int batch, const Logs& logs) { on_batch_end(batch, logs); }

  virtual void on_test_begin(const Logs&) {}
  virtual void on_test_end(const Logs&) {}
  virtual void on_test_batch_begin(int, const Logs&) {}
  virtual void on_test_batch_end(int, const Logs&) {}

  virtual void on_predict_begin(const Logs&) {}
  virtual void on_predict_end(const Logs&) {}
  virtual void on_predict_batch_begin(int, const Logs&) {}
  virtual void on_predict_batch_end(int, const Logs&) {}

  struct Run {
    TrainingHost* host = nullptr;  ///< Lives as long as the run; null outside of one.
    CallbackParams params = {};
  };
  /// Called by the model before the first hook of a run and, with what it returned then, after the
  /// last one: runs may be nested. Who overrides it calls it.
  virtual Run attach(TrainingHost* host, const CallbackParams& params) {
    return std::exchange(run_, {host, params});
  }
  /// The run that this callback is attached to.
  const Run& run() const { return run_; }

 protected:
  /// The model that runs this callback. Raises StateError outside of a run.
  TrainingHost& model() const;
  const CallbackParams& params() const { return run_.params; }

 private:
  Run run_;
};

}  // namespace strata
