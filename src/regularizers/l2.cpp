#include "strata/regularizers/l2.hpp"

#include "core/fields.hpp"
#include "ops/penalty.hpp"
#include "regularizers/factor.hpp"

namespace strata::regularizers {

L2::L2(float l2) : l2_(checked_factor("L2", "l2", l2)) {}

Tensor L2::operator()(const Tensor& x) const { return ops::penalty(x, {.l2 = l2_}); }

Config L2::get_config() const {
  return write_fields([&](auto& fields) { fields("l2", l2_); });
}

L2 L2::from_config(const Config& config) {
  std::optional<float> factor;  // null stands for the default, as in Keras
  read_fields("L2", config, [&](auto& fields) { fields("l2", factor); });
  return factor ? L2(*factor) : L2();
}

}  // namespace strata::regularizers
