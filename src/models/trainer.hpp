// What a model keeps for its training, and the parts of `fit` and `evaluate`.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "layers/build_rollback.hpp"
#include "models/run.hpp"
#include "strata/core/errors.hpp"
#include "strata/models/model.hpp"
#include "training/meter.hpp"
#include "training/samples.hpp"
#include "training/step.hpp"

namespace strata {

namespace models {

/// What a fit trains on, and what it validates on.
struct FitData {
  training::Samples training;
  std::optional<training::Samples> validation;
};

/// Counts the requests to stop a model's runs; a signal handler may increment it.
using StopWishes = std::atomic<std::uint64_t>;
static_assert(StopWishes::is_always_lock_free);

/// Sees the stop requests made since it was constructed: one lives as long as its run. Earlier
/// requests don't concern the run; requests made during a nested run end the outer run too.
class StopListener {
 public:
  explicit StopListener(const StopWishes& wishes)
      : wishes_(wishes), before_(wishes.load(std::memory_order_relaxed)) {}

  bool heard() const { return wishes_.load(std::memory_order_relaxed) != before_; }

 private:
  const StopWishes& wishes_;
  std::uint64_t before_;
};

/// Raised by a prediction that was asked to stop, since it doesn't have outputs for all samples.
class PredictionStopped : public StateError {
 public:
  using StateError::StateError;
};

/// Does a part of a run. If a prediction in it is told to stop together with the run, the part ends
/// there, and the run goes on to end as after any stop request. Other such predictions raise.
template <class Part>
void until_stopped(const StopListener& stop, const Part& part) {
  try {
    part();
  } catch (const PredictionStopped&) {
    if (!stop.heard()) throw;
  }
}

/// Calls a hook of each callback, also of those behind one whose prediction was asked to stop.
template <class Hook>
void tell(const Callbacks& callbacks, const StopListener& stop, const Hook& hook) {
  for (const auto& callback : callbacks) until_stopped(stop, [&] { hook(*callback); });
}

}  // namespace models

class Model::Trainer {
 public:
  std::optional<CompileOptions> compiled;
  training::FreshMetrics fresh_metrics;  // made from `compiled`
  training::LastTerms last_terms;
  models::StopWishes stop_wishes = 0;

  class Builds;

  /// Builds the model for batches of this size, and raises on every mismatch of data and targets
  /// that can be found before the first step. Returns the shapes of the outputs for all samples.
  std::vector<Shape> check_fits(Model& model, const training::Samples& samples,
                                int batch_size) const;
  /// The same of validation data, whose first batch is tried: training would come before it.
  void check_validation(Model& model, const training::Samples& samples, int batch_size) const;
  /// Sets the sample weights to the weights of their classes. `check_fits` returned `output` for
  /// these samples.
  void weigh_classes(training::Samples& samples, const std::map<int, float>& class_weight,
                     const Shape& output) const;
  training::Meter meter() const { return training::Meter(*compiled, fresh_metrics); }

  /// All epochs of a fit. The model stays built from its first update on.
  void train(Model& model, const FitOptions& options, const models::FitData& data,
             const models::Callbacks& callbacks, Builds& builds, const models::StopListener& stop);
  /// Loss and metrics over all samples, in inference, or over those before a stop request.
  Logs test(Model& model, const training::Samples& samples, int batch_size,
            const models::Callbacks& callbacks, const models::StopListener& stop,
            training::ProgressLogger* progress = nullptr) const;

 private:
  void check_outputs(const Model& model, const training::Samples& samples,
                     const std::vector<Shape>& outputs) const;
  void train_epochs(Model& model, const FitOptions& options, const models::FitData& data,
                    const models::Callbacks& callbacks, Builds& builds,
                    const models::StopListener& stop, Logs& logs);
  Logs train_epoch(Model& model, const FitOptions& options, const training::Samples& samples,
                   std::span<const std::int64_t> order, const models::Callbacks& callbacks,
                   Builds& builds, const models::StopListener& stop);

  std::atomic<std::uint64_t> builds_kept_ = 0;
};

/// If a run fails, removes the weights that it built, unless a run nested in it succeeded: that run
/// uses the same weights.
class Model::Trainer::Builds {
 public:
  explicit Builds(Model& model)
      : kept_(model.trainer().builds_kept_), before_(kept_.load()), rollback_(model) {}
  ~Builds() {
    if (kept_.load() != before_) rollback_.keep();
  }
  Builds(const Builds&) = delete;
  Builds& operator=(const Builds&) = delete;

  /// Whether every layer was built before the run.
  bool all_built() const { return rollback_.all_built(); }
  void keep() {
    rollback_.keep();
    kept_.fetch_add(1);
  }

 private:
  std::atomic<std::uint64_t>& kept_;
  std::uint64_t before_;
  BuildRollback rollback_;
};

}  // namespace strata
