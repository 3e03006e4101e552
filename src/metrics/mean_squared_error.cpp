#include "strata/metrics/mean_squared_error.hpp"

#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "ops/distance.hpp"

namespace strata::metrics {

MeanSquaredError::MeanSquaredError(const Options& options)
    : MeanMetric(name_or(options.name, "mean_squared_error")) {}

Tensor MeanSquaredError::values(const Tensor& y_true, const Tensor& y_pred) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  return ops::mean_squared_error(targets, predictions);
}

MeanSquaredError MeanSquaredError::from_config(const Config& config) {
  return MeanSquaredError(read_options<Options>("MeanSquaredError", config));
}

}  // namespace strata::metrics
