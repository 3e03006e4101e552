#include "strata/losses/mean_absolute_percentage_error.hpp"

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/distance.hpp"

namespace strata::losses {

MeanAbsolutePercentageError::MeanAbsolutePercentageError(Options options)
    : Loss(std::move(options)) {}

Tensor MeanAbsolutePercentageError::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::mean_absolute_percentage_error(y_true, y_pred);
}

void MeanAbsolutePercentageError::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets("MeanAbsolutePercentageError", y_true, y_pred);
}

MeanAbsolutePercentageError MeanAbsolutePercentageError::from_config(const Config& config) {
  return MeanAbsolutePercentageError(read_options<Options>("MeanAbsolutePercentageError", config));
}

}  // namespace strata::losses
