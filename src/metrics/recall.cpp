// Recall: its options and config.
#include "strata/metrics/recall.hpp"

#include "metrics/confusion_fields.hpp"

namespace strata::metrics {

Recall::Recall(const Options& options)
    : ConfusionMetric(name_or_default(options.name, typeid(Recall)),
                      decision_of(options, "Recall")),
      options_(options) {}

Config Recall::get_config() const { return with_fields(Metric::get_config(), options_); }

Recall Recall::from_config(const Config& config) {
  return Recall(read_options<Options>("Recall", config));
}

}  // namespace strata::metrics
