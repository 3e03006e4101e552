#include "strata/metrics/accuracy.hpp"

#include "metrics/fields.hpp"
#include "ops/accuracy.hpp"

namespace strata::metrics {

Accuracy::Accuracy(const Options& options) : MeanMetric(name_or(options.name, "accuracy")) {}

Tensor Accuracy::values(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::accuracy(y_true, y_pred);
}

Accuracy Accuracy::from_config(const Config& config) {
  return Accuracy(read_options<Options>("Accuracy", config));
}

}  // namespace strata::metrics
