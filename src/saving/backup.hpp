// Backup: all that the rest of a fit follows from, in a `.keras` file with members of its own.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "saving/keras_archive.hpp"
#include "strata/callbacks/callback.hpp"
#include "strata/training/fit_progress.hpp"
#include "strata/training/host.hpp"

namespace strata::saving {

/// What one callback remembers.
struct CallbackState {
  std::string class_name;
  Config state;
  std::vector<Tensor> tensors;
};

/// What a fit follows from beside its model's weights and optimizer.
struct TrainingState {
  std::string machine;  ///< what its numbers depend on
  int steps = 0;        ///< batches of an epoch
  FitProgress progress = {};
  random::GeneratorState process_stream = {};
  std::map<std::string, random::GeneratorState> layer_streams = {};
  std::vector<CallbackState> callbacks = {};  ///< those that have a state, in the run's order
};

/// What the numbers of this machine depend on: its vector units, its BLAS, Strata's version.
std::string this_machine();

/// The state of the run now. `steps` is its number of batches of an epoch.
TrainingState state_of(TrainingHost& host, int steps);
/// The names of the callbacks whose state is not known.
std::vector<std::string> callbacks_without_state(const TrainingHost& host);

class Backup {
 public:
  /// Reads one; raises IoError if it is damaged.
  explicit Backup(io::Origin origin);

  const TrainingState& state() const { return state_; }
  const io::Origin& origin() const { return origin_; }
  /// Takes it over: model, streams, progress, callbacks. May be called again. Raises IoError, and
  /// changes nothing, if it is of another training.
  void restore(TrainingHost& host, int steps) const;

  static void write(io::Origin origin, TrainingHost& host, int steps);

 private:
  void check_model(const Model& model) const;
  void check_callbacks(const std::vector<std::shared_ptr<Callback>>& callbacks) const;

  io::Origin origin_;
  TrainingState state_;
  SavedModel saved_;
};

}  // namespace strata::saving
