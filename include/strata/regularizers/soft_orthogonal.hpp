// SoftOrthogonal: the penalty that keeps the columns of a layer orthonormal.
#pragma once

#include "strata/core/number.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

struct SoftOrthogonalOptions {
  float factor = 0.01f;  ///< Finite, >= 0.
  int every = 1;         ///< Counts in every so manyth update, so many times; >= 1.
};

/// `factor * ‖WᵀW - I‖²`, by the elements; of `WWᵀ` where W has fewer rows than columns. Its gradient
/// is `4 factor W (WᵀW - I)`.
///
/// The weight is a matrix of its layer's outputs and all other axes: a convolution's kernel
/// `(k…, in, out)` has k… · in rows. Of other tensors the last axis are the columns.
///
/// With `every` n it is computed in every n-th update alone, from the first on, and counts n times as
/// much there: see docs/penalties.md.
///
/// Raises InvalidArgument on a bad option, ShapeError on tensors of rank
/// 1. Unlike `OrthogonalRegularizer` it asks for columns of length 1 too. Source: Bansal et al. 2018
/// (arXiv:1810.09102).
class SoftOrthogonal : public Regularizer {
 public:
  using Options = SoftOrthogonalOptions;

  explicit SoftOrthogonal(const Options& options = {});
  template <Number N>
  explicit SoftOrthogonal(N factor)
      : SoftOrthogonal(Options{.factor = static_cast<float>(factor)}) {}

  Tensor operator()(const Tensor& x) const override;
  Tensor penalty(const Tensor& x, const WeightAxes& axes) const override;
  Config get_config() const override;  ///< {"factor": …, "every": …}
  static SoftOrthogonal from_config(const Config& config);
  void check_weight(const Shape& shape, std::string_view owner) const override;
  float factor() const { return options_.factor; }
  int every() const { return options_.every; }

 private:
  Options options_;
};

using soft_orthogonal = SoftOrthogonal;

}  // namespace strata::regularizers
