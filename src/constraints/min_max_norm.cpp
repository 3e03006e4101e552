// MinMaxNorm: its bounds, the projection and its config.
#include "strata/constraints/min_max_norm.hpp"

#include <cmath>

#include "constraints/norm.hpp"
#include "core/fields.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::constraints {

void list_fields(auto& fields, MinMaxNormOptions& options) {
  fields("min_value", options.min_value);
  fields("max_value", options.max_value);
  fields("rate", options.rate);
  fields("axis", options.axis);
}

MinMaxNorm::MinMaxNorm(const Options& options) : options_(options) {
  check(options.min_value >= 0.0f && options.min_value <= options.max_value &&
            std::isfinite(options.max_value),
        "MinMaxNorm",
        "min_value and max_value must be finite, and 0 <= min_value <= max_value. Received: "
        "min_value={}, max_value={}.",
        options.min_value, options.max_value);
  check(options.rate >= 0.0f && options.rate <= 1.0f, "MinMaxNorm",
        "rate must lie in [0, 1]. Received: rate={}.", options.rate);
}

void MinMaxNorm::check_weight(const Shape& shape, std::string_view owner) const {
  check_norm_axes(options_.axis, shape, owner);
}

Tensor MinMaxNorm::operator()(const Tensor& weight) const {
  check_weight(weight.shape(), "MinMaxNorm");
  const Tensor norm = ops::norm(weight, options_.axis.values(), true);
  const Tensor wanted = ops::clip(norm, options_.min_value, options_.max_value);
  const Tensor reached = options_.rate * wanted + (1.0f - options_.rate) * norm;
  return weight * (reached / (kNormEpsilon + norm));
}

Config MinMaxNorm::get_config() const { return options_to_config(options_); }

MinMaxNorm MinMaxNorm::from_config(const Config& config) {
  return MinMaxNorm(options_from_config<Options>("MinMaxNorm", config));
}

}  // namespace strata::constraints
