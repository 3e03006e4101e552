#include "strata/regularizers/l1.hpp"

#include "core/fields.hpp"
#include "ops/penalty.hpp"
#include "regularizers/factor.hpp"

namespace strata::regularizers {

L1::L1(float l1) : l1_(checked_factor("L1", "l1", l1)) {}

Tensor L1::operator()(const Tensor& x) const { return ops::penalty(x, {.l1 = l1_}); }

Config L1::get_config() const {
  return write_fields([&](auto& fields) { fields("l1", l1_); });
}

L1 L1::from_config(const Config& config) {
  std::optional<float> factor;  // null stands for the default, as in Keras
  read_fields("L1", config, [&](auto& fields) { fields("l1", factor); });
  return factor ? L1(*factor) : L1();
}

}  // namespace strata::regularizers
