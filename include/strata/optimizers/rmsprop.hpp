// RMSprop: gradients divided by their running root mean square.
#pragma once

#include <typeinfo>

#include "strata/core/options_origin.hpp"
#include "strata/optimizers/optimizer.hpp"

namespace strata::optimizers {

/// The fields without a comment are those of `OptimizerOptions`.
struct RMSpropOptions {
  LearningRate learning_rate = 0.001f;
  float rho = 0.9f;       ///< The past's share in the running square, in [0, 1).
  float momentum = 0.0f;  ///< In [0, 1].
  float epsilon = 1e-7f;  ///< Keeps the division finite; > 0, and no subnormal number.
  bool centered = false;  ///< Divide by the running standard deviation instead.
  std::optional<float> weight_decay = {};
  std::optional<float> clipnorm = {};
  std::optional<float> clipvalue = {};
  std::optional<float> global_clipnorm = {};
  bool use_ema = false;
  float ema_momentum = 0.99f;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<float> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = {};  ///< Default: `rm_sprop`.
};

/// `v = rho * v + (1 - rho) * g^2`, `w -= learning_rate * g / sqrt(v + epsilon)`; centered, v less
/// the square of a running g; with momentum, `b = momentum * b + …` is what the weight loses.
///
/// Raises InvalidArgument on a rho outside [0, 1), a momentum outside [0, 1] and an epsilon of 0 or
/// less; `from_config` accepts an epsilon of 0, as Keras does. See
/// https://keras.io/api/optimizers/rmsprop/.
class RMSprop : public Optimizer {
 public:
  using Options = RMSpropOptions;

  explicit RMSprop(const Options& options = {});
  template <std::convertible_to<LearningRate> R>
  explicit RMSprop(R learning_rate) : RMSprop(Options{.learning_rate = std::move(learning_rate)}) {}

  Config get_config() const override;
  static RMSprop from_config(const Config& config);

 protected:
  void build_slots(const std::vector<Variable>& variables) override;
  void update(std::size_t index, const Tensor& gradient, const Variable& variable,
              const Step& step) override;
  bool fuses_clipping() const override { return true; }
  bool fuses_proximal() const override { return options_.momentum < 1.0f; }
  bool fuses_penalties() const override { return typeid(*this) == typeid(RMSprop); }

 private:
  RMSprop(const Options& options, OptionsOrigin origin);

  Options options_;  // of its own fields; the base has the common ones
  std::vector<Variable> squares_;
  std::vector<Variable> velocities_;  // none without momentum
  std::vector<Variable> means_;       // none unless centered
};

}  // namespace strata::optimizers
