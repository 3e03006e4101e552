// SpectralNorm: the penalty on the most that a layer can stretch its inputs.
#pragma once

#include "strata/core/number.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

struct SpectralNormOptions {
  float factor = 0.01f;  ///< Finite, >= 0.
  int every = 1;         ///< Counts in every so manyth update, so many times; >= 1.
};

/// `factor * σ₁(W)²`, the square of the largest singular value; its gradient is `2 factor σ₁ u₁ v₁ᵀ`.
///
/// The weight is a matrix of its layer's outputs and all other axes: a convolution's kernel
/// `(k…, in, out)` has k… · in rows. Of other tensors the last axis are the columns. The value is found by
/// Lanczos's method to 1e-7, from a fixed start: it has no state, so that training goes on to the
/// bit where it was left. A step reads the weight some ten times.
///
/// With `every` n it is computed in every n-th update alone, from the first on, and counts n times as
/// much there: see docs/penalties.md.
///
/// Raises InvalidArgument on a bad option, ShapeError on tensors of rank
/// 1. Source: Yoshida and Miyato 2017 (arXiv:1705.10941), without their ½.
class SpectralNorm : public Regularizer {
 public:
  using Options = SpectralNormOptions;

  explicit SpectralNorm(const Options& options = {});
  template <Number N>
  explicit SpectralNorm(N factor) : SpectralNorm(Options{.factor = static_cast<float>(factor)}) {}

  Tensor operator()(const Tensor& x) const override;
  Tensor penalty(const Tensor& x, const WeightAxes& axes) const override;
  Config get_config() const override;  ///< {"factor": …, "every": …}
  static SpectralNorm from_config(const Config& config);
  void check_weight(const Shape& shape, std::string_view owner) const override;
  float factor() const { return options_.factor; }
  int every() const { return options_.every; }

 private:
  Options options_;
};

using spectral_norm = SpectralNorm;

}  // namespace strata::regularizers
