#include "strata/metrics/sparse_categorical_accuracy.hpp"

#include "metrics/fields.hpp"
#include "ops/accuracy.hpp"

namespace strata::metrics {

SparseCategoricalAccuracy::SparseCategoricalAccuracy(const Options& options)
    : MeanMetric(name_or(options.name, "sparse_categorical_accuracy")) {}

Tensor SparseCategoricalAccuracy::values(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::sparse_categorical_accuracy(y_true, y_pred);
}

SparseCategoricalAccuracy SparseCategoricalAccuracy::from_config(const Config& config) {
  return SparseCategoricalAccuracy(read_options<Options>("SparseCategoricalAccuracy", config));
}

}  // namespace strata::metrics
