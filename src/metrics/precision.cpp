// Precision: its options and config.
#include "strata/metrics/precision.hpp"

#include "metrics/confusion_fields.hpp"

namespace strata::metrics {

Precision::Precision(const Options& options)
    : ConfusionMetric(name_or_default(options.name, typeid(Precision)),
                      decision_of(options, "Precision")),
      options_(options) {}

Config Precision::get_config() const { return with_fields(Metric::get_config(), options_); }

Precision Precision::from_config(const Config& config) {
  return Precision(read_options<Options>("Precision", config));
}

}  // namespace strata::metrics
