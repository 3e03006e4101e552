#include "strata/optimizers/adam_w.hpp"

#include "optimizers/options.hpp"

namespace strata::optimizers {
namespace {

AdamOptions as_adam(const AdamWOptions& options) {
  return {.learning_rate = options.learning_rate,
          .beta_1 = options.beta_1,
          .beta_2 = options.beta_2,
          .epsilon = options.epsilon,
          .amsgrad = options.amsgrad,
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

}  // namespace

AdamW::AdamW(const Options& options) : AdamW(options, OptionsOrigin::code) {}

AdamW::AdamW(const Options& options, OptionsOrigin origin)
    : Adam(as_adam(options), origin, "AdamW") {}

AdamW AdamW::from_config(const Config& config) {
  const auto options = read_options<Options>(
      "AdamW", config, [](auto& fields, Options& own) { list_adam_fields(fields, own); });
  return {options, OptionsOrigin::config};
}

}  // namespace strata::optimizers
