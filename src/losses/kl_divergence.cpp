#include "strata/losses/kl_divergence.hpp"

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/distance.hpp"

namespace strata::losses {

KLDivergence::KLDivergence(Options options) : Loss(std::move(options)) {}

Tensor KLDivergence::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::kl_divergence(y_true, y_pred);
}

void KLDivergence::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets("KLDivergence", y_true, y_pred);
}

KLDivergence KLDivergence::from_config(const Config& config) {
  return KLDivergence(read_options<Options>("KLDivergence", config));
}

}  // namespace strata::losses
