// Nadam: Adam with Nesterov's look ahead.
#pragma once

#include <typeinfo>

#include "strata/core/options_origin.hpp"
#include "strata/optimizers/optimizer.hpp"

namespace strata::optimizers {

/// The fields without a comment are those of `OptimizerOptions`.
struct NadamOptions {
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
  std::string name = {};  ///< Default: `nadam`.
};

/// Adam whose running gradient looks one step ahead: with `mu_t = beta_1 (1 - 0.96^t / 2)` and `U_t`
/// the product of all mu so far, `m` and `v` as in `Adam`,
/// `n = mu_(t+1) m / (1 - U_(t+1)) + (1 - mu_t) g / (1 - U_t)` and
/// `w -= learning_rate * n / (sqrt(v / (1 - beta_2^t)) + epsilon)`.
///
/// Raises InvalidArgument on a beta outside [0, 1) and an epsilon of 0 or less; `from_config`
/// accepts an epsilon of 0, as Keras does. See https://keras.io/api/optimizers/Nadam/.
class Nadam : public Optimizer {
 public:
  using Options = NadamOptions;

  explicit Nadam(const Options& options = {});
  template <std::convertible_to<LearningRate> R>
  explicit Nadam(R learning_rate) : Nadam(Options{.learning_rate = std::move(learning_rate)}) {}

  Config get_config() const override;
  static Nadam from_config(const Config& config);

 protected:
  void build_slots(const std::vector<Variable>& variables) override;
  void begin_update(const Step& step) override;
  void update(std::size_t index, const Tensor& gradient, const Variable& variable,
              const Step& step) override;
  bool fuses_clipping() const override { return true; }
  bool fuses_proximal() const override { return true; }
  bool fuses_penalties() const override { return typeid(*this) == typeid(Nadam); }

 private:
  Nadam(const Options& options, OptionsOrigin origin);

  /// mu of a step, counted from 1.
  double momentum_of(std::int64_t step) const;

  Options options_;  // of its own fields; the base has the common ones
  std::vector<Variable> momenta_;
  std::vector<Variable> velocities_;
  Variable product_;  // U_t
};

}  // namespace strata::optimizers
