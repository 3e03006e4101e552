// The running mean of values that are given.
#include "strata/metrics/mean.hpp"

#include "metrics/batch.hpp"
#include "metrics/same_class.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::metrics {

Mean::Mean(const Options& options) : Metric(name_or_default(options.name, typeid(Mean))) {}

void Mean::update_state(const Tensor& values, const Tensor& sample_weight) {
  mean_.add(values.defined() ? ops::stop_gradient(values) : values, sample_weight, name());
}

void Mean::update_state(const Tensor&, const Tensor&, const Tensor&) { refuse_targets(name()); }

double Mean::operator()(const Tensor& values, const Tensor& sample_weight) {
  update_state(values, sample_weight);
  return result();
}

void Mean::merge_state(const Metric& other) { mean_.merge(same_class(*this, other).mean_); }

Mean Mean::from_config(const Config& config) { return Mean(options_in(typeid(Mean), config)); }

}  // namespace strata::metrics
