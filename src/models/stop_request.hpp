// Requests to stop a model's runs, and how runs and the predictions in them end then.
#pragma once

#include <atomic>
#include <cstdint>

#include "strata/core/errors.hpp"

namespace strata::models {

/// Counts the requests to stop a model's runs; a signal handler may increment it.
using StopRequests = std::atomic<std::uint64_t>;
static_assert(StopRequests::is_always_lock_free);

/// Sees the stop requests made since it was constructed: one lives as long as its run. Earlier
/// requests don't concern the run; requests made during a nested run end the outer run too.
class StopListener {
 public:
  explicit StopListener(const StopRequests& requests)
      : requests_(requests), before_(requests.load(std::memory_order_relaxed)) {}

  bool heard() const { return requests_.load(std::memory_order_relaxed) != before_; }

 private:
  const StopRequests& requests_;
  std::uint64_t before_;
};

/// Raised by a prediction that was asked to stop, since it doesn't have outputs for all samples.
class PredictionStopped : public StateError {
 public:
  using StateError::StateError;
};

/// Calls `work`, a piece of a run. If a prediction in it is told to stop together with the run, the
/// piece ends there, and the run goes on to end as after any stop request. Other such predictions
/// raise.
template <class Work>
void until_stopped(const StopListener& stop, const Work& work) {
  try {
    work();
  } catch (const PredictionStopped&) {
    if (!stop.heard()) throw;
  }
}

}  // namespace strata::models
