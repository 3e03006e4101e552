// MeanMetric: the mean of a value over all samples seen. What most metrics are, and what users'
// own metrics of that kind derive from.
#pragma once

#include <string_view>
#include <vector>

#include "strata/metrics/metric.hpp"

namespace strata::metrics {

/// A mean that grows batch by batch, in double.
class RunningMean {
 public:
  /// `values` has one value per sample, or more, whose mean is taken; a scalar counts as one
  /// sample. The mean is weighted by `sample_weight`, if defined: one weight per sample or one per
  /// value; a scalar weighs the mean of the batch. Raises ShapeError in `who`'s name where they
  /// don't fit.
  void add(const Tensor& values, const Tensor& sample_weight, std::string_view who);
  double result() const { return count_ == 0.0 ? 0.0 : total_ / count_; }
  void reset() { *this = {}; }
  /// Adds the samples of another mean.
  void merge(const RunningMean& other) {
    total_ += other.total_;
    count_ += other.count_;
  }
  std::vector<double> get_state() const { return {total_, count_}; }  ///< {total, count}
  /// Raises InvalidArgument in `who`'s name unless there are two numbers.
  void set_state(const std::vector<double>& state, std::string_view who);

 private:
  double total_ = 0.0;
  double count_ = 0.0;
};

/// The running mean of `values` over the samples of all batches, by their weights.
///
///     class Bias : public metrics::MeanMetric {
///      public:
///       Bias() : MeanMetric("bias") {}
///
///      protected:
///       Tensor values(const Tensor& y_true, const Tensor& y_pred) const override {
///         return y_pred - y_true;
///       }
///     };
class MeanMetric : public Metric {
 public:
  using Metric::Metric;

  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  double result() const override { return mean_.result(); }
  bool heeds_mask() const override { return true; }
  void reset_state() override { mean_.reset(); }
  std::vector<double> get_state() const override { return mean_.get_state(); }  ///< {total, count}
  void set_state(const std::vector<double>& state) override { mean_.set_state(state, name()); }
  void merge_state(const Metric& other) override;

 protected:
  /// The values of a batch: the first axis is the batch's.
  virtual Tensor values(const Tensor& y_true, const Tensor& y_pred) const = 0;
  /// The values of another metric.
  static Tensor values_of(const MeanMetric& metric, const Tensor& y_true, const Tensor& y_pred) {
    return metric.values(y_true, y_pred);
  }
  /// Adds the samples of another metric, whatever its class.
  void merge_mean(const MeanMetric& other) { mean_.merge(other.mean_); }

 private:
  RunningMean mean_;
};

}  // namespace strata::metrics
