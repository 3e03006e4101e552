#include "strata/losses/mean_squared_logarithmic_error.hpp"

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/distance.hpp"

namespace strata::losses {

MeanSquaredLogarithmicError::MeanSquaredLogarithmicError(Options options)
    : Loss(std::move(options)) {}

Tensor MeanSquaredLogarithmicError::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::mean_squared_logarithmic_error(y_true, y_pred);
}

void MeanSquaredLogarithmicError::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets("MeanSquaredLogarithmicError", y_true, y_pred);
}

MeanSquaredLogarithmicError MeanSquaredLogarithmicError::from_config(const Config& config) {
  return MeanSquaredLogarithmicError(read_options<Options>("MeanSquaredLogarithmicError", config));
}

}  // namespace strata::losses
