// GroupLasso: the factor and the groups, their checks and their config.
#include "strata/regularizers/group_lasso.hpp"

#include "core/fields.hpp"
#include "ops/group_penalty.hpp"
#include "regularizers/factor.hpp"
#include "regularizers/proximal_point.hpp"
#include "regularizers/weight_layout.hpp"
#include "strata/tensor/variable.hpp"

namespace strata::regularizers {
namespace {

constexpr const char* kGroupLasso = "GroupLasso";

}  // namespace

void list_fields(auto& fields, GroupLassoOptions& options) {
  fields("factor", options.factor);
  fields("groups", options.groups);
}

GroupLasso::GroupLasso(const Options& options) : options_(options) {
  checked_factor(kGroupLasso, "factor", options.factor);
  check_groups(kGroupLasso, options.groups);
}

void GroupLasso::check_slot(const PenaltySlot& slot, std::string_view owner) const {
  group_layout(owner, kGroupLasso, options_.groups, slot.shape, slot.axes);
}

Tensor GroupLasso::operator()(const Tensor& x) const { return penalty(x, kernel_axes(x.shape())); }

Tensor GroupLasso::penalty(const Tensor& x, const WeightAxes& axes) const {
  const auto layout = group_layout(kGroupLasso, kGroupLasso, options_.groups, x.shape(), axes);
  return ops::group_penalty(x, layout, options_.factor, 0.0f);
}

std::optional<ProximalForm> GroupLasso::proximal_form(std::int64_t) const {
  return ProximalForm{.groups = options_.factor > 0.0f};
}

void GroupLasso::shrink_groups(const Variable& weight, const ProximalSteps& steps) const {
  shrink_weight_groups(weight, options_.groups, options_.factor, steps);
}

Config GroupLasso::get_config() const { return options_to_config(options_); }

GroupLasso GroupLasso::from_config(const Config& config) {
  return GroupLasso(options_from_config<Options>(kGroupLasso, config));
}

}  // namespace strata::regularizers
