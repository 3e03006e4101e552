#include "strata/metrics/kl_divergence.hpp"

#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "ops/distance.hpp"

namespace strata::metrics {

KLDivergence::KLDivergence(const Options& options)
    : MeanMetric(name_or(options.name, "kl_divergence")) {}

Tensor KLDivergence::values(const Tensor& y_true, const Tensor& y_pred) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  return ops::kl_divergence(targets, predictions);
}

KLDivergence KLDivergence::from_config(const Config& config) {
  return KLDivergence(read_options<Options>("KLDivergence", config));
}

}  // namespace strata::metrics
