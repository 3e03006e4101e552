// UnitNorm: incoming weights of length 1 for every unit.
#pragma once

#include "strata/constraints/constraint.hpp"
#include "strata/core/axis_list.hpp"

namespace strata::constraints {

struct UnitNormOptions {
  AxisList axis = 0;  ///< What a norm runs over: 0 for Dense, `{0, 1, 2}` for Conv2D.
};

/// `w / (1e-7 + n)`, where n is the Euclidean norm along `axis`.
/// See https://keras.io/api/layers/constraints/#unitnorm-class.
class UnitNorm : public Constraint {
 public:
  using Options = UnitNormOptions;

  explicit UnitNorm(const Options& options = {});

  Tensor operator()(const Tensor& weight) const override;
  /// Raises ShapeError on an axis that the weight doesn't have.
  void check_weight(const Shape& shape, std::string_view owner) const override;
  bool may_raise() const override { return false; }
  Config get_config() const override;  ///< {"axis": …}
  static UnitNorm from_config(const Config& config);

 private:
  Options options_;
};

}  // namespace strata::constraints
