// BinaryCrossentropy: its options, values and config.
#include "strata/metrics/binary_crossentropy.hpp"

#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "ops/crossentropy.hpp"

namespace strata::metrics {

void list_fields(auto& fields, BinaryCrossentropyOptions& options) {
  fields.truth("from_logits", options.from_logits);
  fields.or_default("label_smoothing", options.label_smoothing);
}

BinaryCrossentropy::BinaryCrossentropy(const Options& options)
    : MeanMetric(options.name), options_(options) {
  ops::check_label_smoothing("BinaryCrossentropy", options.label_smoothing);
}

Tensor BinaryCrossentropy::values(const Tensor& y_true, const Tensor& y_pred) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  return ops::binary_crossentropy(
      targets, predictions,
      {.from_logits = options_.from_logits, .label_smoothing = options_.label_smoothing});
}

Config BinaryCrossentropy::get_config() const {
  return with_fields(Metric::get_config(), options_);
}

BinaryCrossentropy BinaryCrossentropy::from_config(const Config& config) {
  return BinaryCrossentropy(read_options<Options>("BinaryCrossentropy", config));
}

}  // namespace strata::metrics
