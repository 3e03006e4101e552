// What a model keeps for its training, and the parts of `fit` and `evaluate`.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "layers/build_rollback.hpp"
#include "models/callback_list.hpp"
#include "models/fit_state.hpp"
#include "models/stop_request.hpp"
#include "strata/models/model.hpp"
#include "training/batch_feed.hpp"
#include "training/running_metrics.hpp"
#include "training/samples.hpp"
#include "training/step.hpp"

namespace strata {

namespace models {

/// The data of a run.
using RunData = std::variant<training::Samples, BatchGenerator>;

/// What a fit trains on, and what it validates on.
struct FitData {
  RunData training;
  std::optional<RunData> validation;
};

/// The same, batch by batch.
struct FitFeeds {
  std::unique_ptr<training::BatchFeed> training;
  std::unique_ptr<training::BatchFeed> validation;  ///< null: none
};

/// How the data of a run is cut into batches, and how its samples are weighed.
struct FeedOptions {
  training::FeedPlan plan;
  std::optional<int> batch_size{};  ///< Of arrays.
  const char* steps_option = "steps";
  std::map<int, float> class_weight{};
};

/// Batches of arrays, which have no more checks to pass.
std::unique_ptr<training::BatchFeed> array_feed(training::FeedPlan plan, training::Samples samples,
                                                std::optional<int> batch_size);
/// How many samples are in a batch, if not all is said: as many as make this many steps, or 32.
std::int64_t batch_size_for(std::int64_t samples, std::optional<int> batch_size,
                            std::optional<std::int64_t> steps);

/// What all parts of one run of `fit` or `evaluate` share.
struct RunContext {
  Model& model;
  const CallbackList& callbacks;
  const StopListener& stop;
};

}  // namespace models

class Model::Trainer {
 public:
  std::optional<CompileOptions> compiled;
  training::FreshMetrics fresh_metrics;  // made from `compiled`
  training::LastTerms last_terms;
  models::StopRequests stop_requests = 0;

  /// Builds the model for batches of this size, and raises on every mismatch of data and targets
  /// that can be found before the first step. Returns the shapes of the outputs for all samples.
  std::vector<Shape> check_fits(Model& model, const training::Samples& samples,
                                std::int64_t batch_size) const;
  /// The batches of the data, checked so: arrays as a whole, of a generator the first batch now and
  /// each one again when it comes.
  std::unique_ptr<training::BatchFeed> feed(Model& model, models::RunData data,
                                            const models::FeedOptions& options) const;
  /// Tries the first batch of validation data: training would come before it.
  void check_validation(Model& model, training::BatchFeed& validation) const;
  /// Sets the sample weights to the weights of their classes. `check_fits` returned `output` for
  /// these samples.
  void weigh_classes(training::Samples& samples, const std::map<int, float>& class_weight,
                     const Shape& output) const;
  /// The metrics of a run that begins now, or of its next epoch.
  training::RunningMetrics fresh_running_metrics() const {
    return training::RunningMetrics(*compiled, fresh_metrics);
  }

  /// `Model::fit` of the data that `prepare` gives for the name in errors.
  History fit(Model& model, const FitOptions& options,
              const std::function<models::FitData(const std::string& who)>& prepare);
  /// `Model::evaluate`, likewise.
  Logs evaluate(Model& model, const EvaluateOptions& options,
                const std::function<models::RunData(const std::string& who)>& prepare);
  /// The outputs for all batches.
  Tensors predict(Model& model, const PredictOptions& options, training::BatchFeed& batches,
                  const models::StopListener& stop) const;
  /// Loss and metrics over an epoch of these batches, in inference, or over those before a stop
  /// request; nothing if there are none.
  std::optional<Logs> test(const models::RunContext& run, training::BatchFeed& batches,
                           int epoch = 0) const;

 private:
  void check_outputs(const Model& model, const training::Samples& samples,
                     const std::vector<Shape>& outputs) const;
  /// All epochs of a fit, from where `state` is. The model stays built from its first update on.
  void train(const models::RunContext& run, const FitOptions& options, models::FitFeeds& feeds,
             models::FitState& state, BuildRollback& builds);
  void train_epochs(const models::RunContext& run, const FitOptions& options,
                    models::FitFeeds& feeds, models::FitState& state, BuildRollback& builds);
  Logs train_epoch(const models::RunContext& run, training::BatchFeed& batches,
                   models::FitState& state, BuildRollback& builds);
  std::optional<Logs> validate(const models::RunContext& run, training::BatchFeed& batches,
                               int epoch) const;
};

}  // namespace strata
