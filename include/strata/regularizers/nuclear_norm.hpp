// NuclearNorm: the penalty that lowers the rank of a layer.
#pragma once

#include "strata/core/number.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

struct NuclearNormOptions {
  float factor = 0.01f;  ///< Finite, >= 0.
  int every = 1;         ///< Counts in every so manyth update, so many times; >= 1.
};

/// `factor * Σσ`, the sum of the singular values; its gradient is `factor U Vᵀ` over those above
/// `max(m, n) ε σ₁`, with float's ε.
///
/// The weight is a matrix of its layer's outputs and all other axes: a convolution's kernel
/// `(k…, in, out)` has k… · in rows. Of other tensors the last axis are the columns. They come
/// from LAPACK in every step, at about `20 m n²` operations of an m x n matrix with n <= m: dear for
/// layers of many hundred units.
///
/// With `every` n it is computed in every n-th update alone, from the first on, and counts n times as
/// much there: see docs/penalties.md.
///
/// Raises InvalidArgument on a bad option, ShapeError on tensors of rank
/// 1 and on matrices that LAPACK can't take.
class NuclearNorm : public Regularizer {
 public:
  using Options = NuclearNormOptions;

  explicit NuclearNorm(const Options& options = {});
  template <Number N>
  explicit NuclearNorm(N factor) : NuclearNorm(Options{.factor = static_cast<float>(factor)}) {}

  Tensor operator()(const Tensor& x) const override;
  Tensor penalty(const Tensor& x, const WeightAxes& axes) const override;
  Config get_config() const override;  ///< {"factor": …, "every": …}
  static NuclearNorm from_config(const Config& config);
  void check_slot(const PenaltySlot& slot, std::string_view owner) const override;
  std::optional<ProximalForm> proximal_form(std::int64_t step) const override;
  void shrink_groups(const Variable& weight, const ProximalSteps& steps) const override;
  float factor() const { return options_.factor; }
  int every() const { return options_.every; }

 private:
  Options options_;
};

using nuclear_norm = NuclearNorm;

}  // namespace strata::regularizers
