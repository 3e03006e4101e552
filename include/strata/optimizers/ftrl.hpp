// Ftrl: follow the regularized leader, for sparse linear models.
#pragma once

#include "strata/optimizers/optimizer.hpp"

namespace strata::optimizers {

/// The fields without a comment are those of `OptimizerOptions`.
struct FtrlOptions {
  LearningRate learning_rate = 0.001f;
  float learning_rate_power = -0.5f;        ///< How fast steps shrink; finite, <= 0.
  float initial_accumulator_value = 0.1f;   ///< What the sum of squares begins at; finite, >= 0.
  float l1_regularization_strength = 0.0f;  ///< Makes weights 0; finite, >= 0.
  float l2_regularization_strength = 0.0f;  ///< Shrinks weights; finite, >= 0.
  float l2_shrinkage_regularization_strength = 0.0f;  ///< Adds `2 * this * w` to g; finite, >= 0.
  float beta = 0.0f;  ///< `beta / (2 * learning_rate)` more of l2; finite, >= 0.
  std::optional<float> weight_decay = {};
  std::optional<float> clipnorm = {};
  std::optional<float> clipvalue = {};
  std::optional<float> global_clipnorm = {};
  bool use_ema = false;
  float ema_momentum = 0.99f;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<float> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = {};  ///< Default: `ftrl`.
};

/// With `n' = n + g^2`, `p = -learning_rate_power` and `l2' = l2 + beta / (2 * learning_rate)`:
/// `z += g + 2 * shrinkage * w - (n'^p - n^p) / learning_rate * w`, and
/// `w = (clip(z, -l1, l1) - z) / (n'^p / learning_rate + 2 * l2')`. No loss shows these penalties.
/// A learning rate of 0 leaves the weights alone.
///
/// Raises InvalidArgument on options out of range. See https://keras.io/api/optimizers/ftrl/.
class Ftrl : public Optimizer {
 public:
  using Options = FtrlOptions;

  explicit Ftrl(const Options& options = {});
  template <std::convertible_to<LearningRate> R>
  explicit Ftrl(R learning_rate) : Ftrl(Options{.learning_rate = std::move(learning_rate)}) {}

  Config get_config() const override;
  static Ftrl from_config(const Config& config);

 protected:
  void build_slots(const std::vector<Variable>& variables) override;
  void update(std::size_t index, const Tensor& gradient, const Variable& variable,
              const Step& step) override;
  bool fuses_clipping() const override { return true; }

 private:
  Options options_;  // of its own fields; the base has the common ones
  std::vector<Variable> sums_;
  std::vector<Variable> linears_;
};

}  // namespace strata::optimizers
