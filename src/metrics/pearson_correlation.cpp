// PearsonCorrelation: its option, values and config.
#include "strata/metrics/pearson_correlation.hpp"

#include "metrics/fields.hpp"
#include "strata/ops/distance.hpp"

namespace strata::metrics {

void list_fields(auto& fields, PearsonCorrelationOptions& options) { fields("axis", options.axis); }

PearsonCorrelation::PearsonCorrelation(const Options& options)
    : MeanMetric(options.name), options_(options) {}

Tensor PearsonCorrelation::values(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::pearson_correlation(y_true, y_pred, options_.axis);
}

Config PearsonCorrelation::get_config() const {
  return with_fields(Metric::get_config(), options_);
}

PearsonCorrelation PearsonCorrelation::from_config(const Config& config) {
  return PearsonCorrelation(read_options<Options>("PearsonCorrelation", config));
}

}  // namespace strata::metrics
