// UnitNorm: the projection and its config.
#include "strata/constraints/unit_norm.hpp"

#include "constraints/norm.hpp"
#include "core/fields.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::constraints {

void list_fields(auto& fields, UnitNormOptions& options) { fields("axis", options.axis); }

UnitNorm::UnitNorm(const Options& options) : options_(options) {}

void UnitNorm::check_weight(const Shape& shape, std::string_view owner) const {
  check_norm_axes(options_.axis, shape, owner);
}

Tensor UnitNorm::operator()(const Tensor& weight) const {
  check_weight(weight.shape(), "UnitNorm");
  return weight / (kNormEpsilon + ops::norm(weight, options_.axis.values(), true));
}

Config UnitNorm::get_config() const { return options_to_config(options_); }

UnitNorm UnitNorm::from_config(const Config& config) {
  return UnitNorm(options_from_config<Options>("UnitNorm", config));
}

}  // namespace strata::constraints
