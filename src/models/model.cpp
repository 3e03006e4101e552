// A model's life: compiling, running over data, looking things up. `fit` has a file of its own.
#include "strata/models/model.hpp"

#include <cmath>

#include "core/check.hpp"
#include "core/known_names.hpp"
#include "core/profile.hpp"
#include "models/run.hpp"
#include "models/trainer.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"
#include "training/step.hpp"

namespace strata {

using training::ProgressLogger;
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
  trainer_->stop_wishes.fetch_add(1, std::memory_order_relaxed);
}

std::vector<std::string> Model::metrics_names() const {
  std::vector<std::string> names = {"loss"};
  for (const auto* list : {&compile_options().metrics, &compile_options().weighted_metrics}) {
    for (const MetricSpec& metric : *list) names.push_back(metric->name());
  }
  return names;
}

Logs Model::evaluate(const Tensors& x, const Tensors& y, const EvaluateOptions& options) {
  const std::string who = name() + ".evaluate";
  const profile::Aside aside;
  const models::StopListener stop(trainer().stop_wishes);
  compile_options();
  models::check_batch_size(who, options.batch_size);
  models::check_verbose(who, options.verbose);
  models::check_callbacks(who, options.callbacks);
  const Samples samples(who, x, y, options.sample_weight);
  Trainer::Builds builds(*this);
  trainer().check_fits(*this, samples, options.batch_size);
  const auto steps = static_cast<int>(models::batches_in(samples.count(), options.batch_size));
  models::Host host(*this, models::stream(options.output));
  const models::Attached attached(options.callbacks, host, {options.verbose, 1, steps});
  std::optional<ProgressLogger> progress;
  if (options.verbose > 0) {
    progress.emplace(models::stream(options.output), models::style(options.output), options.verbose,
                     steps);
    progress->start();
  }
  Logs logs = trainer().test(*this, samples, options.batch_size, options.callbacks, stop,
                             progress ? &*progress : nullptr);
  if (progress) progress->finish(logs);
  builds.keep();
  return logs;
}

Tensor Model::predict(const Tensor& x, const PredictOptions& options) {
  return outputs_of(x, options).single("predict");
}

Tensors Model::outputs_of(const Tensors& x, const PredictOptions& options) {
  const std::string who = name() + ".predict";
  const profile::Aside aside;
  const models::StopListener stop(trainer().stop_wishes);
  models::check_batch_size(who, options.batch_size);
  models::check_verbose(who, options.verbose);
  models::check_callbacks(who, options.callbacks);
  const Samples samples(who, x, {}, {});
  const auto steps = static_cast<int>(models::batches_in(samples.count(), options.batch_size));
  models::Host host(*this, models::stream(options.output));
  const models::Attached attached(options.callbacks, host, {options.verbose, 1, steps});
  ProgressLogger progress(models::stream(options.output), models::style(options.output),
                          options.verbose, steps);
  progress.start();
  std::vector<Tensors> outputs;
  for (const auto& callback : options.callbacks) callback->on_predict_begin({});
  int index = 0;
  models::for_each_batch(
      samples.count(), options.batch_size, [&](std::int64_t first, std::int64_t last) {
        for (const auto& callback : options.callbacks) callback->on_predict_batch_begin(index, {});
        outputs.push_back(training::predict_step(*this, samples.batch(first, last).x));
        for (const auto& callback : options.callbacks) callback->on_predict_batch_end(index, {});
        if (options.verbose > 0) progress.step(index, {});
        ++index;
        return !stop.heard();
      });
  if (stop.heard()) {
    raise<models::PredictionStopped>(who,
                                     "a prediction that is told to stop has nothing to return. "
                                     "Received: stop_training() in batch {} of {}.",
                                     index, steps);
  }
  for (const auto& callback : options.callbacks) callback->on_predict_end({});
  if (options.verbose > 0) progress.finish({});
  return outputs.size() == 1 ? outputs.front() : joined(outputs);
}

Logs Model::train_on_batch(const Tensors& x, const Tensors& y, const BatchOptions& options) {
  const profile::Aside aside;
  compile_options();
  Samples samples(name() + ".train_on_batch", x, y, options.sample_weight);
  samples.check_class_weight(options.class_weight);
  Trainer::Builds builds(*this);
  const std::vector<Shape> outputs =
      trainer().check_fits(*this, samples, static_cast<int>(samples.count()));
  trainer().weigh_classes(samples, options.class_weight, outputs.front());
  training::Meter meter = trainer().meter();
  training::train_step(*this, compile_options(), samples.batch(0, samples.count()), meter,
                       trainer().last_terms);
  builds.keep();
  return meter.logs();
}

Logs Model::test_on_batch(const Tensors& x, const Tensors& y, const BatchOptions& options) {
  const profile::Aside aside;
  const models::StopListener stop(trainer().stop_wishes);
  compile_options();
  const std::string who = name() + ".test_on_batch";
  check(options.class_weight.empty(), who, "class_weight is for training. Received: {} classes.",
        options.class_weight.size());
  const Samples samples(who, x, y, options.sample_weight);
  const auto size = static_cast<int>(samples.count());
  Trainer::Builds builds(*this);
  trainer().check_fits(*this, samples, size);
  Logs logs = trainer().test(*this, samples, size, {}, stop);
  builds.keep();
  return logs;
}

Tensor Model::predict_on_batch(const Tensor& x) {
  return outputs_of_batch(x).single("predict_on_batch");
}

Tensors Model::outputs_of_batch(const Tensors& x) {
  const profile::Aside aside;
  const Samples samples(name() + ".predict_on_batch", x, {}, {});
  return training::predict_step(*this, samples.x());
}

Tensor Model::compute_loss(const Tensors& y, const Tensors& y_pred, const Tensor& sample_weight) {
  return training::total_loss(*this, compile_options(), {{}, y, sample_weight}, y_pred, losses())
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
