#include "strata/metrics/squared_hinge.hpp"

#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "ops/distance.hpp"

namespace strata::metrics {

SquaredHinge::SquaredHinge(const Options& options)
    : MeanMetric(name_or(options.name, "squared_hinge")) {}

Tensor SquaredHinge::values(const Tensor& y_true, const Tensor& y_pred) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  return ops::squared_hinge(targets, predictions);
}

SquaredHinge SquaredHinge::from_config(const Config& config) {
  return SquaredHinge(read_options<Options>("SquaredHinge", config));
}

}  // namespace strata::metrics
