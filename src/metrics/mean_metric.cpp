// The weighted running mean over samples, in double, and its state.
#include "strata/metrics/mean_metric.hpp"

#include "core/check.hpp"
#include "metrics/batch.hpp"
#include "metrics/same_class.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::metrics {
namespace {

double sum(const Tensor& x) {
  double total = 0.0;
  for (const float value : x.values()) total += static_cast<double>(value);
  return total;
}

double dot(const Tensor& x, const Tensor& y) {
  double total = 0.0;
  for (std::size_t i = 0; i < x.values().size(); ++i)
    total += static_cast<double>(x.values()[i]) * static_cast<double>(y.values()[i]);
  return total;
}

}  // namespace

void RunningMean::add(const Tensor& values, const Tensor& sample_weight, std::string_view who) {
  check(values.defined(), who, "a metric's values must be defined. Received: an undefined tensor.");
  const bool weighs_the_batch = sample_weight.defined() && sample_weight.rank() == 0;
  const Tensor weights = sample_weight.defined() && !weighs_the_batch
                             ? spread_weights(sample_weight, values.shape(), who)
                             : Tensor();
  if (values.size() == 0) return;
  if (weighs_the_batch) {
    const double weight = sample_weight.item();
    total_ += weight * sum(values) / static_cast<double>(values.size());
    count_ += weight;
    return;
  }
  const auto samples = static_cast<double>(values.rank() == 0 ? 1 : values.shape().front());
  const double per_sample = static_cast<double>(values.size()) / samples;
  total_ += (weights.defined() ? dot(values, weights) : sum(values)) / per_sample;
  count_ += weights.defined() ? sum(weights) / per_sample : samples;
}

void RunningMean::set_state(const std::vector<double>& state, std::string_view who) {
  check(state.size() == 2, who,
        "the state of a mean must be {{total, count}}. Received: {} numbers.", state.size());
  total_ = state[0];
  count_ = state[1];
}

void MeanMetric::merge_state(const Metric& other) { mean_.merge(same_class(*this, other).mean_); }

void MeanMetric::update_state(const Tensor& y_true, const Tensor& y_pred,
                              const Tensor& sample_weight) {
  check_defined(y_true, y_pred, name());
  mean_.add(values(ops::stop_gradient(y_true), ops::stop_gradient(y_pred)), sample_weight, name());
}

}  // namespace strata::metrics
