// Regularizer: a penalty on a tensor. What users subclass.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "strata/core/config.hpp"
#include "strata/core/rule_spec.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {

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

  /// Whether the value is a constant on purpose: it is reported but has no gradient, as for a rule
  /// that acts on the weights in some other way. Default: false.
  virtual bool constant() const { return false; }

  /// What `from_config` needs to make an equal one. By default raises InvalidArgument.
  virtual Config get_config() const;

  /// Refuses weights that this penalty can't be taken of (by shape), when a layer is built; `owner`
  /// is whom the error names. By default every shape is fine.
  virtual void check_weight(const Shape& shape, std::string_view owner) const;

  static std::shared_ptr<const Regularizer> from_identifier(std::string_view identifier);
  static std::shared_ptr<const Regularizer> from_object(const Config& config);
  static std::shared_ptr<const Regularizer> from_function(Function function,
                                                          std::string registered_name);
  static Config to_object(const Regularizer& regularizer);
};

/// What a regularizer slot holds: nothing, `"l2"`, `regularizers::L2(1e-4f)`, a callable, a config.
/// Identifiers: `l1 l2 l1_l2 l1l2 L1 L2 L1L2 orthogonal_regularizer OrthogonalRegularizer`, with a
/// factor of 0.01; `l1_l2`, in any of its spellings and cases, means both factors 0.01.
using RegularizerSpec = RuleSpec<const Regularizer>;

namespace regularizers {

/// The config of a regularizer, `null` for none: {"module", "class_name", "config",
/// "registered_name"}. Raises InvalidArgument for a callable that was not registered.
Config serialize(const RegularizerSpec& regularizer);
/// The regularizer that such a config (or a string) names. Raises InvalidArgument if unknown.
RegularizerSpec deserialize(const Config& config);
/// The same for all that a slot takes.
RegularizerSpec get(RegularizerSpec identifier);

/// The penalty `regularizer(x)`. Raises ShapeError, naming `owner`, if it is no scalar, and
/// InvalidArgument if it left the tape that records (see `Regularizer`).
Tensor scalar_penalty(const Regularizer& regularizer, const Tensor& x, std::string_view owner);

}  // namespace regularizers
}  // namespace strata
