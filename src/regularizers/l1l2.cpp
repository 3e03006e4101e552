// L1L2: the factors, their check and their config.
#include "strata/regularizers/l1l2.hpp"

#include "core/fields.hpp"
#include "ops/penalty.hpp"
#include "regularizers/factor.hpp"

namespace strata::regularizers {

void list_fields(auto& fields, L1L2Options& options) {
  fields.or_default("l1", options.l1);  // null stands for none, as in Keras
  fields.or_default("l2", options.l2);
}

L1L2::L1L2(const Options& options)
    : options_{checked_factor("L1L2", "l1", options.l1), checked_factor("L1L2", "l2", options.l2)} {
}

Tensor L1L2::operator()(const Tensor& x) const {
  return ops::penalty(x, {.l1 = options_.l1, .l2 = options_.l2});
}

std::optional<ProximalForm> L1L2::proximal_form(std::int64_t) const {
  return ProximalForm{.l1 = options_.l1, .l2 = options_.l2};
}

Config L1L2::get_config() const { return options_to_config(options_); }

L1L2 L1L2::from_config(const Config& config) {
  return L1L2(options_from_config<Options>("L1L2", config));
}

}  // namespace strata::regularizers
