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

/// Counts the wishes to stop a model's runs; a signal handler may add one.
using StopWishes = std::atomic<std::uint64_t>;
static_assert(StopWishes::is_always_lock_free);

/// Hears the wishes that come while it lives: as long as a run. What came before is another run's,
/// and those of a run inside it are its own as well.
class StopListener {
 public:
  explicit StopListener(const StopWishes& wishes)
      : wishes_(wishes), before_(wishes.load(std::memory_order_relaxed)) {}

  bool heard() const { return wishes_.load(std::memory_order_relaxed) != before_; }

 private:
  const StopWishes& wishes_;
  std::uint64_t before_;
};

/// A prediction that was told to stop: it has no outputs for all samples.
class PredictionStopped : public StateError {
 public:
  using StateError::StateError;
};

}  // namespace models

class Model::Trainer {
 public:
  std::optional<CompileOptions> compiled;
  training::FreshMetrics fresh_metrics;  // of what is compiled
  training::LastTerms last_terms;
  models::StopWishes stop_wishes = 0;

  class Builds;

  /// Builds the model for batches of this size, and raises on all about data and targets that can
  /// be seen before the first step. Returns the shapes of the outputs for all samples.
  std::vector<Shape> check_fits(Model& model, const training::Samples& samples,
                                int batch_size) const;
  /// The same of validation data, whose first batch is tried: training would come before it.
  void check_validation(Model& model, const training::Samples& samples, int batch_size) const;
  /// Gives samples for which `check_fits` returned `output` the weights of their classes.
  void weigh_classes(training::Samples& samples, const std::map<int, float>& class_weight,
                     const Shape& output) const;
  training::Meter meter() const { return training::Meter(*compiled, fresh_metrics); }

  /// All epochs of a fit. The model stays built from its first update on.
  void train(Model& model, const FitOptions& options, const models::FitData& data,
             const models::Callbacks& callbacks, Builds& builds, const models::StopListener& stop);
  /// Loss and metrics over all samples, in inference, or over those until it is told to stop.
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

/// Unbuilds, where a run fails, what it has built, unless a run inside it came to its end: the
/// weights are that one's too.
class Model::Trainer::Builds {
 public:
  explicit Builds(Model& model)
      : kept_(model.trainer().builds_kept_), before_(kept_.load()), rollback_(model) {}
  ~Builds() {
    if (kept_.load() != before_) rollback_.keep();
  }
  Builds(const Builds&) = delete;
  Builds& operator=(const Builds&) = delete;

  /// Whether there was nothing left to build.
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
