#include "strata/losses/mean_squared_error.hpp"

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/distance.hpp"

namespace strata::losses {

MeanSquaredError::MeanSquaredError(Options options) : Loss(std::move(options)) {}

Tensor MeanSquaredError::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::mean_squared_error(y_true, y_pred);
}

void MeanSquaredError::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets("MeanSquaredError", y_true, y_pred);
}

MeanSquaredError MeanSquaredError::from_config(const Config& config) {
  return MeanSquaredError(read_options<Options>("MeanSquaredError", config));
}

}  // namespace strata::losses
