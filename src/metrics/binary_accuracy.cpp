#include "strata/metrics/binary_accuracy.hpp"

#include "metrics/fields.hpp"
#include "ops/accuracy.hpp"

namespace strata::metrics {

BinaryAccuracy::BinaryAccuracy(const Options& options)
    : MeanMetric(options.name), options_(options) {
  check(options.threshold > 0.0f && options.threshold < 1.0f, "BinaryAccuracy",
        "threshold must lie in (0, 1). Received: threshold={}.", options.threshold);
}

Tensor BinaryAccuracy::values(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::binary_accuracy(y_true, y_pred, options_.threshold);
}

Config BinaryAccuracy::get_config() const {
  Config config = Metric::get_config();
  config["threshold"] = to_config(options_.threshold);
  return config;
}

BinaryAccuracy BinaryAccuracy::from_config(const Config& config) {
  return BinaryAccuracy(read_options<Options>(
      "BinaryAccuracy", config,
      [](auto& fields, Options& options) { fields("threshold", options.threshold); }));
}

}  // namespace strata::metrics
