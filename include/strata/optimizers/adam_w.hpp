// AdamW: Adam with decoupled weight decay, on by default.
#pragma once

#include <typeinfo>

#include "strata/optimizers/adam.hpp"

namespace strata::optimizers {

/// The fields without a comment are those of `OptimizerOptions` and `AdamOptions`.
struct AdamWOptions {
  LearningRate learning_rate = 0.001f;
  float weight_decay = 0.004f;  ///< `w -= w * weight_decay * learning_rate`; finite, >= 0.
  float beta_1 = 0.9f;
  float beta_2 = 0.999f;
  float epsilon = 1e-7f;
  bool amsgrad = false;
  std::optional<float> clipnorm = {};
  std::optional<float> clipvalue = {};
  std::optional<float> global_clipnorm = {};
  bool use_ema = false;
  float ema_momentum = 0.99f;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<float> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = {};  ///< Default: `adam_w`.
};

/// Adam, but before each step the weight loses `weight_decay * learning_rate` of itself.
/// See https://keras.io/api/optimizers/adamw/ and https://arxiv.org/abs/1711.05101.
class AdamW : public Adam {
 public:
  using Options = AdamWOptions;

  explicit AdamW(const Options& options = {});
  template <std::convertible_to<LearningRate> R>
  explicit AdamW(R learning_rate) : AdamW(Options{.learning_rate = std::move(learning_rate)}) {}

  static AdamW from_config(const Config& config);

 protected:
  bool fuses_penalties() const override { return typeid(*this) == typeid(AdamW); }

 private:
  AdamW(const Options& options, OptionsOrigin origin);
};

}  // namespace strata::optimizers
