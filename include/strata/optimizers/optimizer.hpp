// Optimizer: how gradients change weights. What users subclass.
#pragma once

#include <functional>
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
  float learning_rate = 0.001f;
  std::optional<float> weight_decay =
      {};  ///< Decoupled: `w -= w * weight_decay * learning_rate`. No `L2`.
  std::optional<float> clipnorm = {};         ///< Largest norm of each gradient.
  std::optional<float> clipvalue = {};        ///< Largest absolute element.
  std::optional<float> global_clipnorm = {};  ///< Largest norm of all gradients together.
  bool use_ema = false;                       ///< Keep a running average of each weight.
  float ema_momentum = 0.99f;
  std::optional<int> ema_overwrite_frequency =
      {};                                       ///< Every so many steps weights become averages.
  std::optional<float> loss_scale_factor = {};  ///< Gradients are divided by it.
  std::optional<int> gradient_accumulation_steps = {};  ///< Updates come every so many calls, >= 2.
  std::string name = {};                                ///< Default: the class in snake_case.
};

/// `apply` does, in Keras's order: skip undefined gradients, unscale, accumulate, clip, decay,
/// update, average, constrain, count. State hangs on the variables' identity. The gradients aren't
/// changed. See https://keras.io/api/optimizers/.
class Optimizer {
 public:
  using Function = std::function<void()>;  ///< no callable is an optimizer

  explicit Optimizer(OptimizerOptions options);
  virtual ~Optimizer() = default;

  /// One step. Raises InvalidArgument if the lists differ in length, if all gradients are
  /// undefined, or on a variable that `build` did not see; nothing is changed then.
  void apply(const std::vector<Tensor>& gradients, const std::vector<Variable>& variables);

  /// Makes the state for these variables; the first `apply` does it otherwise.
  void build(const std::vector<Variable>& variables);
  bool built() const { return built_; }

  float learning_rate() const;
  void set_learning_rate(float learning_rate);
  std::int64_t iterations() const;
  const std::string& name() const { return options_.name; }

  /// At the end of training with `use_ema`: weights become their averages.
  void finalize(const std::vector<Variable>& variables);

  /// All state, in Keras's order: iteration, learning_rate, averages, accumulators, slots.
  std::vector<Variable> variables() const;

  /// Leaves these variables (by name, a regular expression) out of weight decay.
  void exclude_from_weight_decay(const std::vector<std::string>& names);

  virtual Config get_config() const;

  static std::shared_ptr<Optimizer> from_identifier(std::string_view identifier);  ///< in any case
  static std::shared_ptr<Optimizer> from_object(const Config& config);
  static std::shared_ptr<Optimizer> from_function(Function function, std::string registered_name);
  static Config to_object(const Optimizer& optimizer);

 protected:
  struct Step {
    std::int64_t iteration;  ///< from 0
    float learning_rate;
  };
  /// Makes the slots of all variables by `add_slot`, in the order they are to be saved.
  virtual void build_slots(const std::vector<Variable>& variables) = 0;
  /// Changes the `index`-th variable's elements in place, and its slots.
  virtual void update(std::size_t index, const Tensor& gradient, const Variable& variable,
                      const Step& step) = 0;

  Variable add_slot(const Variable& variable, const std::string& slot, float initial_value = 0.0f);
  const OptimizerOptions& options() const { return options_; }

 private:
  struct State;
  OptimizerOptions options_;
  bool built_ = false;
  std::shared_ptr<State> state_;
};

/// What `compile`'s optimizer takes: `"adam"`, `optimizers::Adam({…})`, a shared one, a config.
using OptimizerSpec = RuleSpec<Optimizer>;

namespace optimizers {
Config serialize(const OptimizerSpec& optimizer);
OptimizerSpec deserialize(const Config& config);
OptimizerSpec get(OptimizerSpec identifier);
}  // namespace optimizers

}  // namespace strata
