// The loss that is quadratic near 0 and linear far from it: its option, targets and config.
#include "strata/losses/huber.hpp"

#include <cmath>

#include "losses/fields.hpp"
#include "strata/ops/distance.hpp"

namespace strata::losses {

void list_fields(auto& fields, HuberOptions& options) {
  fields.unless("delta", options.delta, 1.0f);
}

Huber::Huber(const Options& options) : Loss(base_options<LossOptions>(options)), options_(options) {
  check(std::isfinite(options.delta) && options.delta > 0.0f, "Huber",
        "delta must be finite and > 0. Received: delta={}.", options.delta);
}

Tensor Huber::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::huber(y_true, y_pred, options_.delta);
}

void Huber::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets(y_true, y_pred);
}

Config Huber::get_config() const { return with_fields(Loss::get_config(), options_); }

Huber Huber::from_config(const Config& config) {
  return Huber(read_options<Options>("Huber", config));
}

}  // namespace strata::losses
