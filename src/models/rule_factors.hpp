// The factors of built-in penalties, by name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "strata/layers/layer.hpp"
#include "strata/training/logs.hpp"

namespace strata::models {

/// The penalty in this slot of a layer that is built: a weight's name, or `activity`. Null if there
/// is none.
std::shared_ptr<const Regularizer> rule_in(const Layer& layer, std::string_view slot);

/// The factors that the rule's config names, `l1`, `l2` or `factor`, of the rule inside `Proximal` and
/// `Scheduled`. None of a user's rule.
std::vector<std::pair<std::string, float>> factors_of(const Regularizer& rule);

/// The same rule with another value of one factor. Raises InvalidArgument in `who`'s name unless the
/// rule has it, or with an empty name unless it has only one.
std::shared_ptr<const Regularizer> with_factor(const std::shared_ptr<const Regularizer>& rule,
                                               const std::string& factor, float value,
                                               const std::string& who);

/// Which factor that is, and what it is.
std::pair<std::string, float> factor_of(const Regularizer& rule, const std::string& factor,
                                        const std::string& who);

/// `reg_factor/LAYER/SLOT` with the factor of the rule in force in this step, or one
/// `reg_factor/LAYER/SLOT/FACTOR` for each if it has several.
Logs factors_in_force(const Layer& layer, std::string_view slot, std::int64_t step);

/// The same of all rules in the model that are `Scheduled`.
Logs scheduled_factors(const Layer& model, std::int64_t step);

}  // namespace strata::models
