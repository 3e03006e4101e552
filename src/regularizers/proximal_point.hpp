// Proximal points of groups of weights.
#pragma once

#include "strata/core/weight_groups.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

/// Replaces the weight v by `argmin_w ½ Σ (w_i - v_i)² / t_i + factor Σ_g √|g| ‖w_g‖`.
void shrink_weight_groups(const Variable& weight, const WeightGroups& groups, float factor,
                          const ProximalSteps& steps);

}  // namespace strata::regularizers
