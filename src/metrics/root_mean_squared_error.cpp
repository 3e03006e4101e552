#include "strata/metrics/root_mean_squared_error.hpp"

#include <cmath>

#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::metrics {

RootMeanSquaredError::RootMeanSquaredError(const Options& options)
    : MeanMetric(name_or(options.name, "root_mean_squared_error")) {}

Tensor RootMeanSquaredError::values(const Tensor& y_true, const Tensor& y_pred) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  ops::check_same_shape("RootMeanSquaredError", targets.shape(), predictions.shape());
  return ops::square(predictions - targets);
}

double RootMeanSquaredError::result() const { return std::sqrt(MeanMetric::result()); }

RootMeanSquaredError RootMeanSquaredError::from_config(const Config& config) {
  return RootMeanSquaredError(read_options<Options>("RootMeanSquaredError", config));
}

}  // namespace strata::metrics
