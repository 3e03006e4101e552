// Weights that options can leave out: a rule for one of those would never count.
#pragma once

#include <string_view>

#include "core/check.hpp"
#include "strata/constraints/constraint.hpp"
#include "strata/core/options_origin.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::layers {

/// Raises InvalidArgument, in `who`'s name, on a rule written in code for `weight`, which `option`
/// leaves out.
inline void check_no_rules(OptionsOrigin origin, std::string_view who, std::string_view weight,
                           std::string_view option, const RegularizerSpec& regularizer,
                           const ConstraintSpec& constraint) {
  if (origin == OptionsOrigin::config) return;
  check(!regularizer, who, "a {}_regularizer needs {}. Received: {}=false.", weight, option,
        option);
  check(!constraint, who, "a {}_constraint needs {}. Received: {}=false.", weight, option, option);
}

}  // namespace strata::layers
