// The loss of a segmentation's overlap with weighed errors: its options, targets and config.
#include "strata/losses/tversky.hpp"

#include <cmath>

#include "losses/axes.hpp"
#include "losses/fields.hpp"
#include "strata/ops/distance.hpp"

namespace strata::losses {

void list_fields(auto& fields, TverskyOptions& options) {
  fields("alpha", options.alpha);
  fields("beta", options.beta);
  fields("axis", options.axis);
}

Tversky::Tversky(const Options& options)
    : Loss(base_options<LossOptions>(options)), options_(options) {
  check(std::isfinite(options.alpha) && std::isfinite(options.beta), "Tversky",
        "alpha and beta must be finite. Received: alpha={}, beta={}.", options.alpha, options.beta);
}

Tensor Tversky::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::tversky(y_true, y_pred, options_.alpha, options_.beta, axes_of(options_.axis));
}

void Tversky::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets(y_true, y_pred);
}

Config Tversky::get_config() const { return with_fields(Loss::get_config(), options_); }

Tversky Tversky::from_config(const Config& config) {
  return Tversky(read_options<Options>("Tversky", config));
}

}  // namespace strata::losses
