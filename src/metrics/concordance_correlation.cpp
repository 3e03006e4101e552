// ConcordanceCorrelation: its option, values and config.
#include "strata/metrics/concordance_correlation.hpp"

#include "metrics/fields.hpp"
#include "strata/ops/distance.hpp"

namespace strata::metrics {

void list_fields(auto& fields, ConcordanceCorrelationOptions& options) {
  fields("axis", options.axis);
}

ConcordanceCorrelation::ConcordanceCorrelation(const Options& options)
    : MeanMetric(options.name), options_(options) {}

Tensor ConcordanceCorrelation::values(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::concordance_correlation(y_true, y_pred, options_.axis);
}

Config ConcordanceCorrelation::get_config() const {
  return with_fields(Metric::get_config(), options_);
}

ConcordanceCorrelation ConcordanceCorrelation::from_config(const Config& config) {
  return ConcordanceCorrelation(read_options<Options>("ConcordanceCorrelation", config));
}

}  // namespace strata::metrics
