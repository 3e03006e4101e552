// Mean: the running mean of any values, such as the losses of a training loop of one's own.
#pragma once

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

/// The mean of the values that it is given, by their weights.
///
///     metrics::Mean mean;
///     mean.update_state(loss);
///     mean.update_state(Tensor({2}, {1, 3}), Tensor({2}, {1, 0}));
///
/// It takes no targets and predictions, so a model can't be compiled with it: then `update_state`
/// raises StateError.
///
/// See https://keras.io/api/metrics/reduction_metrics/#mean-class.
class Mean : public Metric {
 public:
  using Options = MetricOptions;

  explicit Mean(const Options& options = {});

  /// `values` has one value per sample, or more, whose mean is taken; a scalar is one sample.
  /// `sample_weight`, if defined, has one weight per sample, or per value; a scalar weighs the mean
  /// of the values. Raises ShapeError where they don't fit.
  void update_state(const Tensor& values, const Tensor& sample_weight = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight) override;
  double result() const override { return mean_.result(); }
  /// `update_state`, then `result`.
  double operator()(const Tensor& values, const Tensor& sample_weight = {});
  void reset_state() override { mean_.reset(); }
  std::vector<double> get_state() const override { return mean_.get_state(); }  ///< {total, count}
  void set_state(const std::vector<double>& state) override { mean_.set_state(state, name()); }
  void merge_state(const Metric& other) override;
  static Mean from_config(const Config& config);  ///< From {"name", "dtype"}.

 private:
  RunningMean mean_;
};

}  // namespace strata::metrics
