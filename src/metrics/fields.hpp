// The fields that the configs of all metrics begin with.
#pragma once

#include "core/fields.hpp"
#include "strata/metrics/metric.hpp"

namespace strata::metrics {

void list_base_fields(auto& fields, auto& options) {
  fields.or_default("name", options.name);
  fields.float32("dtype");
}

}  // namespace strata::metrics
