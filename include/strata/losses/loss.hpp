// Loss: how far predictions are from the truth. What users subclass.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>

#include "strata/core/config.hpp"
#include "strata/core/rule_spec.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {

/// The options of every loss.
struct LossOptions {
  /// `sum_over_batch_size` (or `mean`): the sum over all values by their number; `sum`; `none`: one
  /// value per sample; `mean_with_sample_weight`: the weighted sum by the sum of the weights.
  std::string reduction = "sum_over_batch_size";
  std::string name = {};  ///< Default: the class in snake_case.
};

/// `reduce(call(y_true, y_pred) * sample_weight)`. A subclass writes `call` in ordinary ops, and
/// its gradient follows from them. While a tape records and the predictions lead back to a
/// trainable variable, values that do not depend on the predictions are refused with
/// InvalidArgument, unless all are 0: they have left the tape by `values()`, `item()`,
/// `ops::stop_gradient` or an operation whose gradient is 0. See https://keras.io/api/losses/.
class Loss {
 public:
  using Function = std::function<Tensor(const Tensor& y_true, const Tensor& y_pred)>;

  static constexpr bool kTrains = true;  ///< A callable must return a `Tensor`, not a number.

  explicit Loss(LossOptions options = {});
  virtual ~Loss() = default;

  /// The loss: a scalar, unless the reduction is `none`. Shapes that differ by a last axis of 1 are
  /// aligned, as Keras does. `sample_weight` has one weight per sample, or one per value of `call`,
  /// extents of 1 in place of some; a scalar loss is weighted by each. `prediction_mask` says which
  /// values count, 1 or 0 for each, or each step of `y_pred`: those that don't are left out of a
  /// mean. An empty batch, or weights or a mask that sum to 0, give 0. Raises ShapeError where
  /// shapes don't fit.
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {},
                    const Tensor& prediction_mask = {}) const;

  std::string name() const;
  const std::string& reduction() const { return options_.reduction; }
  virtual Config get_config() const;  ///< {"name", "reduction"}; subclasses add theirs.

  /// Raises InvalidArgument where `y_true` can't be a target for predictions of this shape: labels
  /// out of range or not whole, NaN; the batch axis may differ. Called by `fit` and `evaluate` on
  /// all data before the first step. By default everything is fine.
  virtual void check_targets(const Tensor& y_true, const Shape& y_pred) const;

  /// The axis of the predictions that has one value per class, by which `class_weight` finds the
  /// classes of one-hot targets and the shape that labels have.
  virtual int class_axis() const { return -1; }

  /// A class name (`MeanSquaredError`), its function's (`mean_squared_error`) or its short name
  /// (`mse`, `MSE`), exactly; or `crossentropy`, `ce`, which choose by the shapes they see. Raises
  /// InvalidArgument, naming the choices, on any other.
  static std::shared_ptr<const Loss> from_identifier(std::string_view identifier);
  static std::shared_ptr<const Loss> from_object(const Config& config);
  /// A callable's values are reduced by `sum_over_batch_size`; a scalar stays as it is.
  static std::shared_ptr<const Loss> from_function(Function function, std::string registered_name);
  static Config to_object(const Loss& loss);

 protected:
  /// The loss of each sample: the last axis is gone, the batch axis is there.
  virtual Tensor call(const Tensor& y_true, const Tensor& y_pred) const = 0;

  /// Which of `call`'s values count: 1 or 0 for each, or (default) undefined for all. Those that
  /// don't are left out of a mean.
  virtual Tensor mask(const Tensor& y_true, const Tensor& y_pred) const;

  /// What `check_targets` does where targets and predictions are compared element by element.
  /// Raises ShapeError unless the shapes are the same beside the batch axis, InvalidArgument on a
  /// target that is not finite.
  void check_dense_targets(const Tensor& y_true, const Shape& y_pred) const;

  /// The options in a config of the class `type`, which errors name. Raises InvalidArgument on a
  /// key that is unknown or has a wrong value.
  static LossOptions options_in(const std::type_info& type, const Config& config);

 private:
  std::string who() const;  // whom errors name
  Tensor fitted(const char* what, const Tensor& weights, const Shape& values) const;

  LossOptions options_;
};

/// What `compile`'s loss accepts: nothing, `"mse"`, `losses::BinaryCrossentropy({…})`, a callable, ….
using LossSpec = RuleSpec<const Loss>;

namespace losses {

/// The config of a loss, `null` for none: {"module", "class_name", "config", "registered_name"}.
/// Raises InvalidArgument for a callable that was not registered.
Config serialize(const LossSpec& loss);
/// The loss that such a config (or a string) names. Raises InvalidArgument if unknown.
LossSpec deserialize(const Config& config);
/// The same for all that `compile` accepts.
LossSpec get(LossSpec identifier);

}  // namespace losses

}  // namespace strata
