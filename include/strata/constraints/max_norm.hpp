// MaxNorm: an upper bound on the incoming weights of every unit.
#pragma once

#include "strata/constraints/constraint.hpp"
#include "strata/core/axis_list.hpp"
#include "strata/core/number.hpp"

namespace strata::constraints {

struct MaxNormOptions {
  float max_value = 2.0f;  ///< Largest norm: finite, >= 0.
  AxisList axis = 0;       ///< What a norm runs over: 0 for Dense, `{0, 1, 2}` for Conv2D.
};

/// `w * min(n, max_value) / (1e-7 + n)`, where n is the Euclidean norm along `axis`.
///
/// Raises InvalidArgument on a negative or non-finite bound.
/// See https://keras.io/api/layers/constraints/#maxnorm-class.
class MaxNorm : public Constraint {
 public:
  using Options = MaxNormOptions;

  explicit MaxNorm(const Options& options = {});
  template <Number N>
  explicit MaxNorm(N max_value) : MaxNorm(Options{.max_value = static_cast<float>(max_value)}) {}

  Tensor operator()(const Tensor& weight) const override;
  /// Raises ShapeError on an axis that the weight doesn't have.
  void check_weight(const Shape& shape, std::string_view owner) const override;
  bool may_raise() const override { return false; }
  Config get_config() const override;  ///< {"max_value": …, "axis": …}
  static MaxNorm from_config(const Config& config);

 private:
  Options options_;
};

}  // namespace strata::constraints
