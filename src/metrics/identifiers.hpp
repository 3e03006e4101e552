// The names by which strings find metrics.
#pragma once

#include <string_view>

namespace strata::metrics {

/// Whether `Metric::from_identifier` knows it.
bool is_identifier(std::string_view identifier);

}  // namespace strata::metrics
