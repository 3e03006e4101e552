// SpectralNorm: the factor, when it counts, checks and config.
#include "strata/regularizers/spectral_norm.hpp"

#include "core/fields.hpp"
#include "ops/matrix_penalty.hpp"
#include "regularizers/every.hpp"
#include "regularizers/factor.hpp"
#include "regularizers/weight_layout.hpp"

namespace strata::regularizers {

void list_fields(auto& fields, SpectralNormOptions& options) {
  fields.or_default("factor", options.factor);  // null stands for the default, as in Keras
  fields("every", options.every);
}

SpectralNorm::SpectralNorm(const Options& options) : options_(options) {
  checked_factor("SpectralNorm", "factor", options.factor);
  check_every("SpectralNorm", options.every);
}

void SpectralNorm::check_weight(const Shape& shape, std::string_view owner) const {
  check_matrix(owner, "SpectralNorm", shape);
}

Tensor SpectralNorm::operator()(const Tensor& x) const { return penalty(x, {}); }

Tensor SpectralNorm::penalty(const Tensor& x, const WeightAxes& axes) const {
  check_matrix("SpectralNorm", "SpectralNorm", x.shape());
  return thinned_out(x, options_.factor, options_.every, [&](float factor) {
    return ops::spectral_penalty(as_matrix(x, axes), factor);
  });
}

Config SpectralNorm::get_config() const { return options_to_config(options_); }

SpectralNorm SpectralNorm::from_config(const Config& config) {
  return SpectralNorm(options_from_config<Options>("SpectralNorm", config));
}

}  // namespace strata::regularizers
