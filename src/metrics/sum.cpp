// The running sum of values that are given.
#include "strata/metrics/sum.hpp"

#include "core/check.hpp"
#include "metrics/batch.hpp"
#include "metrics/same_class.hpp"

namespace strata::metrics {

Sum::Sum(const Options& options) : Metric(name_or_default(options.name, typeid(Sum))) {}

void Sum::update_state(const Tensor& values, const Tensor& sample_weight) {
  check(values.defined(), name(), "values must be defined. Received: an undefined tensor.");
  const bool one_weight = sample_weight.defined() && sample_weight.size() == 1;
  const Tensor weights = sample_weight.defined() && !one_weight
                             ? spread_weights(sample_weight, values.shape(), name())
                             : Tensor();
  double sum = 0.0;
  for (std::size_t i = 0; i < values.values().size(); ++i) {
    const double weight = weights.defined() ? double{weights.values()[i]} : 1.0;
    sum += weight * double{values.values()[i]};
  }
  total_ += one_weight ? sum * double{sample_weight.item()} : sum;
}

void Sum::update_state(const Tensor&, const Tensor&, const Tensor&) { refuse_targets(name()); }

double Sum::operator()(const Tensor& values, const Tensor& sample_weight) {
  update_state(values, sample_weight);
  return result();
}

void Sum::set_state(const std::vector<double>& state) {
  check(state.size() == 1, name(), "the state of a sum must be {{total}}. Received: {} numbers.",
        state.size());
  total_ = state[0];
}

void Sum::merge_state(const Metric& other) { total_ += same_class(*this, other).total_; }

Sum Sum::from_config(const Config& config) { return Sum(options_in(typeid(Sum), config)); }

}  // namespace strata::metrics
