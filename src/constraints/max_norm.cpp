// MaxNorm: its bounds, the projection and its config.
#include "strata/constraints/max_norm.hpp"

#include <cmath>

#include "constraints/norm.hpp"
#include "core/fields.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::constraints {

void list_fields(auto& fields, MaxNormOptions& options) {
  fields("max_value", options.max_value);
  fields("axis", options.axis);
}

MaxNorm::MaxNorm(const Options& options) : options_(options) {
  check(std::isfinite(options.max_value) && options.max_value >= 0.0f, "MaxNorm",
        "max_value must be finite and >= 0. Received: max_value={}.", options.max_value);
}

void MaxNorm::check_weight(const Shape& shape, std::string_view owner) const {
  check_norm_axes(options_.axis, shape, owner);
}

Tensor MaxNorm::operator()(const Tensor& weight) const {
  check_weight(weight.shape(), "MaxNorm");
  const Tensor norm = ops::norm(weight, options_.axis.values(), true);
  return weight * (ops::minimum(norm, options_.max_value) / (kNormEpsilon + norm));
}

Config MaxNorm::get_config() const { return options_to_config(options_); }

MaxNorm MaxNorm::from_config(const Config& config) {
  return MaxNorm(options_from_config<Options>("MaxNorm", config));
}

}  // namespace strata::constraints
