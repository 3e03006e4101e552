// Sum: the running sum of any values.
#pragma once

#include <vector>

#include "strata/metrics/metric.hpp"

namespace strata::metrics {

/// The sum of the values that it is given, each times its weight.
///
///     metrics::Sum sum;
///     sum.update_state(Tensor({3}, {1, 2, 3}));
///
/// It takes no targets and predictions, so a model can't be compiled with it: then `update_state`
/// raises StateError.
///
/// See https://keras.io/api/metrics/reduction_metrics/#sum-class.
class Sum : public Metric {
 public:
  using Options = MetricOptions;

  explicit Sum(const Options& options = {});

  /// `sample_weight`, if defined, has one weight per sample, or per value, or one for all. Raises
  /// ShapeError where they don't fit.
  void update_state(const Tensor& values, const Tensor& sample_weight = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight) override;
  double result() const override { return total_; }
  /// `update_state`, then `result`.
  double operator()(const Tensor& values, const Tensor& sample_weight = {});
  void reset_state() override { total_ = 0.0; }
  std::vector<double> get_state() const override { return {total_}; }  ///< {total}
  void set_state(const std::vector<double>& state) override;
  void merge_state(const Metric& other) override;
  static Sum from_config(const Config& config);  ///< From {"name", "dtype"}.

 private:
  double total_ = 0.0;
};

}  // namespace strata::metrics
