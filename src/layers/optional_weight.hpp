// Weights that options can leave out: a rule for one of those would be taken and never count.
#pragma once

#include <string_view>

#include "core/check.hpp"
#include "strata/constraints/constraint.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::layers {

/// Raises InvalidArgument, in `who`'s name, on a rule for `weight`, which `option` leaves out.
inline void check_no_rules(std::string_view who, std::string_view weight, std::string_view option,
                           const RegularizerSpec& regularizer, const ConstraintSpec& constraint) {
  check(!regularizer, who, "a {}_regularizer needs {}. Received: {}=false.", weight, option,
        option);
  check(!constraint, who, "a {}_constraint needs {}. Received: {}=false.", weight, option, option);
}

}  // namespace strata::layers
