#include "strata/metrics/mean_metric.hpp"

#include "core/check.hpp"
#include "ops/align.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

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

/// The weights spread over all values.
Tensor spread(const Tensor& weights, const Shape& values, std::string_view who) {
  const auto shape = ops::weights_for(values, weights.shape());
  check<ShapeError>(shape && values.rank() > 0, who,
                    "sample_weight must have one weight a sample, or one a value. Received: "
                    "sample_weight.shape={}, values of shape {}.",
                    weights.shape(), values);
  return ops::broadcast_to(ops::reshape(ops::stop_gradient(weights), *shape), values);
}

}  // namespace

void RunningMean::add(const Tensor& values, const Tensor& sample_weight, std::string_view who) {
  check(values.defined(), who, "a metric's values must be defined. Received: an undefined tensor.");
  const bool weighs_the_batch = sample_weight.defined() && sample_weight.rank() == 0;
  const Tensor weights = sample_weight.defined() && !weighs_the_batch
                             ? spread(sample_weight, values.shape(), who)
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

void MeanMetric::update_state(const Tensor& y_true, const Tensor& y_pred,
                              const Tensor& sample_weight) {
  check(y_true.defined() && y_pred.defined(), name(),
        "y_true and y_pred must be defined. Received: an undefined {}.",
        y_true.defined() ? "y_pred" : "y_true");
  mean_.add(values(ops::stop_gradient(y_true), ops::stop_gradient(y_pred)), sample_weight, name());
}

}  // namespace strata::metrics
