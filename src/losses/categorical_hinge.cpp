#include "strata/losses/categorical_hinge.hpp"

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/distance.hpp"

namespace strata::losses {

CategoricalHinge::CategoricalHinge(Options options) : Loss(std::move(options)) {}

Tensor CategoricalHinge::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::categorical_hinge(y_true, y_pred);
}

void CategoricalHinge::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets("CategoricalHinge", y_true, y_pred);
}

CategoricalHinge CategoricalHinge::from_config(const Config& config) {
  return CategoricalHinge(read_options<Options>("CategoricalHinge", config));
}

}  // namespace strata::losses
