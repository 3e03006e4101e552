#include "models/trainer.hpp"

#include "core/check.hpp"
#include "strata/tensor/random.hpp"
#include "training/meter.hpp"
#include "training/step.hpp"

namespace strata {

using models::Callbacks;
using training::Batch;
using training::Meter;
using training::Samples;

void Model::Trainer::check_fits(Model& model, const Samples& samples, int batch_size) const {
  const Shape& input = samples.x().shape();
  model.check_input(input);
  model.build(input.with(0, std::min<std::int64_t>(batch_size, samples.count())));
  // The batch axis unknown: a layer that can't tell is asked with one sample, not with all data.
  Shape output = model.compute_output_shape(input.with(0, Shape::kUnknown));
  if (!compiled->loss) return;
  check(samples.y().defined(), model.name(), "the loss needs targets. Received: an undefined y.");
  if (output.rank() > 0) output[0] = samples.count();
  compiled->loss->check_targets(samples.y(), output);
}

void Model::Trainer::check_validation(Model& model, const Samples& samples, int batch_size) const {
  check_fits(model, samples, batch_size);
  Meter meter(*compiled);
  const Batch batch = samples.batch(0, std::min<std::int64_t>(batch_size, samples.count()));
  meter.update(batch, training::test_step(model, *compiled, batch));
}

void Model::Trainer::train(Model& model, const FitOptions& options, const models::FitData& data,
                           const Callbacks& callbacks, BuildRollback& rollback) {
  stop = false;
  random::Generator shuffler{std::optional<std::uint64_t>()};
  Logs logs;
  for (const auto& callback : callbacks) callback->on_train_begin({});
  for (int epoch = options.initial_epoch; epoch < options.epochs && !stop; ++epoch) {
    for (const auto& callback : callbacks) callback->on_epoch_begin(epoch, {});
    const std::vector<std::int64_t> order =
        options.shuffle ? shuffler.permutation(data.training.count()) : std::vector<std::int64_t>();
    logs = train_epoch(model, options, data.training, order, callbacks, rollback);
    if (data.validation && (epoch + 1) % options.validation_freq == 0) {
      const int size = options.validation_batch_size.value_or(options.batch_size);
      for (const auto& [key, value] : test(model, *data.validation, size, callbacks, nullptr))
        logs["val_" + key] = value;
    }
    for (const auto& callback : callbacks) callback->on_epoch_end(epoch, logs);
  }
  compiled->optimizer->finalize(model.trainable_variables());
  for (const auto& callback : callbacks) callback->on_train_end(logs);
}

Logs Model::Trainer::train_epoch(Model& model, const FitOptions& options, const Samples& samples,
                                 std::span<const std::int64_t> order, const Callbacks& callbacks,
                                 BuildRollback& rollback) {
  const bool batch_logs = callbacks.size() > 1;  // the history alone doesn't look at batches
  Meter meter(*compiled);
  int index = 0;
  models::for_each_batch(
      samples.count(), options.batch_size, [&](std::int64_t first, std::int64_t last) {
        for (const auto& callback : callbacks) callback->on_train_batch_begin(index, {});
        training::train_step(model, *compiled, samples.batch(first, last, order), meter);
        rollback.keep();
        if (batch_logs) {
          const Logs running = meter.logs();
          for (const auto& callback : callbacks) callback->on_train_batch_end(index, running);
        }
        ++index;
        return !stop;
      });
  return meter.logs();
}

Logs Model::Trainer::test(Model& model, const Samples& samples, int batch_size,
                          const Callbacks& callbacks, training::ProgressLogger* progress) const {
  Meter meter(*compiled);
  for (const auto& callback : callbacks) callback->on_test_begin({});
  int index = 0;
  models::for_each_batch(samples.count(), batch_size, [&](std::int64_t first, std::int64_t last) {
    for (const auto& callback : callbacks) callback->on_test_batch_begin(index, {});
    const Batch batch = samples.batch(first, last);
    meter.update(batch, training::test_step(model, *compiled, batch));
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

}  // namespace strata
