// ModelCheckpoint: saves the model as it trains.
#pragma once

#include <optional>
#include <string>

#include "strata/callbacks/callback.hpp"
#include "strata/core/required.hpp"
#include "strata/saving/save_frequency.hpp"

namespace strata::callbacks {

struct ModelCheckpointOptions {
  Required<std::string> filepath;    ///< Where to save. May have fields: `{epoch:02d}`.
  std::string monitor = "val_loss";  ///< The log to watch.
  int verbose = 0;                   ///< 1 says what it does.
  bool save_best_only = false;       ///< Save where the monitored log is better than ever before.
  bool save_weights_only = false;    ///< By `save_weights`, else by `save`.
  std::string mode = "auto";  ///< `min`, `max`, or `auto`: by the compiled metric of that name.
  SaveFrequency save_freq = "epoch";                  ///< `"epoch"`, or every so many batches.
  std::optional<float> initial_value_threshold = {};  ///< The best value to begin with.
};

/// Saves the model at the end of every epoch, or after every so many batches.
///
///     callbacks::ModelCheckpoint({.filepath = "runs/{epoch:02d}-{val_loss:.2f}.keras"})
///
/// `filepath` ends in `.keras`; with `save_weights_only` in what `save_weights` writes. In it
/// `{epoch}` and, where `save_freq` is in batches, `{batch}` stand for numbers from 1, and the name
/// of a log for its value, formatted as in Python and fmt; `{{` is a brace. Folders are made. A
/// file is replaced when the new one is complete.
///
/// With `save_best_only`: NaN is never better than a value, but the first value always is. Where
/// the monitored log is missing the model is saved, and, once, a line is printed. The best value
/// stays from one fit to the next.
///
/// Raises InvalidArgument on options out of range; before the first epoch on a field that is no
/// log's, or if `auto` can't tell the direction; after an epoch or batch on a field that it has no
/// log for. What `Model::save` raises ends the training.
/// See https://keras.io/api/callbacks/model_checkpoint/.
class ModelCheckpoint : public Callback {
 public:
  using Options = ModelCheckpointOptions;

  explicit ModelCheckpoint(Options options);

  void on_train_begin(const Logs& logs) override;
  void on_epoch_begin(int epoch, const Logs& logs) override;
  void on_train_batch_end(int batch, const Logs& logs) override;
  void on_epoch_end(int epoch, const Logs& logs) override;
  std::optional<Config> get_state() const override;
  void set_state(const Config& state, const std::vector<Tensor>& tensors) override;

  /// The best value so far.
  std::optional<double> best() const { return state_.best; }

 private:
  struct State {
    std::optional<double> best;
    int batches_since_save = 0;
    bool said_what_is_missing = false;
  };
  template <class Fields>
  static void list_fields(Fields& fields, State& state);

  void save(std::optional<int> batch, const Logs& logs);
  std::string path_of(std::optional<int> batch, const Logs& logs) const;
  bool should_save(const std::string& path, const Logs& logs);
  bool better(double value) const;
  void say(const std::string& what);

  Options options_;
  bool larger_is_better_ = false;
  State state_;
  int epoch_ = 0;
};

}  // namespace strata::callbacks
