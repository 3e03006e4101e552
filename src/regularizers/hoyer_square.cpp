// HoyerSquare: the factor, its check and its config.
#include "strata/regularizers/hoyer_square.hpp"

#include "core/fields.hpp"
#include "ops/hoyer_square.hpp"
#include "regularizers/factor.hpp"

namespace strata::regularizers {

HoyerSquare::HoyerSquare(float factor) : factor_(checked_factor("HoyerSquare", "factor", factor)) {}

Tensor HoyerSquare::operator()(const Tensor& x) const {
  if (factor_ == 0.0f) return 0.0f;
  return ops::hoyer_square(x, factor_);
}

Config HoyerSquare::get_config() const { return options_to_config(FactorField{"factor", factor_}); }

HoyerSquare HoyerSquare::from_config(const Config& config) {
  return HoyerSquare(
      options_from_config("HoyerSquare", config, FactorField{"factor", HoyerSquare().factor()})
          .factor);
}

}  // namespace strata::regularizers
