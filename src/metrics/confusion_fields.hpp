// The fields of precision and recall.
#pragma once

#include "metrics/fields.hpp"
#include "strata/metrics/confusion_metric.hpp"

namespace strata::metrics {

void list_fields(auto& fields, PrecisionOptions& options) {
  fields("thresholds", options.thresholds);
  fields("top_k", options.top_k);
  fields("class_id", options.class_id);
}

}  // namespace strata::metrics
