// EarlyStopping: ends training when a figure stops getting better.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "strata/callbacks/callback.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::callbacks {

struct EarlyStoppingOptions {
  std::string monitor = "val_loss";  ///< The log to watch.
  float min_delta = 0.0f;            ///< A smaller change is no improvement.
  int patience = 0;                  ///< Epochs without improvement to wait for.
  int verbose = 0;                   ///< 1 says when it stops and restores.
  std::string mode = "auto";  ///< `min`, `max`, or `auto`: by the compiled metric of that name.
  std::optional<float> baseline = {};  ///< Waiting starts anew only on values better than this.
  bool restore_best_weights =
      false;                 ///< At the end, stopped or not, the best epoch's weights come back.
  int start_from_epoch = 0;  ///< Earlier epochs are not looked at.
};

/// Stops after `patience` epochs whose monitored value was not better than the best by more than
/// `min_delta`. NaN is never better than a value. Epochs that don't log the monitored value don't
/// count; unless both it and the run are silent, it says so once. Raises InvalidArgument on
/// options out of range, and before the first epoch if `auto` can't tell the direction. See
/// https://keras.io/api/callbacks/early_stopping/.
class EarlyStopping : public Callback {
 public:
  using Options = EarlyStoppingOptions;

  explicit EarlyStopping(Options options = {});

  void on_train_begin(const Logs& logs) override;
  void on_epoch_end(int epoch, const Logs& logs) override;
  void on_train_end(const Logs& logs) override;
  std::optional<Config> get_state() const override;
  std::vector<Tensor> get_state_tensors() const override { return best_weights_; }
  void set_state(const Config& state, const std::vector<Tensor>& tensors) override;

  int stopped_epoch() const { return state_.stopped_epoch; }  ///< From 0; 0 if it did not stop.
  int best_epoch() const { return state_.best_epoch; }
  std::optional<double> best() const { return state_.best; }

 private:
  struct State {
    std::optional<double> best;
    int wait = 0;
    int best_epoch = 0;
    int stopped_epoch = 0;
    bool said_what_is_missing = false;
  };
  template <class Fields>
  static void list_fields(Fields& fields, State& state);

  void say_what_is_missing(int epoch, const Logs& logs);
  bool better(double value, std::optional<double> reference) const;

  Options options_;
  std::optional<bool> larger_is_better_;
  State state_;
  std::vector<Tensor> best_weights_;
};

}  // namespace strata::callbacks
