#include "strata/losses/poisson.hpp"

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/distance.hpp"

namespace strata::losses {

Poisson::Poisson(Options options) : Loss(std::move(options)) {}

Tensor Poisson::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::poisson(y_true, y_pred);
}

void Poisson::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets("Poisson", y_true, y_pred);
}

Poisson Poisson::from_config(const Config& config) {
  return Poisson(read_options<Options>("Poisson", config));
}

}  // namespace strata::losses
