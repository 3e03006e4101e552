#include "strata/losses/huber.hpp"

#include <cmath>

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/distance.hpp"

namespace strata::losses {

Huber::Huber(const Options& options)
    : Loss({.reduction = options.reduction, .name = options.name}), delta_(options.delta) {
  check(std::isfinite(delta_) && delta_ > 0.0f, "Huber",
        "delta must be finite and > 0. Received: delta={}.", delta_);
}

Tensor Huber::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::huber(y_true, y_pred, delta_);
}

void Huber::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets("Huber", y_true, y_pred);
}

Config Huber::get_config() const {
  Config config = Loss::get_config();
  if (delta_ != Options{}.delta) config["delta"] = to_config(delta_);
  return config;
}

Huber Huber::from_config(const Config& config) {
  return Huber(read_options<Options>(
      "Huber", config, [](auto& fields, Options& options) { fields("delta", options.delta); }));
}

}  // namespace strata::losses
