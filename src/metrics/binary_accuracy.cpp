#include "strata/metrics/binary_accuracy.hpp"

#include <cmath>

#include "metrics/fields.hpp"
#include "ops/accuracy.hpp"

namespace strata::metrics {

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

Config BinaryAccuracy::get_config() const {
  Config config = Metric::get_config();
  config["threshold"] = to_config(options_.threshold);
  return config;
}

BinaryAccuracy BinaryAccuracy::from_config(const Config& config) {
  const auto options =
      read_options<Options>("BinaryAccuracy", config,
                            [](auto& fields, Options& own) { fields("threshold", own.threshold); });
  return {options, OptionsOrigin::config};
}

}  // namespace strata::metrics
