// Proximal points of groups of weights.
#include "regularizers/proximal_point.hpp"

#include <cmath>

#include "regularizers/weight_layout.hpp"
#include "strata/tensor/variable.hpp"

namespace strata::regularizers {

void shrink_weight_groups(const Variable& weight, const WeightGroups& groups, float factor,
                          const ProximalSteps& steps) {
  const auto layout =
      group_layout("Proximal", "a group rule", groups, weight.shape(), weight.axes());
  const double group_factor =
      static_cast<double>(factor) * std::sqrt(static_cast<double>(layout.group_size()));
  kernels::group_proximal(layout, group_factor, static_cast<double>(steps.all), steps.each,
                          weight.mutable_data());
}

}  // namespace strata::regularizers
