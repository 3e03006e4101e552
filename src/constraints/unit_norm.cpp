#include "strata/constraints/unit_norm.hpp"

#include "core/fields.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::constraints {
namespace {

constexpr float kEpsilon = 1e-7f;  // Keras's own, against a norm of 0

}  // namespace

UnitNorm::UnitNorm(const Options& options) : options_(options) {}

Tensor UnitNorm::operator()(const Tensor& weight) const {
  return weight / (kEpsilon + ops::norm(weight, options_.axis.values(), true));
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
