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
#include "strata/optimizers/learning_rate.hpp"
#include "strata/tensor/tensor.hpp"
#include "strata/tensor/variable.hpp"

namespace strata {

/// The options that all optimizers have in common. An optimizer's own struct declares them again,
/// since designated initializers reach no base class; `Optimizer` checks, stores and writes these.
struct OptimizerOptions {
  LearningRate learning_rate = 0.001f;  ///< Finite, >= 0; or a `LearningRateSchedule`.
  /// Decoupled decay, `w -= w * weight_decay * learning_rate`, of biases too. It is no `L2`: no loss
  /// shows it, and no gradient holds it, so that Adam and its kin don't divide it by anything. Take
  /// `w = 2`, a gradient of 0.5 and a rate of 0.1. With SGD a decay of 0.01 and an L2(0.005) both
  /// lead to 1.948; with Adam the decay leads to 1.898, L2 to 1.9 as if it weren't there, since the
  /// first step has the same size for any gradient.
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

/// What the gradient of a weight w lacks to be that of the whole loss: `l1 sign(w) + 2 l2 w`.
struct MissingPenalty {
  float l1 = 0.0f;
  float l2 = 0.0f;

  bool any() const { return l1 != 0.0f || l2 != 0.0f; }
};

/// `apply` does, in Keras's order: skip undefined gradients, unscale, accumulate, clip, decay,
/// update, average, constrain, count. Right after the update it takes the proximal step of weights
/// under `regularizers::Proximal`, whose gradient counts as 0 if it is undefined. State hangs on the variables' identity. The gradients aren't
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

  /// One step, with one gradient per variable. Raises InvalidArgument if the lists differ in length,
  /// if all gradients are undefined, on a variable that `build` did not see or that stands twice,
  /// and on a schedule's rate that is negative or not finite; ShapeError on a gradient of another
  /// shape than its variable's; StateError if gradients it `takes` accumulate to a sum that it
  /// doesn't; and whatever a schedule or a constraint raises. Nothing is changed then.
  /// Numbers under 1.18e-38 count as 0 (x86-64).
  void apply(const std::vector<Tensor>& gradients, const std::vector<Variable>& variables);

  /// The same of gradients that lack the penalties `missing`, one for each variable, which are added in
  /// the pass over the weights. An undefined gradient counts as 0 where something is missing. Raises
  /// StateError besides unless it `adds_penalties`, and for a weight under a rule `Proximal`.
  void apply(const std::vector<Tensor>& gradients, const std::vector<Variable>& variables,
             const std::vector<MissingPenalty>& missing);
  /// Whether it can: its `update` does so (`fuses_penalties`), and neither clipping nor accumulation
  /// needs the whole gradient before.
  bool adds_penalties() const;

  /// `loss * loss_scale_factor`, the loss itself without one: what a training loop differentiates,
  /// since `apply` divides the gradients by the factor.
  Tensor scale_loss(const Tensor& loss) const;

  /// Whether finite weights stay finite in a step with this gradient: it holds no NaN, and an
  /// infinity only where `clipvalue` cuts it.
  bool takes(const Tensor& gradient) const;

  /// Makes the state for these variables; the first `apply` does it otherwise. Once built, raises
  /// InvalidArgument on variables that it was not built with; and always as `check_rules`.
  void build(const std::vector<Variable>& variables);
  bool built() const;

  /// Raises InvalidArgument on a variable under a rule `Proximal` that this optimizer can't follow:
  /// it has no proximal step, or not one for all elements where the rule needs that, or clips by
  /// `clipvalue`, under which training would come to rest elsewhere. `apply` asks for it itself.
  void check_rules(const std::vector<Variable>& variables) const;

  /// The present value: a schedule's for the next step.
  float learning_rate() const;
  /// A schedule takes the place of whatever was there. Raises InvalidArgument on a number unless
  /// finite and >= 0, and StateError on one where a schedule is in place.
  void set_learning_rate(LearningRate learning_rate);
  /// Updates done: calls of `apply`, or whole groups of `gradient_accumulation_steps` of them.
  std::int64_t iterations() const;
  /// Calls of `apply`, which files and Keras hold as `iteration`.
  std::int64_t calls() const;
  /// Goes on as after so many calls. Raises InvalidArgument on a negative number.
  void set_calls(std::int64_t calls);
  const std::string& name() const { return options_.name; }

  /// At the end of training with `use_ema`: weights become their averages, if there was a step;
  /// where the two are swapped, the averages are kept. Here and where averages replace weights
  /// otherwise, a weight under `regularizers::Proximal` keeps its zeros.
  void finalize(const std::vector<Variable>& variables);

  /// Swaps the weights it was built for with their averages, if there was a step. Raises StateError
  /// without `use_ema`.
  void swap_averages();

  /// All state, in Keras's order: iteration, learning_rate (absent with a schedule), averages,
  /// accumulators, slots. To be assigned to when state is restored.
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
    /// What is to be added to the gradient first of all, where the optimizer `adds_penalties`.
    MissingPenalty missing = {};
    /// What the weight's rule `Proximal` asks for, in `update`'s own pass if `fuses_proximal`.
    struct Proximal {
      bool any = false;    ///< Whether there is something to do.
      float l1 = 0.0f;     ///< A weight v becomes `sign(v) max(|v| - t l1, 0) / (1 + 2 t l2)`,
      float l2 = 0.0f;     ///< with the optimizer's own t for it,
      float scale = 1.0f;  ///< multiplied by this (which is t where `proximal_step` gives it).
      /// If each element has its own t, it moves by at most ten times this, or ten times the
      /// `update`'s own step where that is longer.
      float longest = std::numeric_limits<float>::infinity();
      float* steps = nullptr;   ///< Where `t / (1 + 2 t l2)` of each element goes, unless null;
      float* lowest = nullptr;  ///< and the bounds of where it may move to.
      float* highest = nullptr;
    };
    Proximal proximal = {};
  };
  /// Makes the slots of all variables by `add_slot` or `add_slots`, in the order they are to be
  /// saved.
  virtual void build_slots(const std::vector<Variable>& variables) = 0;
  /// Once before the `update`s of a step, for state that all variables share. Does nothing by
  /// default.
  virtual void begin_update(const Step&) {}
  /// Changes the `index`-th variable's elements in place, and its slots.
  virtual void update(std::size_t index, const Tensor& gradient, const Variable& variable,
                      const Step& step) = 0;
  /// Whether `update` clips and decays within its own pass. By default both are done before.
  virtual bool fuses_clipping() const { return false; }

  /// The step t of proximal operators (see `regularizers::Proximal`) where it is one for all elements
  /// of a weight: that with which training comes to rest at the minimum of the whole loss, so that
  /// where gradients g stand still `update` moves the weight by `-t g`. By default nothing, and such
  /// rules are refused unless `fuses_proximal`.
  virtual std::optional<float> proximal_step(float learning_rate) const;
  /// Whether `update` does what `step.proximal` says in its own pass, with steps of its own for each
  /// element where `proximal_step` gives none. By default it is done after it.
  virtual bool fuses_proximal() const { return false; }
  /// Whether `update` adds the gradient of `step.missing` in its own pass: SGD, RMSprop, Adam, AdamW,
  /// Nadam, Adagrad, Adamax and Adadelta do. A class derived from them may look at the gradients, so
  /// it gets them whole unless it says so itself.
  virtual bool fuses_penalties() const { return false; }

  Variable add_slot(const Variable& variable, const std::string& slot, float initial_value = 0.0f);
  /// A slot that has another shape than a variable, or belongs to none.
  Variable add_slot(const std::string& full_name, const Shape& shape, float initial_value = 0.0f);
  /// One slot per variable.
  std::vector<Variable> add_slots(const std::vector<Variable>& variables, const std::string& slot,
                                  float initial_value = 0.0f);
  const OptimizerOptions& options() const { return options_; }

 private:
  struct State;
  struct Received;

  std::vector<std::size_t> indices_of(const std::vector<Variable>& variables) const;
  std::vector<Received> receive(const std::vector<Tensor>& gradients,
                                const std::vector<Variable>& variables,
                                const std::vector<MissingPenalty>& missing);
  void check_sums(const std::vector<Received>& received, float scale) const;
  bool constraints_may_raise(const std::vector<Received>& received) const;
  void step(std::vector<Received>& received, float scale, float rate);
  bool accumulate(std::vector<Received>& received, float& scale);
  void update_all(std::vector<Received>& received, float scale, float rate);
  std::vector<float> clipping_scales(const std::vector<Received>& received, float scale) const;
  static Step clip_and_decay(Tensor& gradient, const Variable& variable, const Step& step);
  void update_proximally(Received& each, Step step, float clipping);
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
