// BinaryAccuracy: its options, values and config.
#include "strata/metrics/binary_accuracy.hpp"

#include <cmath>

#include "metrics/fields.hpp"
#include "strata/ops/accuracy.hpp"

namespace strata::metrics {

void list_fields(auto& fields, BinaryAccuracyOptions& options) {
  fields("threshold", options.threshold);
}

BinaryAccuracy::BinaryAccuracy(const Options& options)
    : BinaryAccuracy(options, OptionsOrigin::code) {}

BinaryAccuracy::BinaryAccuracy(const Options& options, OptionsOrigin origin)
    : MeanMetric(options.name), options_(options) {
  if (origin == OptionsOrigin::config) {  // Keras accepts any threshold, such as 0 for logits
    check(std::isfinite(options.threshold), "BinaryAccuracy",
          "threshold must be finite. Received: threshold={}.", options.threshold);
    return;
  }
  check(options.threshold > 0.0f && options.threshold < 1.0f, "BinaryAccuracy",
        "threshold must lie in (0, 1). Received: threshold={}.", options.threshold);
}

Tensor BinaryAccuracy::values(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::binary_accuracy(y_true, y_pred, options_.threshold);
}

Config BinaryAccuracy::get_config() const { return with_fields(Metric::get_config(), options_); }

BinaryAccuracy BinaryAccuracy::from_config(const Config& config) {
  return {read_options<Options>("BinaryAccuracy", config), OptionsOrigin::config};
}

}  // namespace strata::metrics
