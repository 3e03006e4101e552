// KeepZeros: weights that are 0 stay 0.
#pragma once

#include "strata/constraints/constraint.hpp"

namespace strata::constraints {

/// `w`, with 0 wherever the weight was exactly 0 when the constraint was set on it: when the layer
/// was built, by `prune`, or, in a model that is loaded, when the file's values were. What is loaded
/// over the weight later sets the zeros anew; `assign`, `set_weights` and `BackupAndRestore` don't.
///
/// A bias begins with zeros, and so would never be trained. Raises StateError where it was set on no
/// weight, ShapeError on a tensor of another shape.
class KeepZeros : public Constraint {
 public:
  Tensor operator()(const Tensor& weight) const override;
  void check_weight(const Shape& shape, std::string_view owner) const override;
  bool may_raise() const override { return !kept_.defined(); }
  Config get_config() const override;  ///< {}
  static KeepZeros from_config(const Config& config);

  /// The constraint of a weight of this value.
  KeepZeros attached_to(const Tensor& value) const;
  /// 0 where the weight stays 0, else 1. Undefined where it was set on no weight.
  const Tensor& kept() const { return kept_; }

 private:
  Tensor kept_;
};

}  // namespace strata::constraints
