#include "strata/metrics/binary_crossentropy.hpp"

#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "ops/crossentropy.hpp"

namespace strata::metrics {

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
  Config config = Metric::get_config();
  config["from_logits"] = to_config(options_.from_logits);
  config["label_smoothing"] = to_config(options_.label_smoothing);
  return config;
}

BinaryCrossentropy BinaryCrossentropy::from_config(const Config& config) {
  return BinaryCrossentropy(
      read_options<Options>("BinaryCrossentropy", config, [](auto& fields, Options& options) {
        fields.truth("from_logits", options.from_logits);
        fields.or_default("label_smoothing", options.label_smoothing);
      }));
}

}  // namespace strata::metrics
