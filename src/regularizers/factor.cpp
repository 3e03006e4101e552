// The check of a penalty's factor.
#include "regularizers/factor.hpp"

#include <cmath>

#include "core/check.hpp"

namespace strata::regularizers {

float checked_factor(const char* who, const char* argument, float value) {
  check(std::isfinite(value) && value >= 0.0f, who,
        "{0} must be finite and >= 0. Received: {0}={1}.", argument, value);
  return value;
}

}  // namespace strata::regularizers
