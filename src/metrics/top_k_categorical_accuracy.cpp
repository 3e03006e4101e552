// TopKCategoricalAccuracy: its options, values and config.
#include "strata/metrics/top_k_categorical_accuracy.hpp"

#include "metrics/fields.hpp"
#include "strata/ops/accuracy.hpp"

namespace strata::metrics {

void list_fields(auto& fields, TopKCategoricalAccuracyOptions& options) { fields("k", options.k); }

TopKCategoricalAccuracy::TopKCategoricalAccuracy(const Options& options)
    : MeanMetric(options.name), options_(options) {
  check(options.k > 0, "TopKCategoricalAccuracy", "k must be a positive integer. Received: k={}.",
        options.k);
}

Tensor TopKCategoricalAccuracy::values(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::top_k_categorical_accuracy(y_true, y_pred, options_.k);
}

Config TopKCategoricalAccuracy::get_config() const {
  return with_fields(Metric::get_config(), options_);
}

TopKCategoricalAccuracy TopKCategoricalAccuracy::from_config(const Config& config) {
  return TopKCategoricalAccuracy(read_options<Options>("TopKCategoricalAccuracy", config));
}

}  // namespace strata::metrics
