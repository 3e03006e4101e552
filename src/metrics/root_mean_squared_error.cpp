// The root of the mean that other metrics report.
#include "strata/metrics/root_mean_squared_error.hpp"

#include <cmath>

#include "ops/align.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::metrics {

RootMeanSquaredError::RootMeanSquaredError(const Options& options)
    : MeanMetric(name_or_default(options.name, typeid(RootMeanSquaredError))) {}

Tensor RootMeanSquaredError::values(const Tensor& y_true, const Tensor& y_pred) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  ops::check_same_shape("RootMeanSquaredError", targets.shape(), predictions.shape());
  return ops::square(predictions - targets);
}

double RootMeanSquaredError::result() const { return std::sqrt(MeanMetric::result()); }

RootMeanSquaredError RootMeanSquaredError::from_config(const Config& config) {
  return RootMeanSquaredError(options_in(typeid(RootMeanSquaredError), config));
}

}  // namespace strata::metrics
