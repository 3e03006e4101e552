// What a model checks before a run, and the epochs and batches of its runs.
#include "models/trainer.hpp"

#include "core/check.hpp"
#include "models/rule_factors.hpp"
#include "training/running_metrics.hpp"
#include "training/step.hpp"

namespace strata {

std::int64_t models::batch_size_for(std::int64_t samples, std::optional<int> batch_size,
                                    std::optional<std::int64_t> steps) {
  constexpr std::int64_t kUsual = 32;
  if (batch_size) return *batch_size;
  return steps ? (samples + *steps - 1) / *steps : kUsual;
}

std::unique_ptr<training::BatchFeed> models::array_feed(training::FeedPlan plan,
                                                        training::Samples samples,
                                                        std::optional<int> batch_size) {
  const std::int64_t size = batch_size_for(samples.count(), batch_size, plan.steps);
  return std::make_unique<training::ArrayFeed>(std::move(plan), std::move(samples), size);
}

using models::FeedOptions;
using models::FitFeeds;
using models::RunContext;
using models::RunData;
using training::BatchFeed;
using training::RunningMetrics;
using training::Samples;

std::vector<Shape> Model::Trainer::check_fits(Model& model, const Samples& samples,
                                              std::int64_t batch_size) const {
  const std::vector<Shape> inputs = shapes_of(samples.x());
  model.check_inputs(inputs);
  const auto with_batch = [&](std::int64_t batch) {
    std::vector<Shape> shapes = inputs;
    for (Shape& shape : shapes) shape[0] = batch;
    return shapes;
  };
  model.build(with_batch(std::min(batch_size, samples.count())));
  // The batch axis unknown: a layer that can't tell is asked with one sample, not with all data.
  std::vector<Shape> outputs = model.compute_output_shapes(with_batch(Shape::kUnknown));
  for (Shape& output : outputs) {
    if (output.rank() > 0) output[0] = samples.count();
  }
  check_outputs(model, samples, outputs);
  return outputs;
}

void Model::Trainer::check_outputs(const Model& model, const Samples& samples,
                                   const std::vector<Shape>& outputs) const {
  check<StateError>(
      outputs.size() == 1 || (compiled->metrics.empty() && compiled->weighted_metrics.empty()),
      model.name(), "metrics are for models with one output. Received: {} outputs.",
      outputs.size());
  if (!compiled->loss) return;
  check(samples.y().defined(), model.name(), "the loss needs targets. Received: an undefined y.");
  check<ShapeError>(samples.y().size() == outputs.size(), model.name(),
                    "each output needs targets of its own. Received: {} for {} outputs.",
                    samples.y().size(), outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    compiled->loss->check_targets(samples.y()[i], outputs[i]);
}

std::unique_ptr<BatchFeed> Model::Trainer::feed(Model& model, RunData data,
                                                const FeedOptions& options) const {
  if (auto* const samples = std::get_if<Samples>(&data)) {
    const std::int64_t size =
        models::batch_size_for(samples->count(), options.batch_size, options.plan.steps);
    const std::vector<Shape> outputs = check_fits(model, *samples, size);
    weigh_classes(*samples, options.class_weight, outputs.front());
    return models::array_feed(options.plan, std::move(*samples), options.batch_size);
  }
  const auto check = [this, &model, class_weight = options.class_weight](const std::string& who,
                                                                         const Batch& batch) {
    Samples samples(who, batch.x, batch.y, batch.sample_weight);
    samples.check_class_weight(class_weight);
    const std::vector<Shape> outputs = check_fits(model, samples, samples.count());
    weigh_classes(samples, class_weight, outputs.front());
    return samples.all();
  };
  auto batches = std::make_unique<training::GeneratorFeed>(
      options.plan, std::get<BatchGenerator>(data), check, options.steps_option);
  batches->first();
  return batches;
}

void Model::Trainer::check_validation(Model& model, BatchFeed& validation) const {
  RunningMetrics metrics = fresh_running_metrics();
  const Batch batch = validation.first();
  metrics.update(batch, training::test_step(model, *compiled, batch));
}

void Model::Trainer::weigh_classes(Samples& samples, const std::map<int, float>& class_weight,
                                   const Shape& output) const {
  samples.weigh_classes(class_weight, output, compiled->loss ? compiled->loss->class_axis() : -1);
}

void Model::Trainer::train(const RunContext& run, const FitOptions& options, FitFeeds& feeds,
                           models::FitState& state, BuildRollback& builds) {
  run.callbacks.call(run.stop, [](Callback& callback) { callback.on_train_begin({}); });
  // A prediction in a forward pass, a loss or a metric undoes its step when it is told to stop, so
  // the epoch that it is in has no figures.
  models::until_stopped(run.stop, [&] { train_epochs(run, options, feeds, state, builds); });
  state.end_figures();
  compiled->optimizer->finalize(run.model.trainable_variables());
  run.callbacks.call(run.stop, [&](Callback& callback) { callback.on_train_end(state.logs); });
}

void Model::Trainer::train_epochs(const RunContext& run, const FitOptions& options, FitFeeds& feeds,
                                  models::FitState& state, BuildRollback& builds) {
  BatchFeed& batches = *feeds.training;
  // An epoch that had begun before the fit was told to stop comes to its end.
  while (state.epoch < options.epochs && (state.batch > 0 || !run.stop.heard())) {
    const int epoch = state.epoch;
    run.callbacks.call(run.stop, [&](Callback& callback) { callback.on_epoch_begin(epoch, {}); });
    const auto order = [&] {
      random::Generator& shuffler = state.begin_pass();
      return options.shuffle ? &shuffler : nullptr;
    };
    batches.begin_epoch(epoch, order, state.take_resumption());
    if (state.batch == 0 && !batches.more()) {
      run.callbacks.print(
          fmt::format("{}: the input ran out of data, so the fit ends before epoch "
                      "{} of {}.",
                      batches.who(), epoch + 1, options.epochs));
      return;
    }
    state.logs = train_epoch(run, batches, state, builds);
    if (batches.ran_out() && !run.stop.heard()) run.callbacks.print(batches.ran_out_text());
    if (feeds.validation && options.validation_freq.includes(epoch) && !run.stop.heard()) {
      const std::optional<Logs> logs = validate(run, *feeds.validation, epoch);
      for (const auto& [key, value] : logs.value_or(Logs())) state.logs["val_" + key] = value;
    }
    state.logs.merge(models::scheduled_factors(run.model, compiled->optimizer->calls()));
    state.end_epoch(batches.keeps_order());
    state.epoch_ends = true;
    run.callbacks.call(run.stop,
                       [&](Callback& callback) { callback.on_epoch_end(epoch, state.logs); });
    state.epoch_ends = false;
  }
}

Logs Model::Trainer::train_epoch(const RunContext& run, BatchFeed& batches, models::FitState& state,
                                 BuildRollback& builds) {
  const bool batch_logs = run.callbacks.size() > 1;  // the history alone doesn't look at batches
  RunningMetrics& metrics = state.begin_figures(fresh_running_metrics());
  while ((state.batch == 0 || !run.stop.heard()) && batches.more()) {
    const int first = state.batch;
    run.callbacks.call(run.stop,
                       [&](Callback& callback) { callback.on_train_batch_begin(first, {}); });
    try {
      do {
        training::train_step(run.model, *compiled, batches.next(), metrics, last_terms);
        builds.keep_from_all();
        ++state.batch;
      } while (state.batch - first < compiled->steps_per_execution && !run.stop.heard() &&
               batches.more());
    } catch (const training::NotFinite& error) {
      if (!run.callbacks.takes_invalid_loss()) throw;
      Logs logs = metrics.logs();
      logs["loss"] = error.loss;
      const int i = state.batch;
      run.callbacks.call(run.stop,
                         [&](Callback& callback) { callback.on_train_batch_end(i, logs); });
      if (!run.stop.heard()) throw;
      state.end_figures();
      return logs;
    }
    if (!batch_logs) continue;
    const Logs logs = metrics.logs();
    const int last = state.batch - 1;
    run.callbacks.call(run.stop,
                       [&](Callback& callback) { callback.on_train_batch_end(last, logs); });
  }
  Logs logs = metrics.logs();
  state.end_figures();
  return logs;
}

std::optional<Logs> Model::Trainer::validate(const RunContext& run, BatchFeed& batches,
                                             int epoch) const {
  std::optional<Logs> logs = test(run, batches, epoch);
  if (!logs) {
    run.callbacks.print(fmt::format("{}: the input ran out of data, so epoch {} has no validation.",
                                    batches.who(), epoch + 1));
  }
  return logs;
}

std::optional<Logs> Model::Trainer::test(const RunContext& run, BatchFeed& batches,
                                         int epoch) const {
  batches.begin_epoch(epoch, [] { return nullptr; });
  if (!batches.more()) return std::nullopt;
  RunningMetrics metrics = fresh_running_metrics();
  run.callbacks.call(run.stop, [](Callback& callback) { callback.on_test_begin({}); });
  int done = 0;
  do {
    const int first = done;
    run.callbacks.call(run.stop,
                       [&](Callback& callback) { callback.on_test_batch_begin(first, {}); });
    do {
      const Batch batch = batches.next();
      metrics.update(batch, training::test_step(run.model, *compiled, batch));
      ++done;
    } while (done - first < compiled->steps_per_execution && !run.stop.heard() && batches.more());
    if (run.callbacks.empty()) continue;
    const Logs logs = metrics.logs();
    run.callbacks.call(run.stop,
                       [&](Callback& callback) { callback.on_test_batch_end(done - 1, logs); });
  } while (!run.stop.heard() && batches.more());
  if (batches.ran_out() && !run.stop.heard()) run.callbacks.print(batches.ran_out_text());
  Logs logs = metrics.logs();
  run.callbacks.call(run.stop, [&](Callback& callback) { callback.on_test_end(logs); });
  return logs;
}

}  // namespace strata
