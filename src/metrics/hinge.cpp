#include "strata/metrics/hinge.hpp"

#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "ops/distance.hpp"

namespace strata::metrics {

Hinge::Hinge(const Options& options) : MeanMetric(name_or(options.name, "hinge")) {}

Tensor Hinge::values(const Tensor& y_true, const Tensor& y_pred) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  return ops::hinge(targets, predictions);
}

Hinge Hinge::from_config(const Config& config) {
  return Hinge(read_options<Options>("Hinge", config));
}

}  // namespace strata::metrics
