#include "strata/regularizers/l1l2.hpp"

#include "core/fields.hpp"
#include "ops/penalty.hpp"
#include "regularizers/factor.hpp"

namespace strata::regularizers {

L1L2::L1L2(const Options& options)
    : options_{checked_factor("L1L2", "l1", options.l1), checked_factor("L1L2", "l2", options.l2)} {
}

Tensor L1L2::operator()(const Tensor& x) const {
  return ops::penalty(x, {.l1 = options_.l1, .l2 = options_.l2});
}

Config L1L2::get_config() const {
  return write_fields([&](auto& fields) {
    fields("l1", options_.l1);
    fields("l2", options_.l2);
  });
}

L1L2 L1L2::from_config(const Config& config) {
  std::optional<float> first = 0.0f;  // Keras writes null for "none"
  std::optional<float> second = 0.0f;
  read_fields("L1L2", config, [&](auto& fields) {
    fields("l1", first);
    fields("l2", second);
  });
  return L1L2({.l1 = first.value_or(0.0f), .l2 = second.value_or(0.0f)});
}

}  // namespace strata::regularizers
