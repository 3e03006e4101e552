#include "strata/losses/log_cosh.hpp"

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/distance.hpp"

namespace strata::losses {

LogCosh::LogCosh(Options options) : Loss(std::move(options)) {}

Tensor LogCosh::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::log_cosh(y_true, y_pred);
}

void LogCosh::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets("LogCosh", y_true, y_pred);
}

LogCosh LogCosh::from_config(const Config& config) {
  return LogCosh(read_options<Options>("LogCosh", config));
}

}  // namespace strata::losses
