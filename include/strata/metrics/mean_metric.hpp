// MeanMetric: the mean of a figure over all samples seen. What most metrics are, and what users'
// own metrics of that kind derive from.
#pragma once

#include "strata/metrics/metric.hpp"

namespace strata::metrics {

/// A mean that grows batch by batch, in double.
class RunningMean {
 public:
  /// `values` has one value a sample, or more, whose mean is taken; a scalar counts as one sample.
  /// The mean is weighted by `sample_weight`, if defined: one weight a sample or one a value; a
  /// scalar weighs the mean of the batch. Raises ShapeError in `who`'s name where they don't fit.
  void add(const Tensor& values, const Tensor& sample_weight, std::string_view who);
  double result() const { return count_ == 0.0 ? 0.0 : total_ / count_; }
  void reset() { *this = {}; }

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
  void reset_state() override { mean_.reset(); }

 protected:
  /// The figures of a batch: the first axis is the batch's.
  virtual Tensor values(const Tensor& y_true, const Tensor& y_pred) const = 0;

 private:
  RunningMean mean_;
};

}  // namespace strata::metrics
