#include "strata/metrics/top_k_categorical_accuracy.hpp"

#include "metrics/fields.hpp"
#include "ops/accuracy.hpp"

namespace strata::metrics {

TopKCategoricalAccuracy::TopKCategoricalAccuracy(const Options& options)
    : MeanMetric(options.name), options_(options) {
  check(options.k > 0, "TopKCategoricalAccuracy", "k must be a positive integer. Received: k={}.",
        options.k);
}

Tensor TopKCategoricalAccuracy::values(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::top_k_categorical_accuracy(y_true, y_pred, options_.k);
}

Config TopKCategoricalAccuracy::get_config() const {
  Config config = Metric::get_config();
  config["k"] = to_config(options_.k);
  return config;
}

TopKCategoricalAccuracy TopKCategoricalAccuracy::from_config(const Config& config) {
  return TopKCategoricalAccuracy(
      read_options<Options>("TopKCategoricalAccuracy", config,
                            [](auto& fields, Options& options) { fields("k", options.k); }));
}

}  // namespace strata::metrics
