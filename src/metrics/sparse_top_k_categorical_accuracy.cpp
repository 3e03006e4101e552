// SparseTopKCategoricalAccuracy: its options, values and config.
#include "strata/metrics/sparse_top_k_categorical_accuracy.hpp"

#include "metrics/fields.hpp"
#include "strata/ops/accuracy.hpp"

namespace strata::metrics {

void list_fields(auto& fields, SparseTopKCategoricalAccuracyOptions& options) {
  fields("k", options.k);
}

SparseTopKCategoricalAccuracy::SparseTopKCategoricalAccuracy(const Options& options)
    : MeanMetric(options.name), options_(options) {
  check(options.k > 0, "SparseTopKCategoricalAccuracy",
        "k must be a positive integer. Received: k={}.", options.k);
}

Tensor SparseTopKCategoricalAccuracy::values(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::sparse_top_k_categorical_accuracy(y_true, y_pred, options_.k);
}

Config SparseTopKCategoricalAccuracy::get_config() const {
  return with_fields(Metric::get_config(), options_);
}

SparseTopKCategoricalAccuracy SparseTopKCategoricalAccuracy::from_config(const Config& config) {
  return SparseTopKCategoricalAccuracy(
      read_options<Options>("SparseTopKCategoricalAccuracy", config));
}

}  // namespace strata::metrics
