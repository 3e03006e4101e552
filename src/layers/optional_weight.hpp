// Checks rules for weights that the options leave out, where a rule would have no effect.
#pragma once

#include <string_view>

#include "core/check.hpp"
#include "strata/constraints/constraint.hpp"
#include "strata/core/options_origin.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::layers {

/// Raises InvalidArgument, naming `who`, on a rule that is set in code for `weight`, which `option`
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
