// What a callback may ask of the model that runs it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "strata/optimizers/optimizer.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {

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
  /// Where messages go.
  virtual void print(const std::string& line) = 0;
};

}  // namespace strata
