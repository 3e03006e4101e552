// The losses that are a formula and nothing more to choose: one line each.
#pragma once

#include <typeinfo>
#include <utility>

#include "strata/losses/loss.hpp"
#include "strata/ops/distance.hpp"

namespace strata::losses {

/// A loss whose values `formula` computes, one per sample. Targets and predictions have the same
/// shape, else ShapeError; `fit` and `evaluate` refuse targets that are not finite.
template <Tensor (*formula)(const Tensor& y_true, const Tensor& y_pred)>
class FormulaLoss : public Loss {
 public:
  using Options = LossOptions;

  explicit FormulaLoss(Options options = {}) : Loss(std::move(options)) {}

  void check_targets(const Tensor& y_true, const Shape& y_pred) const override {
    check_dense_targets(y_true, y_pred);
  }
  /// From {"name", "reduction"}, as `get_config` writes it.
  static FormulaLoss from_config(const Config& config) {
    return FormulaLoss(options_in(typeid(FormulaLoss), config));
  }

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override {
    return formula(y_true, y_pred);
  }
};

// The formulas: <strata/ops/distance.hpp>.

// https://keras.io/api/losses/regression_losses/
using MeanSquaredError = FormulaLoss<ops::mean_squared_error>;
using MeanAbsoluteError = FormulaLoss<ops::mean_absolute_error>;
using MeanAbsolutePercentageError = FormulaLoss<ops::mean_absolute_percentage_error>;
using MeanSquaredLogarithmicError = FormulaLoss<ops::mean_squared_logarithmic_error>;
using LogCosh = FormulaLoss<ops::log_cosh>;

// https://keras.io/api/losses/probabilistic_losses/
using KLDivergence = FormulaLoss<ops::kl_divergence>;
using Poisson = FormulaLoss<ops::poisson>;

// https://keras.io/api/losses/hinge_losses/
using Hinge = FormulaLoss<ops::hinge>;
using SquaredHinge = FormulaLoss<ops::squared_hinge>;
using CategoricalHinge = FormulaLoss<ops::categorical_hinge>;

}  // namespace strata::losses
