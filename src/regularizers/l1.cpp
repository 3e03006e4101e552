// L1: the factor, its check and its config.
#include "strata/regularizers/l1.hpp"

#include "core/fields.hpp"
#include "ops/penalty.hpp"
#include "regularizers/factor.hpp"

namespace strata::regularizers {

L1::L1(float l1) : l1_(checked_factor("L1", "l1", l1)) {}

Tensor L1::operator()(const Tensor& x) const { return ops::penalty(x, {.l1 = l1_}); }

std::optional<ProximalForm> L1::proximal_form(std::int64_t) const {
  return ProximalForm{.l1 = l1_};
}

Config L1::get_config() const { return options_to_config(FactorField{"l1", l1_}); }

L1 L1::from_config(const Config& config) {
  return L1(options_from_config("L1", config, FactorField{"l1", L1().l1()}).factor);
}

}  // namespace strata::regularizers
