// What the options of all optimizers have in common: their fields in configs, in Keras's order, and
// the way from an optimizer's own options to the base's.
#pragma once

#include "core/fields.hpp"
#include "strata/core/options_origin.hpp"
#include "strata/optimizers/optimizer.hpp"

namespace strata::optimizers {

template <class Fields, class Options>
void list_base_fields(Fields& fields, Options& options) {
  fields.or_default("name", options.name);
  fields("learning_rate", options.learning_rate);
  fields("weight_decay", options.weight_decay);
  fields("clipnorm", options.clipnorm);
  fields("global_clipnorm", options.global_clipnorm);
  fields("clipvalue", options.clipvalue);
  fields.truth("use_ema", options.use_ema);
  fields.or_default("ema_momentum", options.ema_momentum);
  fields("ema_overwrite_frequency", options.ema_overwrite_frequency);
  fields("loss_scale_factor", options.loss_scale_factor);
  fields("gradient_accumulation_steps", options.gradient_accumulation_steps);
}

template <class Options>
OptimizerOptions base_options(const Options& options) {
  return {.learning_rate = options.learning_rate,
          .weight_decay = options.weight_decay,
          .clipnorm = options.clipnorm,
          .clipvalue = options.clipvalue,
          .global_clipnorm = options.global_clipnorm,
          .use_ema = options.use_ema,
          .ema_momentum = options.ema_momentum,
          .ema_overwrite_frequency = options.ema_overwrite_frequency,
          .loss_scale_factor = options.loss_scale_factor,
          .gradient_accumulation_steps = options.gradient_accumulation_steps,
          .name = options.name};
}

/// An optimizer's whole config: the base's, then its own fields, which `list` names.
template <class List>
Config with_own_fields(Config base, List&& list) {
  ConfigWriter writer;
  writer.config = std::move(base);
  list(writer);
  return std::move(writer.config);
}

/// The options in a config: the common fields, and those that `list` names.
template <class Options, class List>
Options read_options(const char* who, const Config& config, List&& list) {
  Options options;
  read_fields(who, config, [&](auto& fields) {
    list_base_fields(fields, options);
    list(fields, options);
    // Keras 2 writes `decay` and Keras 3 ignores it; a value other than 0 had an effect in Keras 2.
    const auto decay = config.find("decay");
    if (decay != config.end() && (decay->is_null() || *decay == 0)) fields.ignore("decay");
  });
  if (options.gradient_accumulation_steps == 0) options.gradient_accumulation_steps.reset();
  return options;
}

/// Adam's and AdamW's own.
template <class Fields, class Options>
void list_adam_fields(Fields& fields, Options& options) {
  fields("beta_1", options.beta_1);
  fields("beta_2", options.beta_2);
  fields("epsilon", options.epsilon);
  fields.truth("amsgrad", options.amsgrad);
}

/// Each raises InvalidArgument in `who`'s name.
void check_options(std::string_view who, const OptimizerOptions& options);
void check_learning_rate(std::string_view who, float learning_rate);
/// The past's share in a running average: in [0, 1).
void check_share(std::string_view who, const char* argument, float value);
void check_momentum(std::string_view who, float momentum);
/// In code, epsilon must be at least the smallest normal float; a config may have any from 0 on, as
/// in Keras.
void check_epsilon(OptionsOrigin origin, std::string_view who, float epsilon);

}  // namespace strata::optimizers
