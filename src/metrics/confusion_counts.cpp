// The counts of predictions of one kind: their options and config.
#include "strata/metrics/confusion_counts.hpp"

#include "core/registry.hpp"
#include "metrics/fields.hpp"

namespace strata::metrics {

void list_fields(auto& fields, ConfusionCountOptions& options) {
  fields("thresholds", options.thresholds);
}

ConfusionCountBase::ConfusionCountBase(const Options& options, const std::type_info& type)
    : ConfusionMetric(name_or_default(options.name, type),
                      decision_of(options.thresholds, registry::class_name_of(type).c_str())),
      options_(options) {}

Config ConfusionCountBase::get_config() const {
  return with_fields(Metric::get_config(), options_);
}

ConfusionCountBase::Options ConfusionCountBase::options_in(const std::type_info& type,
                                                           const Config& config) {
  return read_options<Options>(registry::class_name_of(type), config);
}

}  // namespace strata::metrics
