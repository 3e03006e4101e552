// Lion: steps of one size, in the direction of the running gradient's sign.
#pragma once

#include "strata/optimizers/optimizer.hpp"

namespace strata::optimizers {

/// The fields without a comment are those of `OptimizerOptions`.
struct LionOptions {
  LearningRate learning_rate = 0.001f;
  float beta_1 = 0.9f;   ///< The past's share in the direction, in (0, 1].
  float beta_2 = 0.99f;  ///< The past's share in the running gradient, in [0, 1].
  std::optional<float> weight_decay = {};
  std::optional<float> clipnorm = {};
  std::optional<float> clipvalue = {};
  std::optional<float> global_clipnorm = {};
  bool use_ema = false;
  float ema_momentum = 0.99f;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<float> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = {};  ///< Default: `lion`.
};

/// `w -= learning_rate * sign(beta_1 * m + (1 - beta_1) * g)`, then
/// `m = beta_2 * m + (1 - beta_2) * g`. Wants a learning rate three to ten times smaller than Adam.
///
/// Raises InvalidArgument on a beta_1 outside (0, 1] and a beta_2 outside [0, 1].
/// See https://keras.io/api/optimizers/lion/ and https://arxiv.org/abs/2302.06675.
class Lion : public Optimizer {
 public:
  using Options = LionOptions;

  explicit Lion(const Options& options = {});
  template <std::convertible_to<LearningRate> R>
  explicit Lion(R learning_rate) : Lion(Options{.learning_rate = std::move(learning_rate)}) {}

  Config get_config() const override;
  static Lion from_config(const Config& config);

 protected:
  void build_slots(const std::vector<Variable>& variables) override;
  void update(std::size_t index, const Tensor& gradient, const Variable& variable,
              const Step& step) override;
  bool fuses_clipping() const override { return true; }

 private:
  Options options_;  // of its own fields; the base has the common ones
  std::vector<Variable> momenta_;
};

}  // namespace strata::optimizers
