#include "strata/metrics/mean_squared_logarithmic_error.hpp"

#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "ops/distance.hpp"

namespace strata::metrics {

MeanSquaredLogarithmicError::MeanSquaredLogarithmicError(const Options& options)
    : MeanMetric(name_or(options.name, "mean_squared_logarithmic_error")) {}

Tensor MeanSquaredLogarithmicError::values(const Tensor& y_true, const Tensor& y_pred) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  return ops::mean_squared_logarithmic_error(targets, predictions);
}

MeanSquaredLogarithmicError MeanSquaredLogarithmicError::from_config(const Config& config) {
  return MeanSquaredLogarithmicError(read_options<Options>("MeanSquaredLogarithmicError", config));
}

}  // namespace strata::metrics
