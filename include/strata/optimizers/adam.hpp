// Adam: steps of a size of their own for each element.
#pragma once

#include <typeinfo>

#include "strata/core/options_origin.hpp"
#include "strata/optimizers/optimizer.hpp"

namespace strata::optimizers {

/// The fields without a comment are those of `OptimizerOptions`.
struct AdamOptions {
  LearningRate learning_rate = 0.001f;
  float beta_1 = 0.9f;    ///< The past's share in the running gradient, in [0, 1).
  float beta_2 = 0.999f;  ///< The past's share in its running square, in [0, 1).
  float epsilon = 1e-7f;  ///< Keeps the division finite; > 0, and no subnormal number.
  bool amsgrad = false;   ///< Divide by the largest running square so far.
  std::optional<float> weight_decay = {};
  std::optional<float> clipnorm = {};
  std::optional<float> clipvalue = {};
  std::optional<float> global_clipnorm = {};
  bool use_ema = false;
  float ema_momentum = 0.99f;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<float> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = {};  ///< Default: `adam`.
};

/// `m += (g - m)(1 - beta_1)`, `v += (g^2 - v)(1 - beta_2)`, and with both freed of their start at
/// zero, `w -= learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)`.
///
/// Raises InvalidArgument on a beta outside [0, 1) and an epsilon of 0 or less; `from_config`
/// accepts an epsilon of 0, as Keras does. See https://keras.io/api/optimizers/adam/ and
/// https://arxiv.org/abs/1412.6980.
class Adam : public Optimizer {
 public:
  using Options = AdamOptions;

  explicit Adam(const Options& options = {});
  template <std::convertible_to<LearningRate> R>
  explicit Adam(R learning_rate) : Adam(Options{.learning_rate = std::move(learning_rate)}) {}

  Config get_config() const override;
  static Adam from_config(const Config& config);

 protected:
  Adam(const Options& options, OptionsOrigin origin, const char* class_name);

  void build_slots(const std::vector<Variable>& variables) override;
  void update(std::size_t index, const Tensor& gradient, const Variable& variable,
              const Step& step) override;
  bool fuses_clipping() const override { return true; }
  bool fuses_proximal() const override { return true; }
  bool fuses_penalties() const override { return typeid(*this) == typeid(Adam); }

 private:
  Options options_;  // of its own fields; the base has the common ones
  std::vector<Variable> momenta_;
  std::vector<Variable> velocities_;
  std::vector<Variable> largest_;  // none without amsgrad
};

}  // namespace strata::optimizers
