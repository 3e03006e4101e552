// Callback: what happens at the joints of training. What users subclass.
#pragma once

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

  /// Called by the model before the first hook of a run, and with no host when the run is over,
  /// however it ended; the host lives as long as the run. Who overrides it calls it.
  virtual void attach(TrainingHost* host, const CallbackParams& run) {
    host_ = host;
    params_ = run;
  }

 protected:
  /// The model that runs this callback; only inside hooks.
  TrainingHost& model() const { return *host_; }
  const CallbackParams& params() const { return params_; }

 private:
  TrainingHost* host_ = nullptr;
  CallbackParams params_;
};

}  // namespace strata
