// NonNeg: the projection and its config.
#include "strata/constraints/non_neg.hpp"

#include "core/fields.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::constraints {

Tensor NonNeg::operator()(const Tensor& weight) const { return ops::maximum(weight, 0.0f); }

Config NonNeg::get_config() const { return Config::object(); }

NonNeg NonNeg::from_config(const Config& config) {
  read_fields("NonNeg", config, [](auto&) {});
  return {};
}

}  // namespace strata::constraints
