// SoftOrthogonal: the factor, when it counts, checks and config.
#include "strata/regularizers/soft_orthogonal.hpp"

#include "core/fields.hpp"
#include "ops/matrix_penalty.hpp"
#include "regularizers/every.hpp"
#include "regularizers/factor.hpp"
#include "regularizers/weight_layout.hpp"

namespace strata::regularizers {

void list_fields(auto& fields, SoftOrthogonalOptions& options) {
  fields.or_default("factor", options.factor);  // null stands for the default, as in Keras
  fields("every", options.every);
}

SoftOrthogonal::SoftOrthogonal(const Options& options) : options_(options) {
  checked_factor("SoftOrthogonal", "factor", options.factor);
  check_every("SoftOrthogonal", options.every);
}

void SoftOrthogonal::check_weight(const Shape& shape, std::string_view owner) const {
  check_matrix(owner, "SoftOrthogonal", shape);
}

Tensor SoftOrthogonal::operator()(const Tensor& x) const { return penalty(x, {}); }

Tensor SoftOrthogonal::penalty(const Tensor& x, const WeightAxes& axes) const {
  check_matrix("SoftOrthogonal", "SoftOrthogonal", x.shape());
  return thinned_out(x, options_.factor, options_.every, [&](float factor) {
    return ops::soft_orthogonal_penalty(as_matrix(x, axes), factor);
  });
}

Config SoftOrthogonal::get_config() const { return options_to_config(options_); }

SoftOrthogonal SoftOrthogonal::from_config(const Config& config) {
  return SoftOrthogonal(options_from_config<Options>("SoftOrthogonal", config));
}

}  // namespace strata::regularizers
