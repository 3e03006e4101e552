#include "strata/metrics/mean_absolute_error.hpp"

#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "ops/distance.hpp"

namespace strata::metrics {

MeanAbsoluteError::MeanAbsoluteError(const Options& options)
    : MeanMetric(name_or(options.name, "mean_absolute_error")) {}

Tensor MeanAbsoluteError::values(const Tensor& y_true, const Tensor& y_pred) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  return ops::mean_absolute_error(targets, predictions);
}

MeanAbsoluteError MeanAbsoluteError::from_config(const Config& config) {
  return MeanAbsoluteError(read_options<Options>("MeanAbsoluteError", config));
}

}  // namespace strata::metrics
