// MeanMetricWrapper: a metric with a name of its own from any function of targets and predictions.
#pragma once

#include <concepts>
#include <string>
#include <vector>

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The running mean of a callable's values, one per sample or more, by their weights.
///
///     metrics::MeanMetricWrapper bias([](const Tensor& y_true, const Tensor& y_pred) {
///       return y_pred - y_true;
///     }, {.name = "bias"});
///
/// A callable that `compile` is given becomes the same, with its registered name or `lambda`.
/// Raises InvalidArgument on an empty `std::function`, and on writing the config of a callable that
/// was not registered. A config's `fn` may also name a function of Keras's: the values are those of
/// the built-in metric of that name, `mean_absolute_error`, and a larger mean is better where one of
/// it is.
///
/// See https://keras.io/api/metrics/base_metric/.
class MeanMetricWrapper : public MeanMetric {
 public:
  using Options = MetricOptions;

  template <class F>
  requires(std::convertible_to<F, Metric::Function> && !std::derived_from<F, Metric>)  //
      explicit MeanMetricWrapper(F fn, const Options& options = {})
      : MeanMetricWrapper(Function(fn), registered_name_of(fn), options) {}

  /// Metrics of callables that were not registered are taken for metrics of the same one.
  void merge_state(const Metric& other) override;
  bool larger_is_better() const override { return larger_is_better_; }
  Config get_config() const override;  ///< {"name", "dtype", "fn"}
  static MeanMetricWrapper from_config(const Config& config);

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  MeanMetricWrapper(Function fn, std::string registered_name, const Options& options);

  template <class F>
  static std::string registered_name_of(const F& fn) {
    if constexpr (requires { fn.registered_name(); }) {
      return fn.registered_name();
    } else {
      return {};
    }
  }

  Function fn_;
  std::string registered_name_;
  bool larger_is_better_ = false;
};

}  // namespace strata::metrics
