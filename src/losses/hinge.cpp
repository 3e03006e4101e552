#include "strata/losses/hinge.hpp"

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/distance.hpp"

namespace strata::losses {

Hinge::Hinge(Options options) : Loss(std::move(options)) {}

Tensor Hinge::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::hinge(y_true, y_pred);
}

void Hinge::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets("Hinge", y_true, y_pred);
}

Hinge Hinge::from_config(const Config& config) {
  return Hinge(read_options<Options>("Hinge", config));
}

}  // namespace strata::losses
