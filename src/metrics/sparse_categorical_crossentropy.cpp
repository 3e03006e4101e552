// SparseCategoricalCrossentropy: its options, values and config.
#include "strata/metrics/sparse_categorical_crossentropy.hpp"

#include "metrics/fields.hpp"
#include "ops/crossentropy.hpp"

namespace strata::metrics {

void list_fields(auto& fields, SparseCategoricalCrossentropyOptions& options) {
  fields.truth("from_logits", options.from_logits);
  fields("axis", options.axis);
}

SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(const Options& options)
    : MeanMetric(options.name), options_(options) {}

Tensor SparseCategoricalCrossentropy::values(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::sparse_categorical_crossentropy(
      y_true, y_pred, {.from_logits = options_.from_logits, .axis = options_.axis});
}

Config SparseCategoricalCrossentropy::get_config() const {
  return with_fields(Metric::get_config(), options_);
}

SparseCategoricalCrossentropy SparseCategoricalCrossentropy::from_config(const Config& config) {
  return SparseCategoricalCrossentropy(
      read_options<Options>("SparseCategoricalCrossentropy", config));
}

}  // namespace strata::metrics
