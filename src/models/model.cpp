// Orchestration: what fit, evaluate and predict do around single steps.
#include "strata/models/model.hpp"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <numeric>

#include "core/check.hpp"
#include "core/unoptimized.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/tensor/random.hpp"
#include "strata/training/host.hpp"
#include "tensor/format.hpp"
#include "training/meter.hpp"
#include "training/progress_bar.hpp"
#include "training/samples.hpp"
#include "training/step.hpp"

namespace strata {

using training::Batch;
using training::Meter;
using training::Outcome;
using training::ProgressLogger;
using training::ProgressStyle;
using training::Samples;

class Model::Trainer {
 public:
  std::optional<CompileOptions> compiled;
  std::atomic<bool> stop = false;
};

namespace {

using Callbacks = std::vector<std::shared_ptr<Callback>>;

class Host final : public TrainingHost {
 public:
  Host(Model& model, std::ostream& output) : model_(model), output_(output) {}

  void stop_training() override { model_.stop_training(); }
  std::vector<Tensor> get_weights() const override { return model_.get_weights(); }
  void set_weights(const std::vector<Tensor>& weights) override { model_.set_weights(weights); }
  Optimizer& optimizer() override { return model_.optimizer(); }
  void print(const std::string& line) override { output_ << line << '\n' << std::flush; }

  std::optional<bool> larger_is_better(const std::string& log) const override {
    const std::string name = log.starts_with("val_") ? log.substr(4) : log;
    if (name == "loss" || name == "data_loss" || name == "reg_loss") return false;
    const CompileOptions& compiled = model_.compile_options();
    for (const auto* list : {&compiled.metrics, &compiled.weighted_metrics}) {
      for (const MetricSpec& metric : *list) {
        if (metric->name() == name) return metric->larger_is_better();
      }
    }
    return std::nullopt;
  }

 private:
  Model& model_;
  std::ostream& output_;
};

std::ostream& stream(std::ostream* output) { return output == nullptr ? std::cout : *output; }

ProgressStyle style(const std::ostream* output) {
  return output == nullptr ? ProgressStyle::of_standard_output() : ProgressStyle{};
}

std::int64_t batches_in(std::int64_t count, int batch_size) {
  return (count + batch_size - 1) / batch_size;
}

void check_callbacks(const std::string& who, const Callbacks& callbacks) {
  for (const auto& callback : callbacks) {
    check(callback != nullptr, who, "callbacks must not be null. Received: a null callback.");
  }
}

void check_batch_size(const std::string& who, int batch_size) {
  check(batch_size >= 1, who, "batch_size must be at least 1. Received: batch_size={}.",
        batch_size);
}

void check_verbose(const std::string& who, int verbose) {
  check(verbose >= 0 && verbose <= 2, who, "verbose must be 0, 1 or 2. Received: verbose={}.",
        verbose);
}

// Callbacks see the model while this lives.
class Attached {
 public:
  Attached(const Callbacks& callbacks, Host& host, const CallbackParams& params)
      : callbacks_(callbacks) {
    for (const auto& callback : callbacks_) callback->attach(&host, params);
  }
  ~Attached() {
    for (const auto& callback : callbacks_) callback->attach(nullptr, {});
  }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;

 private:
  const Callbacks& callbacks_;
};

// Calls `each(first, last)` with the bounds of every batch, until it returns false.
template <class Each>
void for_each_batch(std::int64_t count, int batch_size, Each each) {
  for (std::int64_t first = 0; first < count; first += batch_size) {
    if (!each(first, std::min<std::int64_t>(count, first + batch_size))) return;
  }
}

// Everything about data and targets that can be seen before the first step.
void check_fits(Model& model, const Samples& samples) {
  const Shape output = model.compute_output_shape(samples.x().shape());
  const LossSpec& loss = model.compile_options().loss;
  if (loss && samples.y().defined()) loss->check_targets(samples.y(), output);
}

// Loss and metrics over all samples, in inference.
Logs run_test(Model& model, const Samples& samples, int batch_size, const Callbacks& callbacks,
              ProgressLogger* progress) {
  Meter meter(model.compile_options());
  for (const auto& callback : callbacks) callback->on_test_begin({});
  int index = 0;
  for_each_batch(samples.count(), batch_size, [&](std::int64_t first, std::int64_t last) {
    for (const auto& callback : callbacks) callback->on_test_batch_begin(index, {});
    const Batch batch = samples.batch(first, last);
    meter.update(batch, training::test_step(model, model.compile_options(), batch));
    if (!callbacks.empty() || progress != nullptr) {
      const Logs logs = meter.logs();
      for (const auto& callback : callbacks) callback->on_test_batch_end(index, logs);
      if (progress != nullptr) progress->step(index, logs);
    }
    ++index;
    return true;
  });
  Logs logs = meter.logs();
  for (const auto& callback : callbacks) callback->on_test_end(logs);
  return logs;
}

// What fit trains on, and what it validates on.
struct FitData {
  Samples training;
  std::optional<Samples> validation;
};

FitData prepare(const std::string& who, const Tensor& x, const Tensor& y,
                const FitOptions& options) {
  Samples all(who, x, y, options.sample_weight);
  const ValidationData& held_out = options.validation_data;
  const float split = options.validation_split;
  check(split >= 0.0f && split < 1.0f, who,
        "validation_split must lie in [0, 1). Received: validation_split={}.", split);
  std::optional<Samples> validation;
  if (held_out.x.defined()) {
    validation.emplace(who + ": validation_data", held_out.x, held_out.y, held_out.sample_weight);
  } else if (split > 0.0f) {
    const auto kept = static_cast<std::int64_t>(
        std::floor(static_cast<double>(all.count()) * (1.0 - static_cast<double>(split)) + 1e-6));
    check(kept > 0 && kept < all.count(), who,
          "validation_split must leave samples on both sides. Received: validation_split={} of {} "
          "samples.",
          split, all.count());
    validation.emplace(all.part(kept, all.count()));
    all = all.part(0, kept);
  }
  all.weigh_classes(options.class_weight);
  return {std::move(all), std::move(validation)};
}

void check_options(const std::string& who, const FitOptions& options) {
  check_batch_size(who, options.batch_size);
  check_batch_size(who + ": validation", options.validation_batch_size.value_or(1));
  check_verbose(who, options.verbose);
  check_callbacks(who, options.callbacks);
  check(options.epochs >= 0, who, "epochs must not be negative. Received: epochs={}.",
        options.epochs);
  check(options.initial_epoch >= 0, who,
        "initial_epoch must not be negative. Received: initial_epoch={}.", options.initial_epoch);
  check(options.validation_freq >= 1, who,
        "validation_freq must be at least 1. Received: validation_freq={}.",
        options.validation_freq);
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
  check(static_cast<bool>(options.optimizer), name() + ".compile",
        "an optimizer is needed. Received: nullptr.");
  training::name_metrics(options);
  trainer().compiled = std::move(options);
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

void Model::stop_training() noexcept { trainer_->stop.store(true, std::memory_order_relaxed); }

std::vector<std::string> Model::metrics_names() const {
  std::vector<std::string> names = {"loss"};
  for (const auto* list : {&compile_options().metrics, &compile_options().weighted_metrics}) {
    for (const MetricSpec& metric : *list) names.push_back(metric->name());
  }
  return names;
}

History Model::fit(const Tensor& x, const Tensor& y, const FitOptions& options) {
  const std::string who = name() + ".fit";
  const CompileOptions& compiled = compile_options();
  check_options(who, options);
  const FitData data = prepare(who, x, y, options);
  const Samples& samples = data.training;
  check_fits(*this, samples);
  if (data.validation) check_fits(*this, *data.validation);
  if (!compiled.optimizer->built()) compiled.optimizer->build(trainable_variables());

  Host host(*this, stream(options.output));
  const auto history = std::make_shared<History>();
  const auto steps = static_cast<int>(batches_in(samples.count(), options.batch_size));
  Callbacks callbacks = options.callbacks;
  callbacks.push_back(history);
  if (options.verbose > 0) {
    callbacks.push_back(std::make_shared<ProgressLogger>(
        stream(options.output), style(options.output), options.verbose, steps));
  }
  const bool batch_logs = callbacks.size() > 1;  // the history alone doesn't look at batches
  const Attached attached(callbacks, host, {options.verbose, options.epochs, steps});

  trainer().stop = false;
  random::Generator shuffler{std::optional<std::uint64_t>()};
  Logs logs;
  for (const auto& callback : callbacks) callback->on_train_begin({});
  for (int epoch = options.initial_epoch; epoch < options.epochs && !trainer().stop; ++epoch) {
    for (const auto& callback : callbacks) callback->on_epoch_begin(epoch, {});
    const std::vector<std::int64_t> order =
        options.shuffle ? shuffler.permutation(samples.count()) : std::vector<std::int64_t>();
    Meter meter(compiled);
    int index = 0;
    for_each_batch(samples.count(), options.batch_size, [&](std::int64_t first, std::int64_t last) {
      for (const auto& callback : callbacks) callback->on_train_batch_begin(index, {});
      const Batch batch = samples.batch(first, last, order);
      meter.update(batch, training::train_step(*this, compiled, batch));
      if (batch_logs) {
        const Logs running = meter.logs();
        for (const auto& callback : callbacks) callback->on_train_batch_end(index, running);
      }
      ++index;
      return !trainer().stop;
    });
    logs = meter.logs();
    if (data.validation && (epoch + 1) % options.validation_freq == 0) {
      const int size = options.validation_batch_size.value_or(options.batch_size);
      for (const auto& [key, value] : run_test(*this, *data.validation, size, callbacks, nullptr))
        logs["val_" + key] = value;
    }
    for (const auto& callback : callbacks) callback->on_epoch_end(epoch, logs);
  }
  compiled.optimizer->finalize(trainable_variables());
  for (const auto& callback : callbacks) callback->on_train_end(logs);
  return *history;
}

Logs Model::evaluate(const Tensor& x, const Tensor& y, const EvaluateOptions& options) {
  const std::string who = name() + ".evaluate";
  compile_options();
  check_batch_size(who, options.batch_size);
  check_verbose(who, options.verbose);
  check_callbacks(who, options.callbacks);
  const Samples samples(who, x, y, options.sample_weight);
  check_fits(*this, samples);
  const auto steps = static_cast<int>(batches_in(samples.count(), options.batch_size));
  Host host(*this, stream(options.output));
  const Attached attached(options.callbacks, host, {options.verbose, 1, steps});
  if (options.verbose == 0)
    return run_test(*this, samples, options.batch_size, options.callbacks, nullptr);
  ProgressLogger progress(stream(options.output), style(options.output), options.verbose, steps);
  progress.start();
  const Logs logs = run_test(*this, samples, options.batch_size, options.callbacks, &progress);
  progress.finish(logs);
  return logs;
}

Tensor Model::predict(const Tensor& x, const PredictOptions& options) {
  warn_if_unoptimized();
  const std::string who = name() + ".predict";
  check_batch_size(who, options.batch_size);
  check_verbose(who, options.verbose);
  check_callbacks(who, options.callbacks);
  const Samples samples(who, x, {}, {});
  const auto steps = static_cast<int>(batches_in(samples.count(), options.batch_size));
  Host host(*this, stream(options.output));
  const Attached attached(options.callbacks, host, {options.verbose, 1, steps});
  ProgressLogger progress(stream(options.output), style(options.output), options.verbose, steps);
  progress.start();
  std::vector<Tensor> outputs;
  for (const auto& callback : options.callbacks) callback->on_predict_begin({});
  int index = 0;
  for_each_batch(samples.count(), options.batch_size, [&](std::int64_t first, std::int64_t last) {
    for (const auto& callback : options.callbacks) callback->on_predict_batch_begin(index, {});
    outputs.push_back(
        ops::stop_gradient((*this)(samples.batch(first, last).x, {.training = false})));
    for (const auto& callback : options.callbacks) callback->on_predict_batch_end(index, {});
    if (options.verbose > 0) progress.step(index, {});
    ++index;
    return true;
  });
  for (const auto& callback : options.callbacks) callback->on_predict_end({});
  if (options.verbose > 0) progress.finish({});
  return outputs.size() == 1 ? outputs.front() : ops::concatenate(outputs, 0);
}

Logs Model::train_on_batch(const Tensor& x, const Tensor& y, const BatchOptions& options) {
  compile_options();
  Samples samples(name() + ".train_on_batch", x, y, options.sample_weight);
  samples.weigh_classes(options.class_weight);
  check_fits(*this, samples);
  if (!optimizer().built()) optimizer().build(trainable_variables());
  Meter meter(compile_options());
  const Batch batch = samples.batch(0, samples.count());
  meter.update(batch, training::train_step(*this, compile_options(), batch));
  return meter.logs();
}

Logs Model::test_on_batch(const Tensor& x, const Tensor& y, const BatchOptions& options) {
  compile_options();
  const std::string who = name() + ".test_on_batch";
  check(options.class_weight.empty(), who, "class_weight is for training. Received: {} classes.",
        options.class_weight.size());
  const Samples samples(who, x, y, options.sample_weight);
  check_fits(*this, samples);
  return run_test(*this, samples, static_cast<int>(samples.count()), {}, nullptr);
}

Tensor Model::predict_on_batch(const Tensor& x) {
  warn_if_unoptimized();
  const Samples samples(name() + ".predict_on_batch", x, {}, {});
  return ops::stop_gradient((*this)(samples.x(), {.training = false}));
}

Tensor Model::compute_loss(const Tensor& y, const Tensor& y_pred, const Tensor& sample_weight) {
  return training::total_loss(*this, compile_options(), {{}, y, sample_weight}, y_pred).total();
}

Layer& Model::get_layer(std::string_view layer_name) const {
  std::vector<std::string> names;
  for (const auto& layer : layers()) {
    if (layer->name() == layer_name) return *layer;
    names.push_back(layer->name());
  }
  raise(name(), "there is no layer of this name; known are {}. Received: {}.",
        fmt::join(names, ", "), layer_name);
}

Layer& Model::get_layer(int index) const {
  const auto all = layers();
  check(index >= 0 && index < static_cast<int>(all.size()), name(),
        "a layer's index must lie in [0, {}). Received: {}.", all.size(), index);
  return *all[static_cast<std::size_t>(index)];
}

}  // namespace strata
