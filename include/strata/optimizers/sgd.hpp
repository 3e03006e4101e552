// SGD: gradient descent, with momentum if wanted.
#pragma once

#include <typeinfo>

#include "strata/optimizers/optimizer.hpp"

namespace strata::optimizers {

/// The fields without a comment are those of `OptimizerOptions`.
struct SGDOptions {
  LearningRate learning_rate = 0.01f;
  float momentum = 0.0f;  ///< In [0, 1].
  bool nesterov = false;  ///< Look ahead by one momentum.
  std::optional<float> weight_decay = {};
  std::optional<float> clipnorm = {};
  std::optional<float> clipvalue = {};
  std::optional<float> global_clipnorm = {};
  bool use_ema = false;
  float ema_momentum = 0.99f;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<float> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = {};  ///< Default: `sgd`.
};

/// `w -= learning_rate * g`; with momentum `m = momentum * m - learning_rate * g`, `w += m`, and
/// Nesterov's `w += momentum * m - learning_rate * g`.
///
/// Raises InvalidArgument on a momentum outside [0, 1].
/// See https://keras.io/api/optimizers/sgd/.
class SGD : public Optimizer {
 public:
  using Options = SGDOptions;

  explicit SGD(const Options& options = {});
  template <std::convertible_to<LearningRate> R>
  explicit SGD(R learning_rate) : SGD(Options{.learning_rate = std::move(learning_rate)}) {}

  Config get_config() const override;
  static SGD from_config(const Config& config);

 protected:
  void build_slots(const std::vector<Variable>& variables) override;
  void update(std::size_t index, const Tensor& gradient, const Variable& variable,
              const Step& step) override;
  bool fuses_clipping() const override { return true; }
  std::optional<float> proximal_step(float learning_rate) const override;
  bool fuses_proximal() const override { return options_.momentum < 1.0f; }
  bool fuses_penalties() const override { return typeid(*this) == typeid(SGD); }

 private:
  Options options_;                   // of its own fields; the base has the common ones
  std::vector<Variable> velocities_;  // none without momentum
};

}  // namespace strata::optimizers
