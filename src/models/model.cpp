// A model's life: compiling, running over data, looking things up. `fit` has a file of its own.
#include "strata/models/model.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "core/known_names.hpp"
#include "core/profile.hpp"
#include "core/rollback.hpp"
#include "models/rule_factors.hpp"
#include "models/run_options.hpp"
#include "models/trainer.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/optimizers/scheduled.hpp"
#include "tensor/format.hpp"
#include "training/step.hpp"

namespace strata {

using training::Samples;

namespace {

// Metrics given by name are made anew, named as they were.
void renew(std::vector<MetricSpec>& metrics) {
  for (MetricSpec& metric : metrics) {
    if (metric.identifier().empty()) continue;
    MetricSpec fresh(metric.identifier());
    fresh->set_name(metric->name());
    metric = std::move(fresh);
  }
}

// Concatenates the outputs of all batches along the batch axis.
Tensors joined(const std::vector<Tensors>& batches) {
  std::vector<Tensor> all;
  for (std::size_t i = 0; i < batches.front().size(); ++i) {
    std::vector<Tensor> parts;
    for (const Tensors& batch : batches) parts.push_back(batch[i]);
    all.push_back(ops::concatenate(parts, 0));
  }
  return Tensors(std::move(all));
}

// In the order of the model, each once.
void pick_layers(const Layer& outer, const std::function<bool(const Layer&)>& where,
                 std::vector<Layer*>& picked) {
  for (const std::shared_ptr<Layer>& layer : outer.sublayers()) {
    const bool known = std::find(picked.begin(), picked.end(), layer.get()) != picked.end();
    if (!known && where(*layer)) picked.push_back(layer.get());
    pick_layers(*layer, where, picked);
  }
}

// Unless the caller knows the step. Without an optimizer there is none.
std::unique_ptr<regularizers::AtStep> step_of(const Model& model) {
  if (!model.compiled() || regularizers::AtStep::now()) return nullptr;
  return std::make_unique<regularizers::AtStep>(model.compile_options().optimizer->calls(),
                                                regularizers::AtStep::Purpose::report);
}

}  // namespace

Model::Model() : trainer_(std::make_unique<Trainer>()) {}
Model::Model(std::string_view class_name, std::string name)
    : Layer(class_name, std::move(name)), trainer_(std::make_unique<Trainer>()) {}
Model::~Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;

Model::Trainer& Model::trainer() const { return *trainer_; }

void Model::compile(CompileOptions options) {
  take_compile_options(std::move(options), OptionsOrigin::code);
}

void Model::take_compile_options(CompileOptions options, OptionsOrigin origin) {
  check(static_cast<bool>(options.optimizer), name() + ".compile",
        "an optimizer is needed. Received: nullptr.");
  if (!options.optimizer.identifier().empty()) options.optimizer = options.optimizer->renewed();
  if (options.loss_weights) {
    check(std::isfinite(*options.loss_weights), name() + ".compile",
          "loss_weights must be a finite number. Received: {}.", *options.loss_weights);
    check(options.loss || origin == OptionsOrigin::config, name() + ".compile",
          "loss_weights needs a loss to weigh. Received: loss_weights={} and no loss.",
          *options.loss_weights);
  }
  check(options.steps_per_execution >= 1, name() + ".compile",
        "steps_per_execution must be at least 1. Received: steps_per_execution={}.",
        options.steps_per_execution);
  if (built()) options.optimizer->check_rules(trainable_variables());
  renew(options.metrics);
  renew(options.weighted_metrics);
  // Before the user's metrics are renamed, for copying one may fail.
  training::FreshMetrics fresh_metrics = training::fresh_metrics(options);
  training::name_metrics(options);
  trainer().fresh_metrics = std::move(fresh_metrics);
  trainer().compiled = std::move(options);
  trainer().last_terms = {};
}

bool Model::compiled() const { return trainer().compiled.has_value(); }

const CompileOptions& Model::compile_options() const {
  check<StateError>(compiled(), name(),
                    "call compile() first. Received: a model that is not compiled.");
  return *trainer().compiled;
}

Optimizer& Model::optimizer() {
  compile_options();
  return *trainer().compiled->optimizer;
}

void Model::stop_training() noexcept {
  trainer_->stop_requests.fetch_add(1, std::memory_order_relaxed);
}

std::vector<std::string> Model::metrics_names() const {
  std::vector<std::string> names = {"loss"};
  for (const MetricSpec& metric : training::all_metrics(compile_options()))
    names.push_back(metric->name());
  return names;
}

std::vector<double> Model::in_order(const Logs& logs) const {
  std::vector<double> figures;
  for (const std::string& name : metrics_names()) {
    const auto found = logs.find(name);
    check(found != logs.end(), this->name(), "the logs must hold all of {}. Received: none for {}.",
          Whole{fmt::format("{}", fmt::join(metrics_names(), ", "))}, name);
    figures.push_back(found->second);
  }
  return figures;
}

void Model::reset_metrics() {
  for (const MetricSpec& metric : training::all_metrics(compile_options())) metric->reset_state();
}

int Model::set_regularizer(const std::function<bool(const Layer&)>& where, std::string_view weight,
                           const RegularizerSpec& regularizer) {
  check<StateError>(built(), name(),
                    "a model must be built before layers of it are picked. Received: one that is "
                    "not.");
  std::vector<Layer*> picked;
  pick_layers(*this, where, picked);
  std::vector<RegularizerSpec> before;
  Rollback restore([&] {
    for (std::size_t i = 0; i < before.size(); ++i) picked[i]->set_regularizer(weight, before[i]);
  });
  for (Layer* const layer : picked) {
    RegularizerSpec present = models::rule_in(*layer, weight);
    layer->set_regularizer(weight, regularizer);
    before.push_back(std::move(present));
  }
  restore.keep();
  return static_cast<int>(picked.size());
}

Logs Model::evaluate(const Tensors& x, const Tensors& y, const EvaluateOptions& options) {
  return trainer().evaluate(*this, options, [&](const std::string& who) {
    return Samples(who, x, y, options.sample_weight);
  });
}

Logs Model::evaluate(const BatchGenerator& batches, const EvaluateOptions& options) {
  return trainer().evaluate(*this, options, [&](const std::string& who) {
    models::check_generator(who, batches, "batch_size", options.batch_size);
    models::check_no_weights(who, options.sample_weight);
    return batches;
  });
}

Logs Model::Trainer::evaluate(
    Model& model, const EvaluateOptions& options,
    const std::function<models::RunData(const std::string& who)>& prepare) {
  const std::string who = model.name() + ".evaluate";
  const profile::Aside aside;
  const models::StopListener stop(stop_requests);
  model.compile_options();
  models::check_run_options(who, options);
  models::check_positive(who, "steps", options.steps);
  models::RunData data = prepare(who);
  BuildRollback builds(model);
  models::FeedOptions how;
  how.plan.who = who;
  how.plan.steps = options.steps;
  how.batch_size = options.batch_size;
  const auto batches = feed(model, std::move(data), how);
  const models::CallbackList callbacks(models::with_progbar(options.callbacks, options.verbose),
                                       model, options.output,
                                       {options.verbose, 1, static_cast<int>(batches->steps())});
  std::optional<Logs> logs = test({model, callbacks, stop}, *batches);
  builds.keep_from_all();
  return std::move(*logs);  // there is a first batch, or `feed` would have raised
}

Tensor Model::predict(const Tensor& x, const PredictOptions& options) {
  return outputs_of(x, options).single("predict");
}

Tensor Model::predict(const BatchGenerator& batches, const PredictOptions& options) {
  return outputs_of(batches, options).single("predict");
}

Tensors Model::outputs_of(const Tensors& x, const PredictOptions& options) {
  const std::string who = name() + ".predict";
  const profile::Aside aside;
  const models::StopListener stop(trainer().stop_requests);
  models::check_run_options(who, options);
  models::check_positive(who, "steps", options.steps);
  const auto batches = models::array_feed({.who = who, .steps = options.steps},
                                          Samples(who, x, {}, {}), options.batch_size);
  return trainer().predict(*this, options, *batches, stop);
}

Tensors Model::outputs_of(const BatchGenerator& batches, const PredictOptions& options) {
  const std::string who = name() + ".predict";
  const profile::Aside aside;
  const models::StopListener stop(trainer().stop_requests);
  models::check_run_options(who, options);
  models::check_positive(who, "steps", options.steps);
  models::check_generator(who, batches, "batch_size", options.batch_size);
  const auto inputs = [](const std::string& batch_name, const Batch& batch) {
    return Samples(batch_name, batch.x, {}, {}).all();
  };
  training::GeneratorFeed feed({.who = who, .steps = options.steps}, batches, inputs, "steps");
  feed.first();
  return trainer().predict(*this, options, feed, stop);
}

Tensors Model::Trainer::predict(Model& model, const PredictOptions& options,
                                training::BatchFeed& batches,
                                const models::StopListener& stop) const {
  const int per_execution = compiled ? compiled->steps_per_execution : 1;
  const auto steps = static_cast<int>(batches.steps());
  const models::CallbackList callbacks(models::with_progbar(options.callbacks, options.verbose),
                                       model, options.output, {options.verbose, 1, steps});
  std::vector<Tensors> outputs;
  const auto done = [&] { return static_cast<int>(outputs.size()); };
  callbacks.call([](Callback& callback) { callback.on_predict_begin({}); });
  batches.begin_epoch(0, [] { return nullptr; });
  while ((outputs.empty() || !stop.heard()) && batches.more()) {
    const int first = done();
    callbacks.call([&](Callback& callback) { callback.on_predict_batch_begin(first, {}); });
    do {
      outputs.push_back(training::predict_step(model, batches.next().x));
    } while (done() - first < per_execution && !stop.heard() && batches.more());
    callbacks.call([&](Callback& callback) { callback.on_predict_batch_end(done() - 1, {}); });
  }
  if (stop.heard()) {
    raise<models::PredictionStopped>(
        batches.who(),
        "a prediction that is told to stop has nothing to return. Received: stop_training() in "
        "batch {}{}.",
        done(), steps == 0 ? "" : fmt::format(" of {}", steps));
  }
  if (batches.ran_out()) callbacks.print(batches.ran_out_text());
  callbacks.call([](Callback& callback) { callback.on_predict_end({}); });
  return outputs.size() == 1 ? outputs.front() : joined(outputs);
}

Logs Model::train_on_batch(const Tensors& x, const Tensors& y, const BatchOptions& options) {
  const profile::Aside aside;
  compile_options();
  Samples samples(name() + ".train_on_batch", x, y, options.sample_weight);
  samples.check_class_weight(options.class_weight);
  BuildRollback builds(*this);
  const std::vector<Shape> outputs = trainer().check_fits(*this, samples, samples.count());
  trainer().weigh_classes(samples, options.class_weight, outputs.front());
  training::RunningMetrics metrics = trainer().fresh_running_metrics();
  training::train_step(*this, compile_options(), samples.all(), metrics, trainer().last_terms);
  builds.keep_from_all();
  return metrics.logs();
}

Logs Model::test_on_batch(const Tensors& x, const Tensors& y, const BatchOptions& options) {
  const profile::Aside aside;
  const models::StopListener stop(trainer().stop_requests);
  compile_options();
  const std::string who = name() + ".test_on_batch";
  check(options.class_weight.empty(), who, "class_weight is for training. Received: {} classes.",
        options.class_weight.size());
  const Samples samples(who, x, y, options.sample_weight);
  BuildRollback builds(*this);
  trainer().check_fits(*this, samples, samples.count());
  training::ArrayFeed batch({.who = who}, samples, samples.count());
  const std::optional<Logs> logs = trainer().test({*this, models::CallbackList(), stop}, batch);
  builds.keep_from_all();
  return *logs;
}

Tensor Model::predict_on_batch(const Tensor& x) {
  return outputs_of_batch(x).single("predict_on_batch");
}

Tensors Model::outputs_of_batch(const Tensors& x) {
  const profile::Aside aside;
  const Samples samples(name() + ".predict_on_batch", x, {}, {});
  return training::predict_step(*this, samples.x());
}

std::vector<Tensor> Model::losses() const {
  const auto at_step = step_of(*this);
  return Layer::losses();
}

std::vector<Penalty> Model::penalties() const {
  const auto at_step = step_of(*this);
  return Layer::penalties();
}

Tensor Model::compute_loss(const Tensors& y, const Tensors& y_pred, const Tensor& sample_weight) {
  return training::total_loss(*this, compile_options(), {{}, y, sample_weight}, {y_pred}, losses())
      .total();
}

Layer& Model::get_layer(std::string_view layer_name) const {
  std::vector<std::string> names;
  for (const auto& layer : layers()) {
    if (layer->name() == layer_name) return *layer;
    names.push_back(layer->name());
  }
  raise(name(), "there is no layer of this name; {}. Received: {}.",
        Whole{known_names(layer_name, names)}, excerpt(layer_name));
}

Layer& Model::get_layer(int index) const {
  const auto all = layers();
  check(index >= 0 && index < static_cast<int>(all.size()), name(),
        "a layer's index must lie in [0, {}). Received: {}.", all.size(), index);
  return *all[static_cast<std::size_t>(index)];
}

}  // namespace strata
