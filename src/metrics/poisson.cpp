#include "strata/metrics/poisson.hpp"

#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "ops/distance.hpp"

namespace strata::metrics {

Poisson::Poisson(const Options& options) : MeanMetric(name_or(options.name, "poisson")) {}

Tensor Poisson::values(const Tensor& y_true, const Tensor& y_pred) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  return ops::poisson(targets, predictions);
}

Poisson Poisson::from_config(const Config& config) {
  return Poisson(read_options<Options>("Poisson", config));
}

}  // namespace strata::metrics
