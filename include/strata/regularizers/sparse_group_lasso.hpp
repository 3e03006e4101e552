// SparseGroupLasso: the penalty that makes groups of weights zero, and single weights in the others.
#pragma once

#include "strata/core/number.hpp"
#include "strata/core/weight_groups.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

struct SparseGroupLassoOptions {
  float l1 = 0.01f;                ///< Factor of `Σ|w|`: finite, >= 0.
  float factor = 0.01f;            ///< Factor of the groups' norms: finite, >= 0.
  WeightGroups groups = "inputs";  ///< `"inputs"`, `"outputs"`, `"filters"`, or an axis.
};

/// `l1 * Σ|w| + factor * Σ_g √|g| ‖w_g‖`: L1 and `GroupLasso`, which see for the groups, at once.
///
///     regularizers::SparseGroupLasso({.l1 = 1e-4f, .factor = 1e-3f, .groups = "outputs"})
///
/// Raises InvalidArgument on a bad factor or name. Source: Simon et al. 2013.
class SparseGroupLasso : public Regularizer {
 public:
  using Options = SparseGroupLassoOptions;

  explicit SparseGroupLasso(const Options& options = {});
  template <Number A, Number B>
  explicit SparseGroupLasso(A l1, B factor)
      : SparseGroupLasso(
            Options{.l1 = static_cast<float>(l1), .factor = static_cast<float>(factor)}) {}

  Tensor operator()(const Tensor& x) const override;
  Tensor penalty(const Tensor& x, const WeightAxes& axes) const override;
  Config get_config() const override;  ///< {"l1": …, "factor": …, "groups": …}
  static SparseGroupLasso from_config(const Config& config);
  void check_slot(const PenaltySlot& slot, std::string_view owner) const override;
  std::optional<ProximalForm> proximal_form(std::int64_t step) const override;
  void shrink_groups(const Variable& weight, const ProximalSteps& steps) const override;
  float l1() const { return options_.l1; }
  float factor() const { return options_.factor; }
  const WeightGroups& groups() const { return options_.groups; }

 private:
  Options options_;
};

using sparse_group_lasso = SparseGroupLasso;

}  // namespace strata::regularizers
