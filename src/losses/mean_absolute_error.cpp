#include "strata/losses/mean_absolute_error.hpp"

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/distance.hpp"

namespace strata::losses {

MeanAbsoluteError::MeanAbsoluteError(Options options) : Loss(std::move(options)) {}

Tensor MeanAbsoluteError::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::mean_absolute_error(y_true, y_pred);
}

void MeanAbsoluteError::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets("MeanAbsoluteError", y_true, y_pred);
}

MeanAbsoluteError MeanAbsoluteError::from_config(const Config& config) {
  return MeanAbsoluteError(read_options<Options>("MeanAbsoluteError", config));
}

}  // namespace strata::losses
