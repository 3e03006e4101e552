// Model::fit: what is checked and prepared before the first step.
#include <cmath>

#include "core/check.hpp"
#include "core/fields.hpp"
#include "core/profile.hpp"
#include "models/trainer.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace {

using training::ProgressLogger;
using training::Samples;

void check_options(const std::string& who, const FitOptions& options) {
  models::check_batch_size(who, options.batch_size);
  models::check_batch_size(who + ": validation", options.validation_batch_size.value_or(1));
  models::check_verbose(who, options.verbose);
  models::check_callbacks(who, options.callbacks);
  check(options.epochs >= 0, who, "epochs must not be negative. Received: epochs={}.",
        options.epochs);
  check(options.initial_epoch >= 0, who,
        "initial_epoch must not be negative. Received: initial_epoch={}.", options.initial_epoch);
  check(options.validation_freq >= 1, who,
        "validation_freq must be at least 1. Received: validation_freq={}.",
        options.validation_freq);
  const float split = options.validation_split;
  check(split >= 0.0f && split < 1.0f, who,
        "validation_split must lie in [0, 1). Received: validation_split={}.", split);
  const ValidationData& held_out = options.validation_data;
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

models::FitData prepare(const std::string& who, const Tensors& x, const Tensors& y,
                        const FitOptions& options) {
  Samples all(who, x, y, options.sample_weight);
  all.check_class_weight(options.class_weight);
  const ValidationData& held_out = options.validation_data;
  std::optional<Samples> validation;
  if (held_out.x.defined()) {
    validation.emplace(who + ": validation_data", held_out.x, held_out.y, held_out.sample_weight);
  } else if (options.validation_split > 0.0f) {
    const std::int64_t kept = kept_by_split(who, all.count(), options.validation_split);
    validation.emplace(all.part(kept, all.count()));
    all = all.part(0, kept);
  }
  return {std::move(all), std::move(validation)};
}

models::Callbacks callbacks_of(const FitOptions& options, const std::shared_ptr<History>& history,
                               int steps) {
  models::Callbacks callbacks = options.callbacks;
  callbacks.push_back(history);
  if (options.verbose > 0) {
    callbacks.push_back(std::make_shared<ProgressLogger>(
        models::stream(options.output), models::style(options.output), options.verbose, steps));
  }
  return callbacks;
}

}  // namespace

History Model::fit(const Tensors& x, const Tensors& y, const FitOptions& options) {
  const std::string who = name() + ".fit";
  const profile::Aside aside;
  const models::StopListener stop(trainer().stop_wishes);
  compile_options();
  check_options(who, options);
  models::FitData data = prepare(who, x, y, options);
  Trainer::Builds builds(*this);
  const std::vector<Shape> outputs = trainer().check_fits(*this, data.training, options.batch_size);
  trainer().weigh_classes(data.training, options.class_weight, outputs.front());
  if (data.validation) {
    trainer().check_validation(*this, *data.validation,
                               options.validation_batch_size.value_or(options.batch_size));
  }
  // The weights of a model that may be unbuilt again are left to the first update.
  if (builds.all_built()) optimizer().build(trainable_variables());

  const auto steps =
      static_cast<int>(models::batches_in(data.training.count(), options.batch_size));
  const auto history = std::make_shared<History>();
  const models::Callbacks callbacks = callbacks_of(options, history, steps);
  models::Host host(*this, models::stream(options.output));
  {
    const models::Attached attached(callbacks, host, {options.verbose, options.epochs, steps});
    trainer().train(*this, options, data, callbacks, builds, stop);
  }
  builds.keep();
  return *history;
}

}  // namespace strata
