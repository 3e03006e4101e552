// What alpha and gamma of the focal losses may be.
#pragma once

#include <cmath>
#include <span>

#include "core/check.hpp"

namespace strata::losses {

/// Raises InvalidArgument unless all are finite and gamma is not negative.
inline void check_focus(const char* who, std::span<const float> alpha, float gamma) {
  for (const float value : alpha)
    check(std::isfinite(value), who, "alpha must be finite. Received: alpha={}.", value);
  check(std::isfinite(gamma) && gamma >= 0.0f, who,
        "gamma must be finite and >= 0. Received: gamma={}.", gamma);
}

}  // namespace strata::losses
