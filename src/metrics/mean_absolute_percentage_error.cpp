#include "strata/metrics/mean_absolute_percentage_error.hpp"

#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "ops/distance.hpp"

namespace strata::metrics {

MeanAbsolutePercentageError::MeanAbsolutePercentageError(const Options& options)
    : MeanMetric(name_or(options.name, "mean_absolute_percentage_error")) {}

Tensor MeanAbsolutePercentageError::values(const Tensor& y_true, const Tensor& y_pred) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  return ops::mean_absolute_percentage_error(targets, predictions);
}

MeanAbsolutePercentageError MeanAbsolutePercentageError::from_config(const Config& config) {
  return MeanAbsolutePercentageError(read_options<Options>("MeanAbsolutePercentageError", config));
}

}  // namespace strata::metrics
