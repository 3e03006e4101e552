// Adamax: Adam with the largest gradient so far in place of the running square.
#pragma once

#include <typeinfo>

#include "strata/core/options_origin.hpp"
#include "strata/optimizers/optimizer.hpp"

namespace strata::optimizers {

/// The fields without a comment are those of `OptimizerOptions`.
struct AdamaxOptions {
  LearningRate learning_rate = 0.001f;
  float beta_1 = 0.9f;    ///< The past's share in the running gradient, in [0, 1).
  float beta_2 = 0.999f;  ///< What the largest gradient keeps of itself in a step, in [0, 1).
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
  std::string name = {};  ///< Default: `adamax`.
};

/// `m += (g - m)(1 - beta_1)`, `u = max(beta_2 * u, |g|)`,
/// `w -= learning_rate / (1 - beta_1^t) * m / (u + epsilon)`.
///
/// Raises InvalidArgument on a beta outside [0, 1) and an epsilon of 0 or less; `from_config`
/// accepts an epsilon of 0, as Keras does. See https://keras.io/api/optimizers/adamax/.
class Adamax : public Optimizer {
 public:
  using Options = AdamaxOptions;

  explicit Adamax(const Options& options = {});
  template <std::convertible_to<LearningRate> R>
  explicit Adamax(R learning_rate) : Adamax(Options{.learning_rate = std::move(learning_rate)}) {}

  Config get_config() const override;
  static Adamax from_config(const Config& config);

 protected:
  void build_slots(const std::vector<Variable>& variables) override;
  void update(std::size_t index, const Tensor& gradient, const Variable& variable,
              const Step& step) override;
  bool fuses_clipping() const override { return true; }
  bool fuses_proximal() const override { return true; }
  bool fuses_penalties() const override { return typeid(*this) == typeid(Adamax); }

 private:
  Adamax(const Options& options, OptionsOrigin origin);

  Options options_;  // of its own fields; the base has the common ones
  std::vector<Variable> momenta_;
  std::vector<Variable> norms_;
};

}  // namespace strata::optimizers
