// Adagrad: gradients divided by the root of the sum of all their squares so far.
#pragma once

#include <typeinfo>

#include "strata/core/options_origin.hpp"
#include "strata/optimizers/optimizer.hpp"

namespace strata::optimizers {

/// The fields without a comment are those of `OptimizerOptions`.
struct AdagradOptions {
  LearningRate learning_rate = 0.001f;
  float initial_accumulator_value = 0.1f;  ///< What the sum of squares begins at; finite, >= 0.
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
  std::string name = {};  ///< Default: `adagrad`.
};

/// `a += g^2`, `w -= learning_rate * g / sqrt(a + epsilon)`.
///
/// Raises InvalidArgument on an initial value that is negative or not finite and an epsilon of 0 or
/// less; `from_config` accepts an epsilon of 0, as Keras does. See
/// https://keras.io/api/optimizers/adagrad/.
class Adagrad : public Optimizer {
 public:
  using Options = AdagradOptions;

  explicit Adagrad(const Options& options = {});
  template <std::convertible_to<LearningRate> R>
  explicit Adagrad(R learning_rate) : Adagrad(Options{.learning_rate = std::move(learning_rate)}) {}

  Config get_config() const override;
  static Adagrad from_config(const Config& config);

 protected:
  void build_slots(const std::vector<Variable>& variables) override;
  void update(std::size_t index, const Tensor& gradient, const Variable& variable,
              const Step& step) override;
  bool fuses_clipping() const override { return true; }
  bool fuses_proximal() const override { return true; }
  bool fuses_penalties() const override { return typeid(*this) == typeid(Adagrad); }

 private:
  Adagrad(const Options& options, OptionsOrigin origin);

  Options options_;  // of its own fields; the base has the common ones
  std::vector<Variable> sums_;
};

}  // namespace strata::optimizers
