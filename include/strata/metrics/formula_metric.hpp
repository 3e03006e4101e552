// The metrics that are the mean of a formula and nothing more to choose: one line each.
#pragma once

#include "strata/metrics/mean_metric.hpp"
#include "strata/ops/accuracy.hpp"
#include "strata/ops/distance.hpp"

namespace strata::metrics {

/// Which results are better: what callbacks' `mode = "auto"` asks.
enum class Better { smaller, larger };

/// The running mean of the values that `formula` computes, one per sample. Raises what it raises.
template <Tensor (*formula)(const Tensor& y_true, const Tensor& y_pred),
          Better better = Better::smaller>
class FormulaMetric : public MeanMetric {
 public:
  using Options = MetricOptions;

  explicit FormulaMetric(const Options& options = {})
      : MeanMetric(name_or_default(options.name, typeid(FormulaMetric))) {}

  bool larger_is_better() const override { return better == Better::larger; }
  /// From {"name", "dtype"}, as `get_config` writes it.
  static FormulaMetric from_config(const Config& config) {
    return FormulaMetric(options_in(typeid(FormulaMetric), config));
  }

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override {
    return formula(y_true, y_pred);
  }
};

// The formulas: <strata/ops/distance.hpp> and <strata/ops/accuracy.hpp>.

// https://keras.io/api/metrics/regression_metrics/
using MeanSquaredError = FormulaMetric<ops::mean_squared_error>;
using MeanAbsoluteError = FormulaMetric<ops::mean_absolute_error>;
using MeanAbsolutePercentageError = FormulaMetric<ops::mean_absolute_percentage_error>;
using MeanSquaredLogarithmicError = FormulaMetric<ops::mean_squared_logarithmic_error>;

/// The mean of `ops::log_cosh`. Its name is `logcosh`, as in Keras.
class LogCoshError : public FormulaMetric<ops::log_cosh> {
 public:
  explicit LogCoshError(const Options& options = {})
      : FormulaMetric({.name = options.name.empty() ? "logcosh" : options.name}) {}
  static LogCoshError from_config(const Config& config) {
    return LogCoshError(options_in(typeid(LogCoshError), config));
  }
};

// https://keras.io/api/metrics/probabilistic_metrics/
using KLDivergence = FormulaMetric<ops::kl_divergence>;
using Poisson = FormulaMetric<ops::poisson>;

// https://keras.io/api/metrics/hinge_metrics/
using Hinge = FormulaMetric<ops::hinge>;
using SquaredHinge = FormulaMetric<ops::squared_hinge>;
using CategoricalHinge = FormulaMetric<ops::categorical_hinge>;

// https://keras.io/api/metrics/accuracy_metrics/
using Accuracy = FormulaMetric<ops::accuracy, Better::larger>;
using CategoricalAccuracy = FormulaMetric<ops::categorical_accuracy, Better::larger>;
using SparseCategoricalAccuracy = FormulaMetric<ops::sparse_categorical_accuracy, Better::larger>;

}  // namespace strata::metrics
