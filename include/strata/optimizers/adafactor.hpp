// Adafactor: Adam's running squares kept as rows and columns, for large kernels.
#pragma once

#include "strata/optimizers/optimizer.hpp"

namespace strata::optimizers {

/// The fields without a comment are those of `OptimizerOptions`.
struct AdafactorOptions {
  LearningRate learning_rate = 0.001f;
  float beta_2_decay = -0.8f;   ///< The past's share in running squares is `1 - t^this`; <= 0.
  float epsilon_1 = 1e-30f;     ///< Added to squares of gradients; finite, >= 0.
  float epsilon_2 = 1e-3f;      ///< The least that a weight's size counts as; finite, >= 0.
  float clip_threshold = 1.0f;  ///< The largest root mean square of a step's direction; > 0.
  bool relative_step = true;  ///< No effect, as in Keras: the rate is always at most `1 / sqrt(t)`.
  std::optional<float> weight_decay = {};
  std::optional<float> clipnorm = {};
  std::optional<float> clipvalue = {};
  std::optional<float> global_clipnorm = {};
  bool use_ema = false;
  float ema_momentum = 0.99f;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<float> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = {};  ///< Default: `adafactor`.
};

/// With `s = g^2 + epsilon_1` and `b = 1 - t^beta_2_decay`, a weight of two axes or more keeps
/// `r = b r + (1 - b) mean(s, axis=-1)` and `c = b c + (1 - b) mean(s, axis=-2)`, and
/// `v = r / mean(r, axis=-1) * c`; another one `v = b v + (1 - b) s`. Then with `d = g / sqrt(v)`,
/// `w -= max(epsilon_2, rms(w)) * min(learning_rate, 1 / sqrt(t)) * d / max(1, rms(d) /
/// clip_threshold)`.
///
/// Keras writes `v` to its files even where it follows from `r` and `c`, and two zeros where there
/// are no `r` and `c`; so does Strata. Raises InvalidArgument on options out of range. See
/// https://keras.io/api/optimizers/adafactor/ and https://arxiv.org/abs/1804.04235.
class Adafactor : public Optimizer {
 public:
  using Options = AdafactorOptions;

  explicit Adafactor(const Options& options = {});
  template <std::convertible_to<LearningRate> R>
  explicit Adafactor(R learning_rate)
      : Adafactor(Options{.learning_rate = std::move(learning_rate)}) {}

  Config get_config() const override;
  static Adafactor from_config(const Config& config);

 protected:
  void build_slots(const std::vector<Variable>& variables) override;
  void update(std::size_t index, const Tensor& gradient, const Variable& variable,
              const Step& step) override;

 private:
  Options options_;  // of its own fields; the base has the common ones
  std::vector<Variable> rows_;
  std::vector<Variable> columns_;
  std::vector<Variable> squares_;
};

}  // namespace strata::optimizers
