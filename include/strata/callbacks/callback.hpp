// Callback: hooks that are called before and after runs, epochs and batches. What users subclass.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "strata/core/config.hpp"
#include "strata/tensor/tensor.hpp"
#include "strata/training/logs.hpp"

namespace strata {

class TrainingHost;

/// How a run was started.
struct CallbackParams {
  int verbose = 0;
  int epochs = 0;
  int steps = 0;  ///< Batches per epoch; 0 where a generator doesn't tell.
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

  /// What it remembers, for `callbacks::BackupAndRestore`, whose resumed runs end as if they had
  /// never been interrupted. `Config()`: nothing. By default it is not known.
  virtual std::optional<Config> get_state() const;
  /// The tensors of its state, which files hold beside the rest, to the bit. None by default.
  virtual std::vector<Tensor> get_state_tensors() const { return {}; }
  /// Goes on from a state that is not `Config()`, after `on_train_begin`. Raises, and changes
  /// nothing, on one that `get_state` can't have given. By default raises StateError.
  virtual void set_state(const Config& state, const std::vector<Tensor>& tensors);
  /// Whether its hooks come after those of all others, the history's and the progress bar's too.
  virtual bool comes_last() const { return false; }
  /// Whether a batch whose loss or gradients are not finite goes on to `on_train_batch_end`, with
  /// that loss in the logs, NaN if the gradients alone are not finite, and the weights as they were.
  /// It must stop the training then, else the batch ends the run by an error, as without it.
  virtual bool takes_invalid_loss() const { return false; }

  /// The run of a model that a callback belongs to.
  struct Attachment {
    TrainingHost* host = nullptr;  ///< Lives as long as the run; null outside of one.
    CallbackParams params = {};
  };
  /// Called by the model before the first hook of a run and, with what it returned then, after the
  /// last one: runs may be nested. Who overrides it calls it.
  virtual Attachment attach(TrainingHost* host, const CallbackParams& params) {
    return std::exchange(attachment_, {host, params});
  }
  const Attachment& attachment() const { return attachment_; }

 protected:
  /// The model that runs this callback. Raises StateError outside of a run.
  TrainingHost& model() const;
  const CallbackParams& params() const { return attachment_.params; }

 private:
  Attachment attachment_;
};

}  // namespace strata
