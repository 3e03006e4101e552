// What the options of all optimizers have in common: the one list of their fields, in the order of
// Keras's configs, which writes, reads and copies them; and the checks.
#pragma once

#include "core/fields.hpp"
#include "strata/core/options_origin.hpp"
#include "strata/optimizers/optimizer.hpp"

namespace strata {

/// The present number, or the object of a schedule. Raises InvalidArgument on a schedule that was
/// not registered.
Config to_config(const LearningRate& rate);

}  // namespace strata

namespace strata::optimizers {

/// While one lives, configs that this thread writes name schedules by their place in its list, and
/// reading them leads back to the same schedules. So an optimizer can be copied in memory, by its
/// config, though its schedule was not registered.
class SchedulesInMemory {
 public:
  SchedulesInMemory() : outer_(innermost_) { innermost_ = this; }
  ~SchedulesInMemory() { innermost_ = outer_; }
  SchedulesInMemory(const SchedulesInMemory&) = delete;
  SchedulesInMemory& operator=(const SchedulesInMemory&) = delete;

  static SchedulesInMemory* innermost() { return innermost_; }  ///< null where there is none
  Config add(const LearningRate& schedule);
  /// Nothing if `config` is none that `add` gave.
  std::optional<LearningRate> find(const Config& config) const;

 private:
  static thread_local constinit SchedulesInMemory* innermost_;

  SchedulesInMemory* const outer_;
  std::vector<LearningRate> schedules_;
};

/// Lists the fields that all have in common, of an options struct, or of two for a FieldCopier.
template <class Fields, class... Options>
void list_base_fields(Fields& fields, Options&... options) {
  fields.or_default("name", options.name...);
  fields("learning_rate", options.learning_rate...);
  fields("weight_decay", options.weight_decay...);
  fields("clipnorm", options.clipnorm...);
  fields("global_clipnorm", options.global_clipnorm...);
  fields("clipvalue", options.clipvalue...);
  fields.truth("use_ema", options.use_ema...);
  fields.or_default("ema_momentum", options.ema_momentum...);
  fields("ema_overwrite_frequency", options.ema_overwrite_frequency...);
  fields("loss_scale_factor", options.loss_scale_factor...);
  fields("gradient_accumulation_steps", options.gradient_accumulation_steps...);
}

/// Lists the fields that Adam and its kin have beyond the common ones.
template <class Fields, class... Options>
void list_beta_fields(Fields& fields, Options&... options) {
  fields("beta_1", options.beta_1...);
  fields("beta_2", options.beta_2...);
  fields("epsilon", options.epsilon...);
}

/// Lists those of Adam and AdamW.
template <class Fields, class... Options>
void list_adam_fields(Fields& fields, Options&... options) {
  list_beta_fields(fields, options...);
  fields.truth("amsgrad", options.amsgrad...);
}

/// The options in a config: the common fields, and those that `list_fields(fields, options)` lists.
template <class Options>
Options read_options(const char* who, const Config& config) {
  Options options;
  read_fields(who, config, [&](auto& fields) {
    list_base_fields(fields, options);
    list_fields(fields, options);
    for (const char* key : {"jit_compile", "is_legacy_optimizer"}) fields.ignore(key);
    // Keras 2 writes `decay` and Keras 3 ignores it; a value other than 0 had an effect in Keras 2.
    const auto decay = config.find("decay");
    if (decay != config.end() && (decay->is_null() || *decay == 0)) fields.ignore("decay");
  });
  if (options.gradient_accumulation_steps == 0) options.gradient_accumulation_steps.reset();
  return options;
}

/// Each raises InvalidArgument in `who`'s name.
void check_options(std::string_view who, const OptimizerOptions& options);
void check_learning_rate(std::string_view who, const LearningRate& rate);
/// The past's share in a running average: in [0, 1).
void check_share(std::string_view who, const char* argument, float value);
void check_momentum(std::string_view who, float momentum);
/// Finite and >= 0.
void check_not_negative(std::string_view who, const char* argument, float value);
/// In code, epsilon must be at least the smallest normal float; a config may have any from 0 on, as
/// in Keras.
void check_epsilon(OptionsOrigin origin, std::string_view who, float epsilon);

/// The checks of the fields that `list_beta_fields` lists.
template <class Options>
void check_betas(OptionsOrigin origin, std::string_view who, const Options& options) {
  check_share(who, "beta_1", options.beta_1);
  check_share(who, "beta_2", options.beta_2);
  check_epsilon(origin, who, options.epsilon);
}

/// Refuses an undefined variable, and one that stands twice.
void check_variables(std::string_view who, const std::vector<Variable>& variables);

/// The names, separated by commas.
std::string names_of(const std::vector<Variable>& variables);

}  // namespace strata::optimizers
