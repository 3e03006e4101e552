// What a model keeps for its training, and the parts of `fit` and `evaluate`.
#pragma once

#include <atomic>
#include <optional>
#include <span>

#include "layers/build_rollback.hpp"
#include "models/run.hpp"
#include "strata/models/model.hpp"
#include "training/samples.hpp"

namespace strata {

namespace models {

/// What a fit trains on, and what it validates on.
struct FitData {
  training::Samples training;
  std::optional<training::Samples> validation;
};

}  // namespace models

class Model::Trainer {
 public:
  std::optional<CompileOptions> compiled;
  std::atomic<bool> stop = false;

  /// Builds the model for batches of this size, and raises on all about data and targets that can
  /// be seen before the first step.
  void check_fits(Model& model, const training::Samples& samples, int batch_size) const;
  /// The same of validation data, whose first batch is tried: training would come before it.
  void check_validation(Model& model, const training::Samples& samples, int batch_size) const;

  /// All epochs of a fit. The model stays built from its first update on.
  void train(Model& model, const FitOptions& options, const models::FitData& data,
             const models::Callbacks& callbacks, BuildRollback& rollback);
  /// Loss and metrics over all samples, in inference.
  Logs test(Model& model, const training::Samples& samples, int batch_size,
            const models::Callbacks& callbacks, training::ProgressLogger* progress) const;

 private:
  Logs train_epoch(Model& model, const FitOptions& options, const training::Samples& samples,
                   std::span<const std::int64_t> order, const models::Callbacks& callbacks,
                   BuildRollback& rollback);
};

}  // namespace strata
