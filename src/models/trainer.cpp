#include "models/trainer.hpp"

#include "core/check.hpp"
#include "strata/tensor/random.hpp"
#include "training/meter.hpp"
#include "training/step.hpp"

namespace strata {

using models::Callbacks;
using models::StopListener;
using models::tell;
using models::until_stopped;
using training::Batch;
using training::Meter;
using training::Samples;

std::vector<Shape> Model::Trainer::check_fits(Model& model, const Samples& samples,
                                              int batch_size) const {
  const std::vector<Shape> inputs = shapes_of(samples.x());
  model.check_inputs(inputs);
  const auto with_batch = [&](std::int64_t batch) {
    std::vector<Shape> shapes = inputs;
    for (Shape& shape : shapes) shape[0] = batch;
    return shapes;
  };
  model.build(with_batch(std::min<std::int64_t>(batch_size, samples.count())));
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

void Model::Trainer::check_validation(Model& model, const Samples& samples, int batch_size) const {
  check_fits(model, samples, batch_size);
  Meter meter = this->meter();
  const Batch batch = samples.batch(0, std::min<std::int64_t>(batch_size, samples.count()));
  meter.update(batch, training::test_step(model, *compiled, batch));
}

void Model::Trainer::weigh_classes(Samples& samples, const std::map<int, float>& class_weight,
                                   const Shape& output) const {
  samples.weigh_classes(class_weight, output, compiled->loss ? compiled->loss->class_axis() : -1);
}

void Model::Trainer::train(Model& model, const FitOptions& options, const models::FitData& data,
                           const Callbacks& callbacks, Builds& builds, const StopListener& stop) {
  tell(callbacks, stop, [](Callback& callback) { callback.on_train_begin({}); });
  Logs logs;
  // A prediction in a forward pass, a loss or a metric undoes its step when it is told to stop, so
  // the epoch that it is in has no figures.
  until_stopped(stop, [&] { train_epochs(model, options, data, callbacks, builds, stop, logs); });
  compiled->optimizer->finalize(model.trainable_variables());
  tell(callbacks, stop, [&](Callback& callback) { callback.on_train_end(logs); });
}

void Model::Trainer::train_epochs(Model& model, const FitOptions& options,
                                  const models::FitData& data, const Callbacks& callbacks,
                                  Builds& builds, const StopListener& stop, Logs& logs) {
  random::Generator shuffler{std::optional<std::uint64_t>()};
  for (int epoch = options.initial_epoch; epoch < options.epochs && !stop.heard(); ++epoch) {
    tell(callbacks, stop, [&](Callback& callback) { callback.on_epoch_begin(epoch, {}); });
    const std::vector<std::int64_t> order =
        options.shuffle ? shuffler.permutation(data.training.count()) : std::vector<std::int64_t>();
    logs = train_epoch(model, options, data.training, order, callbacks, builds, stop);
    if (data.validation && (epoch + 1) % options.validation_freq == 0 && !stop.heard()) {
      const int size = options.validation_batch_size.value_or(options.batch_size);
      for (const auto& [key, value] : test(model, *data.validation, size, callbacks, stop))
        logs["val_" + key] = value;
    }
    tell(callbacks, stop, [&](Callback& callback) { callback.on_epoch_end(epoch, logs); });
  }
}

Logs Model::Trainer::train_epoch(Model& model, const FitOptions& options, const Samples& samples,
                                 std::span<const std::int64_t> order, const Callbacks& callbacks,
                                 Builds& builds, const StopListener& stop) {
  const bool batch_logs = callbacks.size() > 1;  // the history alone doesn't look at batches
  Meter meter = this->meter();
  int index = 0;
  const auto train_batch = [&](std::int64_t first, std::int64_t last) {
    tell(callbacks, stop, [&](Callback& callback) { callback.on_train_batch_begin(index, {}); });
    training::train_step(model, *compiled, samples.batch(first, last, order), meter, last_terms);
    builds.keep();
    if (batch_logs) {
      const Logs logs = meter.logs();
      tell(callbacks, stop, [&](Callback& callback) { callback.on_train_batch_end(index, logs); });
    }
    ++index;
    return !stop.heard();
  };
  models::for_each_batch(samples.count(), options.batch_size, train_batch);
  return meter.logs();
}

Logs Model::Trainer::test(Model& model, const Samples& samples, int batch_size,
                          const Callbacks& callbacks, const StopListener& stop,
                          training::ProgressLogger* progress) const {
  Meter meter = this->meter();
  tell(callbacks, stop, [](Callback& callback) { callback.on_test_begin({}); });
  int index = 0;
  models::for_each_batch(samples.count(), batch_size, [&](std::int64_t first, std::int64_t last) {
    tell(callbacks, stop, [&](Callback& callback) { callback.on_test_batch_begin(index, {}); });
    const Batch batch = samples.batch(first, last);
    meter.update(batch, training::test_step(model, *compiled, batch));
    if (!callbacks.empty() || progress != nullptr) {
      const Logs logs = meter.logs();
      tell(callbacks, stop, [&](Callback& callback) { callback.on_test_batch_end(index, logs); });
      if (progress != nullptr) progress->step(index, logs);
    }
    ++index;
    return !stop.heard();
  });
  Logs logs = meter.logs();
  tell(callbacks, stop, [&](Callback& callback) { callback.on_test_end(logs); });
  return logs;
}

}  // namespace strata
