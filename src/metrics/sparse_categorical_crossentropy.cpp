#include "strata/metrics/sparse_categorical_crossentropy.hpp"

#include "metrics/fields.hpp"
#include "ops/crossentropy.hpp"

namespace strata::metrics {

SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(const Options& options)
    : MeanMetric(options.name), options_(options) {}

Tensor SparseCategoricalCrossentropy::values(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::sparse_categorical_crossentropy(
      y_true, y_pred, {.from_logits = options_.from_logits, .axis = options_.axis});
}

Config SparseCategoricalCrossentropy::get_config() const {
  Config config = Metric::get_config();
  config["from_logits"] = to_config(options_.from_logits);
  config["axis"] = to_config(options_.axis);
  return config;
}

SparseCategoricalCrossentropy SparseCategoricalCrossentropy::from_config(const Config& config) {
  return SparseCategoricalCrossentropy(read_options<Options>(
      "SparseCategoricalCrossentropy", config, [](auto& fields, Options& options) {
        fields.truth("from_logits", options.from_logits);
        fields("axis", options.axis);
      }));
}

}  // namespace strata::metrics
