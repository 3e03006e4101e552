#include "strata/metrics/categorical_accuracy.hpp"

#include "metrics/fields.hpp"
#include "ops/accuracy.hpp"

namespace strata::metrics {

CategoricalAccuracy::CategoricalAccuracy(const Options& options)
    : MeanMetric(name_or(options.name, "categorical_accuracy")) {}

Tensor CategoricalAccuracy::values(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::categorical_accuracy(y_true, y_pred);
}

CategoricalAccuracy CategoricalAccuracy::from_config(const Config& config) {
  return CategoricalAccuracy(read_options<Options>("CategoricalAccuracy", config));
}

}  // namespace strata::metrics
