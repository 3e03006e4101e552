// KLSparsity: the penalty on units that are active more, or less, often than wanted.
#pragma once

#include "strata/core/number.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

struct KLSparsityOptions {
  float factor = 0.01f;  ///< Finite, >= 0.
  float rho = 0.05f;     ///< The wanted mean activity, between 0 and 1.
};

/// `factor * Σ_j ρ log(ρ / a_j) + (1 - ρ) log((1 - ρ) / (1 - a_j))` in a layer's losses, where `a_j`
/// is the mean activity of unit j over the samples (and positions), clipped to [1e-7, 1 - 1e-7]. A
/// call gives that times the number of samples, by which the layer divides.
///
/// For outputs between 0 and 1, as a sigmoid's: `.activity_regularizer =
/// regularizers::KLSparsity({.factor = 0.1f, .rho = 0.05f})`. On a weight it is refused when the
/// layer is built. Raises InvalidArgument on a bad factor or rho, ShapeError on tensors of rank 1.
/// Source: sparse autoencoders, Ng 2011.
class KLSparsity : public Regularizer {
 public:
  using Options = KLSparsityOptions;

  explicit KLSparsity(const Options& options = {});
  template <Number A, Number B>
  explicit KLSparsity(A factor, B rho)
      : KLSparsity(Options{.factor = static_cast<float>(factor), .rho = static_cast<float>(rho)}) {}

  Tensor operator()(const Tensor& x) const override;
  Config get_config() const override;  ///< {"factor": …, "rho": …}
  static KLSparsity from_config(const Config& config);
  void check_slot(const PenaltySlot& slot, std::string_view owner) const override;
  float factor() const { return options_.factor; }
  float rho() const { return options_.rho; }

 private:
  Options options_;
};

using kl_sparsity = KLSparsity;

}  // namespace strata::regularizers
