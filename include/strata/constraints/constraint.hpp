// Constraint: what a weight is projected with after every update. What users subclass.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "strata/core/config.hpp"
#include "strata/core/rule_spec.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {

/// A function from a weight to the nearest allowed one, of the same shape. Optimizers apply it
/// after an update, never at the start. See https://keras.io/api/layers/constraints/.
class Constraint {
 public:
  using Function = std::function<Tensor(const Tensor&)>;

  virtual ~Constraint() = default;
  virtual Tensor operator()(const Tensor& weight) const = 0;
  virtual Config get_config() const;  ///< By default raises InvalidArgument.

  /// Refuses weights that can't be projected (by shape), when a layer is built; `owner` is whom the
  /// error names. By default every shape is fine.
  virtual void check_weight(const Shape& shape, std::string_view owner) const;
  /// Whether a projection may still raise. By default it may, so that steps keep what they change,
  /// to put it back; the built-in ones can't.
  virtual bool may_raise() const { return true; }

  static std::shared_ptr<const Constraint> from_identifier(std::string_view identifier);
  static std::shared_ptr<const Constraint> from_object(const Config& config);
  static std::shared_ptr<const Constraint> from_function(Function function,
                                                         std::string registered_name);
  static Config to_object(const Constraint& constraint);
};

/// What a constraint slot holds: nothing, `"non_neg"`, `constraints::MaxNorm({…})`, a callable, ….
using ConstraintSpec = RuleSpec<const Constraint>;

namespace constraints {
Config serialize(const ConstraintSpec& constraint);
ConstraintSpec deserialize(const Config& config);
ConstraintSpec get(ConstraintSpec identifier);
}  // namespace constraints

}  // namespace strata
