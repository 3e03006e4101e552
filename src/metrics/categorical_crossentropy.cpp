// CategoricalCrossentropy: its options, values and config.
#include "strata/metrics/categorical_crossentropy.hpp"

#include "metrics/fields.hpp"
#include "ops/crossentropy.hpp"

namespace strata::metrics {

void list_fields(auto& fields, CategoricalCrossentropyOptions& options) {
  fields.truth("from_logits", options.from_logits);
  fields.or_default("label_smoothing", options.label_smoothing);
  fields("axis", options.axis);
}

CategoricalCrossentropy::CategoricalCrossentropy(const Options& options)
    : MeanMetric(options.name), options_(options) {
  ops::check_label_smoothing("CategoricalCrossentropy", options.label_smoothing);
}

Tensor CategoricalCrossentropy::values(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::categorical_crossentropy(y_true, y_pred,
                                       {.from_logits = options_.from_logits,
                                        .label_smoothing = options_.label_smoothing,
                                        .axis = options_.axis});
}

Config CategoricalCrossentropy::get_config() const {
  return with_fields(Metric::get_config(), options_);
}

CategoricalCrossentropy CategoricalCrossentropy::from_config(const Config& config) {
  return CategoricalCrossentropy(read_options<Options>("CategoricalCrossentropy", config));
}

}  // namespace strata::metrics
