// Checks rules for weights that the options leave out, where a rule would have no effect.
#pragma once

#include <string_view>

#include "core/check.hpp"
#include "strata/constraints/constraint.hpp"
#include "strata/core/options_origin.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::layers {

/// The rules for a weight that an option leaves out.
struct AbsentWeight {
  std::string_view weight;  ///< `bias`
  std::string_view option;  ///< `use_bias`
  const RegularizerSpec& regularizer;
  const ConstraintSpec& constraint;
};

/// Raises InvalidArgument, naming `who`, if one of the rules is set in code.
inline void check_no_rules(OptionsOrigin origin, std::string_view who, const AbsentWeight& absent) {
  if (origin == OptionsOrigin::config) return;
  check(!absent.regularizer, who, "a {0}_regularizer needs {1}. Received: {1}=false.",
        absent.weight, absent.option);
  check(!absent.constraint, who, "a {0}_constraint needs {1}. Received: {1}=false.", absent.weight,
        absent.option);
}

/// The same for a bias that `use_bias` leaves out.
template <class Options>
void check_rules_of_bias(OptionsOrigin origin, std::string_view who, const Options& options) {
  if (options.use_bias) return;
  check_no_rules(origin, who,
                 {"bias", "use_bias", options.bias_regularizer, options.bias_constraint});
}

}  // namespace strata::layers
