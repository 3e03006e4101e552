// Optimizer: how gradients change weights. What users subclass.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/core/config.hpp"
#include "strata/core/rule_spec.hpp"
#include "strata/tensor/tensor.hpp"
#include "strata/tensor/variable.hpp"

namespace strata {

/// What all optimizers take; each options struct repeats these fields.
struct OptimizerOptions {
  float learning_rate = 0.001f;  ///< Finite, >= 0.
  /// Decoupled decay, `w -= w * weight_decay * learning_rate`, of biases too. It is no `L2`: no
  /// loss shows it.
  std::optional<float> weight_decay = {};
  std::optional<float> clipnorm = {};         ///< Largest norm of each gradient; <= 0: none.
  std::optional<float> clipvalue = {};        ///< Largest absolute element; <= 0: none.
  std::optional<float> global_clipnorm = {};  ///< Largest norm of all together; <= 0: none.
  bool use_ema = false;                       ///< Keep a running average of each weight.
  float ema_momentum = 0.99f;                 ///< In [0, 1].
  /// Every so many steps weights become their averages; none or 0: never.
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<float> loss_scale_factor = {};          ///< See `scale_loss`.
  std::optional<int> gradient_accumulation_steps = {};  ///< Updates come every so many calls, >= 2.
  std::string name = {};                                ///< Default: the class in snake_case.
};

/// `apply` does, in Keras's order: skip undefined gradients, unscale, accumulate, clip, decay,
/// update, average, constrain, count. State hangs on the variables' identity. The gradients aren't
/// changed. An optimizer moves but isn't copied: share one by `shared_ptr`.
/// See https://keras.io/api/optimizers/.
///
/// A subclass makes its slots in `build_slots` and changes one weight in `update`.
class Optimizer {
 public:
  using Function = std::function<void()>;  ///< no callable is an optimizer

  /// Errors speak in `class_name`'s name. Raises InvalidArgument on a bad option, and on more than
  /// one kind of clipping.
  explicit Optimizer(OptimizerOptions options, std::string_view class_name = "Optimizer");
  virtual ~Optimizer();
  Optimizer(Optimizer&&) noexcept;
  Optimizer& operator=(Optimizer&&) noexcept;

  /// One step, one gradient a variable. Raises InvalidArgument if the lists differ in length, if
  /// all gradients are undefined, or on a variable that `build` did not see or that stands twice;
  /// ShapeError on a gradient of another shape than its variable's; StateError if gradients it
  /// `takes` accumulate to a sum that it doesn't; and whatever a constraint does. Nothing is changed
  /// then.
  /// Numbers under 1.18e-38 count as 0 (x86-64).
  void apply(const std::vector<Tensor>& gradients, const std::vector<Variable>& variables);

  /// `loss * loss_scale_factor`, the loss itself without one: what a training loop differentiates,
  /// since `apply` divides the gradients by the factor.
  Tensor scale_loss(const Tensor& loss) const;

  /// Whether finite weights stay finite in a step with this gradient: it holds no NaN, and an
  /// infinity only where `clipvalue` cuts it.
  bool takes(const Tensor& gradient) const;

  /// Makes the state for these variables; the first `apply` does it otherwise. Once built, raises
  /// InvalidArgument on variables that it was not built with.
  void build(const std::vector<Variable>& variables);
  bool built() const;

  float learning_rate() const;
  /// Raises InvalidArgument unless finite and >= 0.
  void set_learning_rate(float learning_rate);
  /// Updates done: calls of `apply`, or whole groups of `gradient_accumulation_steps` of them.
  std::int64_t iterations() const;
  const std::string& name() const { return options_.name; }

  /// At the end of training with `use_ema`: weights become their averages, if there was a step.
  void finalize(const std::vector<Variable>& variables);

  /// All state, in Keras's order: iteration, learning_rate, averages, accumulators, slots. To be
  /// assigned to when state is restored.
  std::vector<Variable> variables() const;

  /// Leaves variables out of weight decay: those in whose name one of the regular expressions is
  /// found, or the one given. Raises InvalidArgument on an expression that isn't one.
  void exclude_from_weight_decay(const std::vector<std::string>& names);
  void exclude_from_weight_decay(const Variable& variable);

  virtual Config get_config() const;
  /// Another one of the same config, which leaves the same variables undecayed, without any state.
  std::shared_ptr<Optimizer> renewed() const;

  static std::shared_ptr<Optimizer> from_identifier(std::string_view identifier);  ///< in any case
  static std::shared_ptr<Optimizer> from_object(const Config& config);
  static std::shared_ptr<Optimizer> from_function(Function function, std::string registered_name);
  static Config to_object(const Optimizer& optimizer);

 protected:
  struct Step {
    std::int64_t iteration;  ///< from 0
    float learning_rate;
    /// What is left to be done in `update`'s own pass, if `fuses_clipping`: gradient elements are
    /// multiplied by `scale`, then clamped to +-`limit`; the weight loses `decay` times itself.
    float scale = 1.0f;
    float limit = std::numeric_limits<float>::infinity();
    float decay = 0.0f;
  };
  /// Makes the slots of all variables by `add_slot`, in the order they are to be saved.
  virtual void build_slots(const std::vector<Variable>& variables) = 0;
  /// Changes the `index`-th variable's elements in place, and its slots.
  virtual void update(std::size_t index, const Tensor& gradient, const Variable& variable,
                      const Step& step) = 0;
  /// Whether `update` clips and decays within its own pass. By default both are done before.
  virtual bool fuses_clipping() const { return false; }

  Variable add_slot(const Variable& variable, const std::string& slot, float initial_value = 0.0f);
  const OptimizerOptions& options() const { return options_; }

 private:
  struct State;
  struct Received;

  std::vector<std::size_t> indices_of(const std::vector<Variable>& variables) const;
  std::vector<Received> receive(const std::vector<Tensor>& gradients,
                                const std::vector<Variable>& variables);
  void check_sums(const std::vector<Received>& received, float scale) const;
  bool constraints_may_raise(const std::vector<Received>& received) const;
  void step(std::vector<Received>& received, float scale);
  bool accumulate(std::vector<Received>& received, float& scale);
  void update_all(std::vector<Received>& received, float scale);
  std::vector<float> clipping_scales(const std::vector<Received>& received, float scale) const;
  static Step clip_and_decay(Tensor& gradient, const Variable& variable, const Step& step);
  void average_weights();

  std::string class_name_;
  OptimizerOptions options_;
  std::unique_ptr<State> state_;
};

/// What `compile`'s optimizer takes: `"adam"`, `optimizers::Adam({…})`, a shared one, a config.
using OptimizerSpec = RuleSpec<Optimizer>;

namespace optimizers {
Config serialize(const OptimizerSpec& optimizer);
OptimizerSpec deserialize(const Config& config);
OptimizerSpec get(OptimizerSpec identifier);
}  // namespace optimizers

}  // namespace strata
