#include "strata/constraints/unit_norm.hpp"

#include "constraints/norm.hpp"
#include "core/fields.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::constraints {

UnitNorm::UnitNorm(const Options& options) : options_(options) {}

Tensor UnitNorm::operator()(const Tensor& weight) const {
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
