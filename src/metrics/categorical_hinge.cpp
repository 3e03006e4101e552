#include "strata/metrics/categorical_hinge.hpp"

#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "ops/distance.hpp"

namespace strata::metrics {

CategoricalHinge::CategoricalHinge(const Options& options)
    : MeanMetric(name_or(options.name, "categorical_hinge")) {}

Tensor CategoricalHinge::values(const Tensor& y_true, const Tensor& y_pred) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  return ops::categorical_hinge(targets, predictions);
}

CategoricalHinge CategoricalHinge::from_config(const Config& config) {
  return CategoricalHinge(read_options<Options>("CategoricalHinge", config));
}

}  // namespace strata::metrics
