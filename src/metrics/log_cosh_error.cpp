#include "strata/metrics/log_cosh_error.hpp"

#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "ops/distance.hpp"

namespace strata::metrics {

LogCoshError::LogCoshError(const Options& options) : MeanMetric(name_or(options.name, "logcosh")) {}

Tensor LogCoshError::values(const Tensor& y_true, const Tensor& y_pred) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  return ops::log_cosh(targets, predictions);
}

LogCoshError LogCoshError::from_config(const Config& config) {
  return LogCoshError(read_options<Options>("LogCoshError", config));
}

}  // namespace strata::metrics
