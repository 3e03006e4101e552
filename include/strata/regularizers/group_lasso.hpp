// GroupLasso: the penalty that makes whole groups of weights zero.
#pragma once

#include "strata/core/number.hpp"
#include "strata/core/weight_groups.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

struct GroupLassoOptions {
  float factor = 0.01f;            ///< Finite, >= 0.
  WeightGroups groups = "inputs";  ///< `"inputs"`, `"outputs"`, `"filters"`, or an axis.
};

/// `factor * Σ_g √|g| ‖w_g‖` over groups of |g| weights; its gradient is `factor √|g| w_g / ‖w_g‖`,
/// 0 where a group is.
///
/// Groups: `"inputs"`, all weights that leave one input feature or channel (a row of a dense
/// kernel); `"outputs"`, all that enter one unit or filter (a column; of an LSTM four of them, of a
/// GRU three); `"filters"`, the window of one pair of both; a number, each index of that axis.
/// Which axes these are is the layer's knowledge: a bias, an output or a weight whose layer doesn't
/// say takes a number alone, else InvalidArgument when the layer is built. A tensor in a direct call
/// is taken as a kernel `(…, in, out)`.
///
///     regularizers::GroupLasso({.factor = 1e-3f, .groups = "outputs"})
///
/// Raises InvalidArgument on a bad factor or name. Source: Yuan and Lin 2006; for networks Scardapane
/// et al. 2017 (arXiv:1607.00485).
class GroupLasso : public Regularizer {
 public:
  using Options = GroupLassoOptions;

  explicit GroupLasso(const Options& options = {});
  template <Number N>
  explicit GroupLasso(N factor) : GroupLasso(Options{.factor = static_cast<float>(factor)}) {}

  Tensor operator()(const Tensor& x) const override;
  Tensor penalty(const Tensor& x, const WeightAxes& axes) const override;
  Config get_config() const override;  ///< {"factor": …, "groups": …}
  static GroupLasso from_config(const Config& config);
  void check_slot(const PenaltySlot& slot, std::string_view owner) const override;
  std::optional<ProximalForm> proximal_form(std::int64_t step) const override;
  void shrink_groups(const Variable& weight, const ProximalSteps& steps) const override;
  float factor() const { return options_.factor; }
  const WeightGroups& groups() const { return options_.groups; }

 private:
  Options options_;
};

using group_lasso = GroupLasso;

}  // namespace strata::regularizers
