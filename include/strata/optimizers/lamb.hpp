// Lamb: Adam's direction, as long as the weights are times the learning rate.
#pragma once

#include "strata/core/options_origin.hpp"
#include "strata/optimizers/optimizer.hpp"

namespace strata::optimizers {

/// The fields without a comment are those of `OptimizerOptions`.
struct LambOptions {
  LearningRate learning_rate = 0.001f;
  float beta_1 = 0.9f;    ///< The past's share in the running gradient, in [0, 1).
  float beta_2 = 0.999f;  ///< The past's share in its running square, in [0, 1).
  float epsilon = 1e-7f;  ///< Keeps the division finite; > 0, and no subnormal number.
  std::optional<float> weight_decay = {};
  std::optional<float> clipnorm = {};
  std::optional<float> clipvalue = {};
  std::optional<float> global_clipnorm = {};
  bool use_ema = false;
  float ema_momentum = 0.99f;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<float> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = {};  ///< Default: `lamb`.
};

/// Adam for large batches: with `m` and `v` as in `Adam`,
/// `d = m / (1 - beta_1^t) / (sqrt(v / (1 - beta_2^t)) + epsilon)` and
/// `w -= learning_rate * norm(w) / norm(d) * d`, without the two norms where one of them is 0.
///
/// Raises InvalidArgument on a beta outside [0, 1) and an epsilon of 0 or less; `from_config`
/// accepts an epsilon of 0, as Keras does. See https://keras.io/api/optimizers/lamb/ and
/// https://arxiv.org/abs/1904.00962.
class Lamb : public Optimizer {
 public:
  using Options = LambOptions;

  explicit Lamb(const Options& options = {});
  template <std::convertible_to<LearningRate> R>
  explicit Lamb(R learning_rate) : Lamb(Options{.learning_rate = std::move(learning_rate)}) {}

  Config get_config() const override;
  static Lamb from_config(const Config& config);

 protected:
  void build_slots(const std::vector<Variable>& variables) override;
  void update(std::size_t index, const Tensor& gradient, const Variable& variable,
              const Step& step) override;

 private:
  Lamb(const Options& options, OptionsOrigin origin);

  Options options_;  // of its own fields; the base has the common ones
  std::vector<Variable> momenta_;
  std::vector<Variable> velocities_;
};

}  // namespace strata::optimizers
