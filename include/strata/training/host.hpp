// What a callback may ask of the model that runs it.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/optimizers/optimizer.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {

struct Penalty;
class Callback;
class Model;
struct FitProgress;

/// The training model, as callbacks see it.
class TrainingHost {
 public:
  virtual ~TrainingHost() = default;

  /// Implements `Model::stop_training`: ends the runs under way after the current batch.
  virtual void stop_training() = 0;
  virtual std::vector<Tensor> get_weights() const = 0;
  virtual void set_weights(const std::vector<Tensor>& weights) = 0;
  virtual Optimizer& optimizer() = 0;
  /// Whether a larger value of this log (`accuracy`, `val_accuracy`, `loss`, …) is a better one;
  /// nothing if no compiled metric has this name.
  virtual std::optional<bool> larger_is_better(const std::string& log) const = 0;
  /// Every name that an epoch may log: the losses and the compiled metrics, with and without
  /// `val_`. Empty by default.
  virtual std::vector<std::string> log_names() const { return {}; }
  /// The model itself, for what is not asked here: to save it, to evaluate it. By default raises
  /// StateError.
  virtual Model& trained_model();
  /// How far the fit has come; it can be asked at any time, and the rest follows from what it is
  /// when a hook at the end of a batch or an epoch begins. By default, and in a run that is no fit,
  /// raises StateError.
  virtual FitProgress progress() const;
  /// Goes on from there, once the hook `on_train_begin` or `on_epoch_begin` ends. The weights, the
  /// optimizer's state and the random streams are the caller's. Raises InvalidArgument, and changes
  /// nothing, on what can't be the progress of this fit.
  virtual void continue_from(const FitProgress& progress);
  /// All callbacks of the run, in the order in which their hooks are called. By default none.
  virtual std::vector<std::shared_ptr<Callback>> callbacks() const { return {}; }
  /// Adds a figure to the logs of the epoch that ends, for the hooks behind this one, the history
  /// and the progress bar. By default, and outside of `on_epoch_end`, raises StateError.
  virtual void log(const std::string& name, double value);
  /// What `Layer::penalties` of the model gives. By default none.
  virtual std::vector<Penalty> penalties() const;
  /// Where messages go.
  virtual void print(const std::string& line) = 0;
  /// The stream that they go to; null, by default: the standard output.
  virtual std::ostream* output() const { return nullptr; }
};

}  // namespace strata
