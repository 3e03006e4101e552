#include "strata/constraints/unit_norm.hpp"

#include "constraints/norm.hpp"
#include "core/fields.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::constraints {

UnitNorm::UnitNorm(const Options& options) : options_(options) {}

void UnitNorm::check_weight(const Shape& shape, std::string_view owner) const {
  check_norm_axes(options_.axis, shape, owner);
}

Tensor UnitNorm::operator()(const Tensor& weight) const {
  check_weight(weight.shape(), "UnitNorm");
  return weight / (kNormEpsilon + ops::norm(weight, options_.axis.values(), true));
}

Config UnitNorm::get_config() const {
  return write_fields([&](auto& fields) { fields("axis", options_.axis); });
}

UnitNorm UnitNorm::from_config(const Config& config) {
  Options options;
  read_fields("UnitNorm", config, [&](auto& fields) { fields("axis", options.axis); });
  return UnitNorm(options);
}

}  // namespace strata::constraints
