// Adadelta: steps of the size of the steps before, by running squares of both.
#pragma once

#include <typeinfo>

#include "strata/core/options_origin.hpp"
#include "strata/optimizers/optimizer.hpp"

namespace strata::optimizers {

/// The fields without a comment are those of `OptimizerOptions`.
struct AdadeltaOptions {
  LearningRate learning_rate = 0.001f;
  float rho = 0.95f;      ///< The past's share in both running squares, in [0, 1).
  float epsilon = 1e-7f;  ///< Begins the steps; > 0, and no subnormal number.
  std::optional<float> weight_decay = {};
  std::optional<float> clipnorm = {};
  std::optional<float> clipvalue = {};
  std::optional<float> global_clipnorm = {};
  bool use_ema = false;
  float ema_momentum = 0.99f;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<float> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = {};  ///< Default: `adadelta`.
};

/// `a = rho * a + (1 - rho) * g^2`, `s = sqrt(d + epsilon) / sqrt(a + epsilon) * g`,
/// `d = rho * d + (1 - rho) * s^2`, `w -= learning_rate * s`. The paper has a learning rate of 1.
///
/// Raises InvalidArgument on a rho outside [0, 1) and an epsilon of 0 or less; `from_config` accepts
/// an epsilon of 0, as Keras does. See https://keras.io/api/optimizers/adadelta/.
class Adadelta : public Optimizer {
 public:
  using Options = AdadeltaOptions;

  explicit Adadelta(const Options& options = {});
  template <std::convertible_to<LearningRate> R>
  explicit Adadelta(R learning_rate)
      : Adadelta(Options{.learning_rate = std::move(learning_rate)}) {}

  Config get_config() const override;
  static Adadelta from_config(const Config& config);

 protected:
  void build_slots(const std::vector<Variable>& variables) override;
  void update(std::size_t index, const Tensor& gradient, const Variable& variable,
              const Step& step) override;
  bool fuses_clipping() const override { return true; }
  bool fuses_proximal() const override { return true; }
  bool fuses_penalties() const override { return typeid(*this) == typeid(Adadelta); }

 private:
  Adadelta(const Options& options, OptionsOrigin origin);

  Options options_;  // of its own fields; the base has the common ones
  std::vector<Variable> squares_;
  std::vector<Variable> changes_;
};

}  // namespace strata::optimizers
