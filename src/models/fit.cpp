// Model::fit: what is checked and prepared before the first step.
#include <cmath>

#include "core/check.hpp"
#include "core/fields.hpp"
#include "core/profile.hpp"
#include "models/run_options.hpp"
#include "models/trainer.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace {

using training::Samples;

void check_validation_freq(const std::string& who, const ValidationFreq& validation_freq) {
  if (validation_freq.epochs().empty()) {
    check(validation_freq.every() >= 1, who,
          "validation_freq must be at least 1. Received: validation_freq={}.",
          validation_freq.every());
  }
  for (const int epoch : validation_freq.epochs()) {
    check(epoch >= 1, who,
          "validation_freq lists epochs from 1 on. Received: validation_freq with {}.", epoch);
  }
}

void check_options(const std::string& who, const FitOptions& options) {
  models::check_run_options(who, options);
  models::check_positive(who + ": validation", "batch_size", options.validation_batch_size);
  models::check_positive(who, "steps_per_epoch", options.steps_per_epoch);
  models::check_positive(who, "validation_steps", options.validation_steps);
  check(options.epochs >= 0, who, "epochs must not be negative. Received: epochs={}.",
        options.epochs);
  check(options.initial_epoch >= 0, who,
        "initial_epoch must not be negative. Received: initial_epoch={}.", options.initial_epoch);
  check_validation_freq(who, options.validation_freq);
  const float split = options.validation_split;
  check(split >= 0.0f && split < 1.0f, who,
        "validation_split must lie in [0, 1). Received: validation_split={}.", split);
  const ValidationData& held_out = options.validation_data;
  if (held_out.batches) {
    check(held_out.x.empty() && held_out.y.empty() && !held_out.sample_weight.defined(), who,
          "validation_data takes arrays or batches. Received: both.");
    models::check_generator(who, held_out.batches, "validation_batch_size",
                            options.validation_batch_size);
    return;
  }
  check(held_out.x.defined() || split > 0.0f || !options.validation_steps, who,
        "validation_steps needs validation data. Received: validation_steps={} without any.",
        options.validation_steps.value_or(0));
  check(held_out.x.defined() || (!held_out.y.defined() && !held_out.sample_weight.defined()), who,
        "validation_data needs an x. Received: {} alone.",
        held_out.y.defined() ? "y" : "sample_weight");
}

/// How many of the samples a split leaves to train on: floor(count * (1 - split)).
std::int64_t kept_by_split(const std::string& who, std::int64_t count, float split) {
  // As the decimal that was written: 0.1f is a little more, which would cost a sample.
  const auto share = to_config(split).get<double>();
  const auto kept = static_cast<std::int64_t>(static_cast<double>(count) * (1.0 - share));
  check(kept > 0 && kept < count, who,
        "validation_split must leave samples on both sides. Received: validation_split={} of {} "
        "samples.",
        split, count);
  return kept;
}

/// The data in `validation_data`, if there is any.
std::optional<models::RunData> held_out_data(const std::string& who, const FitOptions& options) {
  const ValidationData& held_out = options.validation_data;
  if (held_out.batches) return held_out.batches;
  if (!held_out.x.defined()) return std::nullopt;
  return Samples(who + ": validation_data", held_out.x, held_out.y, held_out.sample_weight);
}

models::FitData arrays(const std::string& who, const Tensors& x, const Tensors& y,
                       const FitOptions& options) {
  Samples all(who, x, y, options.sample_weight);
  all.check_class_weight(options.class_weight);
  std::optional<models::RunData> validation = held_out_data(who, options);
  if (!validation && options.validation_split > 0.0f) {
    const std::int64_t kept = kept_by_split(who, all.count(), options.validation_split);
    validation.emplace(all.part(kept, all.count()));
    all = all.part(0, kept);
  }
  return {std::move(all), std::move(validation)};
}

models::FitData generated(const std::string& who, const BatchGenerator& batches,
                          const FitOptions& options) {
  models::check_generator(who, batches, "batch_size", options.batch_size);
  models::check_no_weights(who, options.sample_weight);
  std::optional<models::RunData> validation = held_out_data(who, options);
  check(validation.has_value() || options.validation_split == 0.0f, who,
        "validation_split is for arrays; validation_data takes what a generator is validated on. "
        "Received: validation_split={}.",
        options.validation_split);
  return {batches, std::move(validation)};
}

models::FeedOptions how_to_train(const std::string& who, const FitOptions& options) {
  models::FeedOptions how;
  how.plan.who = who;
  how.plan.steps = options.steps_per_epoch;
  how.plan.first_epoch = options.initial_epoch;
  how.plan.goes_on = true;
  how.batch_size = options.batch_size;
  how.steps_option = "steps_per_epoch";
  how.class_weight = options.class_weight;
  return how;
}

models::FeedOptions how_to_validate(const std::string& who, const FitOptions& options) {
  models::FeedOptions how;
  how.plan.who = who + ": validation_data";
  how.plan.steps = options.validation_steps;
  how.plan.first_epoch = options.initial_epoch;
  how.batch_size =
      options.validation_batch_size ? options.validation_batch_size : options.batch_size;
  how.steps_option = "validation_steps";
  return how;
}

models::Callbacks callbacks_of(const FitOptions& options, const std::shared_ptr<History>& history) {
  models::Callbacks callbacks = options.callbacks;
  callbacks.push_back(history);
  return models::with_progbar(std::move(callbacks), options.verbose);
}

}  // namespace

History Model::fit(const Tensors& x, const Tensors& y, const FitOptions& options) {
  return trainer().fit(*this, options,
                       [&](const std::string& who) { return arrays(who, x, y, options); });
}

History Model::fit(const BatchGenerator& batches, const FitOptions& options) {
  return trainer().fit(*this, options,
                       [&](const std::string& who) { return generated(who, batches, options); });
}

History Model::Trainer::fit(Model& model, const FitOptions& options,
                            const std::function<models::FitData(const std::string& who)>& prepare) {
  const std::string who = model.name() + ".fit";
  const profile::Aside aside;
  const models::StopListener stop(stop_requests);
  model.compile_options();
  check_options(who, options);
  models::FitData data = prepare(who);
  BuildRollback builds(model);
  models::FitFeeds feeds;
  feeds.training = feed(model, std::move(data.training), how_to_train(who, options));
  if (data.validation) {
    feeds.validation = feed(model, std::move(*data.validation), how_to_validate(who, options));
    check_validation(model, *feeds.validation);
  }
  model.optimizer().check_rules(model.trainable_variables());
  // A model that may be unbuilt again has its optimizer built by the first update.
  if (builds.all_built()) model.optimizer().build(model.trainable_variables());

  const auto steps = static_cast<int>(feeds.training->steps());
  const auto history = std::make_shared<History>();
  {
    models::FitState state(*compiled, stop, steps);
    state.epoch = options.initial_epoch;
    const models::CallbackList callbacks(callbacks_of(options, history), model, options.output,
                                         {options.verbose, options.epochs, steps}, &state);
    train({model, callbacks, stop}, options, feeds, state, builds);
  }
  builds.keep_from_all();
  return *history;
}

}  // namespace strata
