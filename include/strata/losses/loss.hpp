// Loss: how far predictions are from the truth. What users subclass.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "strata/core/config.hpp"
#include "strata/core/rule_spec.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {

/// What all losses take.
struct LossOptions {
  /// `sum_over_batch_size` (or `mean`): the sum over all values by their number; `sum`; `none`: one
  /// value a sample; `mean_with_sample_weight`: the weighted sum by the sum of the weights.
  std::string reduction = "sum_over_batch_size";
  std::string name = {};  ///< Default: the class in snake_case.
};

/// `reduce(call(y_true, y_pred) * sample_weight)`. See https://keras.io/api/losses/.
class Loss {
 public:
  using Function = std::function<Tensor(const Tensor& y_true, const Tensor& y_pred)>;

  explicit Loss(LossOptions options = {});
  virtual ~Loss() = default;

  /// Shapes that differ by a last axis of 1 are aligned, as Keras does. Raises ShapeError where
  /// they don't fit, and InvalidArgument on an unknown reduction at construction.
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) const;

  const std::string& name() const { return options_.name; }
  const std::string& reduction() const { return options_.reduction; }
  virtual Config get_config() const;  ///< {"name", "reduction"}; subclasses add theirs.

  /// Raises InvalidArgument where `y_true` can't be a target for predictions of this shape: labels
  /// out of range or not whole, NaN. Called by `fit` and `evaluate` on all data before the first
  /// step.
  virtual void check_targets(const Tensor& y_true, const Shape& y_pred) const;

  static std::shared_ptr<const Loss> from_identifier(std::string_view identifier);
  static std::shared_ptr<const Loss> from_object(const Config& config);
  /// A callable's values are reduced by `sum_over_batch_size`.
  static std::shared_ptr<const Loss> from_function(Function function, std::string registered_name);
  static Config to_object(const Loss& loss);

 protected:
  /// The loss of each sample: the last axis is gone, the batch axis is there.
  virtual Tensor call(const Tensor& y_true, const Tensor& y_pred) const = 0;

 private:
  LossOptions options_;
};

/// What `compile`'s loss takes: nothing, `"mse"`, `losses::BinaryCrossentropy({…})`, a callable, ….
using LossSpec = RuleSpec<const Loss>;

namespace losses {
Config serialize(const LossSpec& loss);
LossSpec deserialize(const Config& config);
LossSpec get(LossSpec identifier);
}  // namespace losses

}  // namespace strata
