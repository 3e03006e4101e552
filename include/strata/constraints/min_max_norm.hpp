// MinMaxNorm: bounds on the incoming weights of every unit, to be met at once or bit by bit.
#pragma once

#include "strata/constraints/constraint.hpp"
#include "strata/core/axis_list.hpp"
#include "strata/core/number.hpp"

namespace strata::constraints {

struct MinMaxNormOptions {
  float min_value = 0.0f;  ///< Smallest norm: >= 0.
  float max_value = 1.0f;  ///< Largest norm: finite, >= min_value.
  float rate = 1.0f;       ///< How much of the way a step goes, in [0, 1].
  AxisList axis = 0;       ///< What a norm runs over: 0 for Dense, `{0, 1, 2}` for Conv2D.
};

/// `w * (rate * clip(n, min_value, max_value) + (1 - rate) * n) / (1e-7 + n)`, where n is the
/// Euclidean norm along `axis`.
///
/// Raises InvalidArgument on bounds or a rate out of range.
/// See https://keras.io/api/layers/constraints/#minmaxnorm-class.
class MinMaxNorm : public Constraint {
 public:
  using Options = MinMaxNormOptions;

  explicit MinMaxNorm(const Options& options = {});
  template <Number A, Number B>
  explicit MinMaxNorm(A min_value, B max_value)
      : MinMaxNorm(Options{.min_value = static_cast<float>(min_value),
                           .max_value = static_cast<float>(max_value)}) {}

  Tensor operator()(const Tensor& weight) const override;
  /// Raises ShapeError on an axis that the weight doesn't have.
  void check_weight(const Shape& shape, std::string_view owner) const override;
  bool may_raise() const override { return false; }
  Config get_config() const override;  ///< {"min_value", "max_value", "rate", "axis"}
  static MinMaxNorm from_config(const Config& config);

 private:
  Options options_;
};

}  // namespace strata::constraints
