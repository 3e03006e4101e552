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

  /// `Model::stop_training`: ends the runs that are under way after the running batch.
  virtual void stop_training() = 0;
  virtual std::vector<Tensor> get_weights() const = 0;
  virtual void set_weights(const std::vector<Tensor>& weights) = 0;
  virtual Optimizer& optimizer() = 0;
  /// Whether a larger value of this log (`accuracy`, `val_accuracy`, `loss`, …) is a better one;
  /// nothing if no compiled metric has this name.
  virtual std::optional<bool> larger_is_better(const std::string& log) const = 0;
  /// Everything that an epoch may log: the losses and the compiled metrics, with and without
  /// `val_`. By default nothing is known.
  virtual std::vector<std::string> log_names() const { return {}; }
  /// Where messages go.
  virtual void print(const std::string& line) = 0;
};

}  // namespace strata
