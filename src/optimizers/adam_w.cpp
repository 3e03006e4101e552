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

AdamW::AdamW(const Options& options) : Adam(as_adam(options), "AdamW") {}

AdamW AdamW::from_config(const Config& config) {
  return AdamW(read_options<Options>(
      "AdamW", config, [](auto& fields, Options& options) { list_adam_fields(fields, options); }));
}

}  // namespace strata::optimizers
