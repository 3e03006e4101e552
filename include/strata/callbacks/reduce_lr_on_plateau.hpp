// ReduceLROnPlateau: smaller steps once a figure stops getting better.
#pragma once

#include <optional>
#include <string>

#include "strata/callbacks/callback.hpp"

namespace strata::callbacks {

struct ReduceLROnPlateauOptions {
  std::string monitor = "val_loss";  ///< The log to watch.
  float factor = 0.1f;               ///< What the learning rate is multiplied by; in [0, 1).
  int patience = 10;                 ///< Epochs without improvement to wait for.
  int verbose = 0;                   ///< 1 says when it reduces the rate.
  std::string mode = "auto";  ///< `min`, `max`, or `auto`: by the compiled metric of that name.
  float min_delta = 1e-4f;    ///< A smaller change is no improvement.
  int cooldown = 0;           ///< Epochs after a reduction in which nothing is counted.
  float min_lr = 0.0f;        ///< The rate gets no smaller than this; >= 0.
};

/// Multiplies the learning rate by `factor` after `patience` epochs whose monitored value was not
/// better than the best by more than `min_delta`. Each epoch logs `learning_rate`, the one that it
/// was trained with. Epochs that don't log the monitored value don't count; unless both it and the
/// run are silent, it says so once. Raises InvalidArgument on options out of range, and before the
/// first epoch if `auto` can't tell the direction; StateError when it is to reduce the rate where a
/// schedule is in place. See https://keras.io/api/callbacks/reduce_lr_on_plateau/.
class ReduceLROnPlateau : public Callback {
 public:
  using Options = ReduceLROnPlateauOptions;

  explicit ReduceLROnPlateau(Options options = {});

  void on_train_begin(const Logs& logs) override;
  void on_epoch_end(int epoch, const Logs& logs) override;
  std::optional<Config> get_state() const override;
  void set_state(const Config& state, const std::vector<Tensor>& tensors) override;

 private:
  struct State {
    std::optional<double> best;
    int wait = 0;
    int cooldown_counter = 0;
    bool said_what_is_missing = false;
  };
  template <class Fields>
  static void list_fields(Fields& fields, State& state);

  void reduce(int epoch);

  Options options_;
  bool larger_is_better_ = false;
  State state_;
};

}  // namespace strata::callbacks
