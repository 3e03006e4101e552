#include "strata/losses/squared_hinge.hpp"

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/distance.hpp"

namespace strata::losses {

SquaredHinge::SquaredHinge(Options options) : Loss(std::move(options)) {}

Tensor SquaredHinge::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::squared_hinge(y_true, y_pred);
}

void SquaredHinge::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets("SquaredHinge", y_true, y_pred);
}

SquaredHinge SquaredHinge::from_config(const Config& config) {
  return SquaredHinge(read_options<Options>("SquaredHinge", config));
}

}  // namespace strata::losses
