// FitState: how far a fit has come, for its loops and for callbacks that save or continue it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/stop_request.hpp"
#include "strata/tensor/random.hpp"
#include "strata/training/fit_progress.hpp"
#include "training/running_metrics.hpp"

namespace strata::models {

class FitState {
 public:
  /// `steps` is the number of batches of an epoch, 0 where that isn't known. `compiled` and `stop`
  /// live as long as this.
  FitState(const CompileOptions& compiled, const StopListener& stop, std::int64_t steps)
      : compiled_(compiled), stop_(stop), steps_(steps) {}

  FitProgress progress() const;
  /// All but `stopped`, which is the caller's. Raises as `TrainingHost::continue_from` does.
  void continue_from(const FitProgress& progress);

  /// How many of its batches `epoch` goes on after, if the fit was put there since this was asked.
  std::optional<std::int64_t> take_resumption();
  /// The stream of orders, for that of the pass over the data that begins.
  random::Generator& begin_pass();
  /// Where the figures of `epoch` accumulate, from the beginning or from where it is continued.
  training::RunningMetrics& begin_figures(training::RunningMetrics fresh);
  void end_figures() { metrics_.reset(); }
  /// `keeps_order`: the next epoch is in the same pass.
  void end_epoch(bool keeps_order);
  /// Adds a figure to `logs`. Raises StateError unless an epoch ends.
  void log(const std::string& name, double value);

  int epoch = 0;            ///< that runs or comes next
  int batch = 0;            ///< how many of its batches are done
  Logs logs;                ///< of the last complete epoch
  bool epoch_ends = false;  ///< whether the hooks at its end are called now

 private:
  const CompileOptions& compiled_;
  const StopListener& stop_;
  std::int64_t steps_;
  bool resumed_ = false;
  random::Generator shuffler_{std::optional<std::uint64_t>()};
  random::GeneratorState before_order_ = shuffler_.state();
  std::optional<training::RunningMetrics> metrics_;
  std::vector<std::vector<double>> figures_;  // where a continued epoch begins
};

}  // namespace strata::models
