// L2: the factor, its check and its config.
#include "strata/regularizers/l2.hpp"

#include "core/fields.hpp"
#include "ops/penalty.hpp"
#include "regularizers/factor.hpp"

namespace strata::regularizers {

L2::L2(float l2) : l2_(checked_factor("L2", "l2", l2)) {}

Tensor L2::operator()(const Tensor& x) const { return ops::penalty(x, {.l2 = l2_}); }

std::optional<ProximalForm> L2::proximal_form(std::int64_t) const {
  return ProximalForm{.l2 = l2_};
}

Config L2::get_config() const { return options_to_config(FactorField{"l2", l2_}); }

L2 L2::from_config(const Config& config) {
  return L2(options_from_config("L2", config, FactorField{"l2", L2().l2()}).factor);
}

}  // namespace strata::regularizers
