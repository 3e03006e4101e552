// Regularizer: a penalty on a tensor. What users subclass.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "strata/core/config.hpp"
#include "strata/core/rule_spec.hpp"
#include "strata/tensor/tensor.hpp"
#include "strata/tensor/weight_axes.hpp"

namespace strata {

class Variable;

/// How the proximal operator of a rule R is taken, which for steps `t` carries v to
/// `argmin_w ½ Σ (w_i - v_i)² / t_i + R(w)`. The optimizer's own pass does the part that acts element
/// by element, `u = sign(v) max(|v| - t l1, 0) / (1 + 2 t l2)`; then `shrink_groups` does the rest,
/// with the steps `t / (1 + 2 t l2)`.
struct ProximalForm {
  float l1 = 0.0f;
  float l2 = 0.0f;
  bool groups = false;     ///< Whether `shrink_groups` has to be called.
  bool one_step = false;   ///< Whether the steps of all elements must be the same.
  float scale = 1.0f;      ///< What the whole rule is multiplied by: the steps are, all the same.
  bool scheduled = false;  ///< Whether `scale` depends on the optimizer's step.
};

/// The steps of a proximal operator: one for each element of the weight, or one for all.
struct ProximalSteps {
  float all = 0.0f;             ///< Where `each` is null.
  const float* each = nullptr;  ///< As many as the weight has elements, in its order.

  float operator[](std::int64_t i) const { return each == nullptr ? all : each[i]; }
};

/// What a layer says of a tensor that a penalty is to be taken of.
struct PenaltySlot {
  Shape shape;
  WeightAxes axes = {};   ///< Of a weight whose layer knows them.
  bool activity = false;  ///< Whether it is an output, whose first axis counts the samples.
};

/// A function from a tensor to a scalar penalty. Immutable, so that layers may share one. A
/// subclass writes `operator()` in ordinary ops, and its gradient comes by itself; with
/// `get_config` and a static `from_config`, and after `register_serializable`, it can be saved.
///
///     class Ridge : public Regularizer {
///       Tensor operator()(const Tensor& x) const override {
///         return 0.01f * ops::sum(ops::square(x));
///       }
///     };
///
/// A penalty that leaves the tape, by `values()`, `item()`, `ops::stop_gradient` or an operation
/// whose gradient is 0, has no gradient: it would count in the reported loss and train nothing. So
/// if its tensor leads back to a trainable variable and the penalty does not depend on the tensor
/// at all, the first step in which it is not exactly 0 refuses it, unless it is `constant()`. A
/// penalty that leaves the tape only in part still depends on its tensor; that can't be detected.
///
/// See https://keras.io/api/layers/regularizers/.
class Regularizer {
 public:
  using Function = std::function<Tensor(const Tensor&)>;
  static constexpr bool kTrains = true;  ///< A callable must return a `Tensor`, not a number.

  virtual ~Regularizer() = default;

  /// The penalty: a scalar.
  virtual Tensor operator()(const Tensor& x) const = 0;

  /// The penalty of a weight whose layer knows these axes, for rules that go by them. By default
  /// `(*this)(x)`.
  virtual Tensor penalty(const Tensor& x, const WeightAxes& axes) const;

  /// The rules whose penalties `penalties()` lists one by one, while `losses()` has their sum: none
  /// unless this is a sum of rules.
  virtual std::vector<std::shared_ptr<const Regularizer>> parts() const;

  /// The rule that a weight keeps whose value is `value` when this one is set on it: null, the
  /// default, for this one as it is.
  virtual std::shared_ptr<const Regularizer> attached_to(const Tensor& value) const;

  /// What such a rule has kept of its weight, which files hold beside it: none by default.
  virtual std::vector<Tensor> kept() const;
  /// The same rule with other tensors instead, of the same shapes; null where there are none.
  virtual std::shared_ptr<const Regularizer> with_kept(std::span<const Tensor> tensors) const;

  /// Whether the value is a constant on purpose: it is reported but has no gradient, as for a rule
  /// that acts on the weights in some other way. Default: false.
  virtual bool constant() const { return false; }

  /// What `from_config` needs to make an equal one. By default raises InvalidArgument.
  virtual Config get_config() const;

  /// Refuses weights that this penalty can't be taken of (by shape), when a layer is built; `owner`
  /// is whom the error names. By default every shape is fine.
  virtual void check_weight(const Shape& shape, std::string_view owner) const;

  /// How an optimizer takes this rule's proximal operator in its `step`-th step, from 0. Nothing, the
  /// default, if it has none: `Proximal` refuses the rule then. Whether there is one, and whether
  /// `groups` and `one_step` hold, doesn't depend on the step.
  virtual std::optional<ProximalForm> proximal_form(std::int64_t step) const;

  /// What of the proximal operator is more than `ProximalForm`'s elementwise part, in place
  /// (`weight.mutable_data()`), where that says `groups`; may not fail. How far an element moves that
  /// has a step of its own, the optimizer limits afterwards. By default it raises.
  virtual void shrink_groups(const Variable& weight, const ProximalSteps& steps) const;

  /// The rule whose proximal operator the optimizer applies to the weight: that in a `Proximal`. Null
  /// for all others, whose penalty comes by its gradient.
  virtual const Regularizer* proximal_rule() const { return nullptr; }

  /// The same by all that the layer says of the tensor, outputs included. By default `check_weight`
  /// of the shape.
  virtual void check_slot(const PenaltySlot& slot, std::string_view owner) const;

  static std::shared_ptr<const Regularizer> from_identifier(std::string_view identifier);
  static std::shared_ptr<const Regularizer> from_object(const Config& config);
  static std::shared_ptr<const Regularizer> from_function(Function function,
                                                          std::string registered_name);
  static Config to_object(const Regularizer& regularizer);
};

/// What a regularizer slot holds: nothing, `"l2"`, `regularizers::L2(1e-4f)`, a callable, a config.
/// Identifiers: `l1 l2 l1_l2 l1l2 L1 L2 L1L2 orthogonal_regularizer OrthogonalRegularizer`, with a
/// factor of 0.01; `l1_l2`, in any of its spellings and cases, means both factors 0.01. So do the
/// names of the rules that Keras lacks, `group_lasso`, …, but for `Sum` and `Towards`, which need
/// other rules. docs/penalties.md says which penalty is for what.
using RegularizerSpec = RuleSpec<const Regularizer>;

namespace regularizers {

/// The config of a regularizer, `null` for none: {"module", "class_name", "config",
/// "registered_name"}. Raises InvalidArgument for a callable that was not registered.
Config serialize(const RegularizerSpec& regularizer);
/// The regularizer that such a config (or a string) names. Raises InvalidArgument if unknown.
RegularizerSpec deserialize(const Config& config);
/// The same for all that a slot accepts.
RegularizerSpec get(RegularizerSpec identifier);

/// The penalty `regularizer(x)`, or, with `axes`, `regularizer.penalty(x, *axes)`. Raises ShapeError,
/// naming `owner`, if it is no scalar, and InvalidArgument if it left the tape that records (see
/// `Regularizer`).
Tensor scalar_penalty(const Regularizer& regularizer, const Tensor& x, std::string_view owner,
                      const std::optional<WeightAxes>& axes = {});

}  // namespace regularizers
}  // namespace strata
