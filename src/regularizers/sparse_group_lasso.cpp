// SparseGroupLasso: the factors and the groups, their checks and their config.
#include "strata/regularizers/sparse_group_lasso.hpp"

#include "core/fields.hpp"
#include "ops/group_penalty.hpp"
#include "regularizers/factor.hpp"
#include "regularizers/proximal_point.hpp"
#include "regularizers/weight_layout.hpp"
#include "strata/tensor/variable.hpp"

namespace strata::regularizers {
namespace {

constexpr const char* kSparseGroupLasso = "SparseGroupLasso";

}  // namespace

void list_fields(auto& fields, SparseGroupLassoOptions& options) {
  fields("l1", options.l1);
  fields("factor", options.factor);
  fields("groups", options.groups);
}

SparseGroupLasso::SparseGroupLasso(const Options& options) : options_(options) {
  checked_factor(kSparseGroupLasso, "l1", options.l1);
  checked_factor(kSparseGroupLasso, "factor", options.factor);
  check_groups(kSparseGroupLasso, options.groups);
}

void SparseGroupLasso::check_slot(const PenaltySlot& slot, std::string_view owner) const {
  group_layout(owner, kSparseGroupLasso, options_.groups, slot.shape, slot.axes);
}

Tensor SparseGroupLasso::operator()(const Tensor& x) const {
  return penalty(x, kernel_axes(x.shape()));
}

Tensor SparseGroupLasso::penalty(const Tensor& x, const WeightAxes& axes) const {
  const auto layout =
      group_layout(kSparseGroupLasso, kSparseGroupLasso, options_.groups, x.shape(), axes);
  return ops::group_penalty(x, layout, options_.factor, options_.l1);
}

std::optional<ProximalForm> SparseGroupLasso::proximal_form(std::int64_t) const {
  return ProximalForm{.l1 = options_.l1, .groups = options_.factor > 0.0f};
}

void SparseGroupLasso::shrink_groups(const Variable& weight, const ProximalSteps& steps) const {
  shrink_weight_groups(weight, options_.groups, options_.factor, steps);
}

Config SparseGroupLasso::get_config() const { return options_to_config(options_); }

SparseGroupLasso SparseGroupLasso::from_config(const Config& config) {
  return SparseGroupLasso(options_from_config<Options>(kSparseGroupLasso, config));
}

}  // namespace strata::regularizers
