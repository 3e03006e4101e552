// R2Score: how much of the targets' variance the predictions explain.
#pragma once

#include <optional>

#include "strata/metrics/additive_metric.hpp"

namespace strata::metrics {

struct R2ScoreOptions {
  /// `"uniform_average"` is the mean over the outputs, `"variance_weighted_average"` that by the
  /// variances of their targets; none, `std::nullopt`, keeps one score for each output.
  std::optional<std::string> class_aggregation = "uniform_average";
  /// >= 0: how many independent regressors the score is to be adjusted for. With no more targets
  /// than these and one it is not adjusted.
  int num_regressors = 0;
  std::string name = "r2_score";
};

/// `1 - sum((t - p)^2) / sum((t - mean(t))^2)` for each output, by weights; 0 where the targets of an
/// output don't vary. 1 is perfect, 0 no better than the mean. With regressors it is
/// `1 - (1 - r2) (n - 1) / (n - regressors - 1)`, n being the number of all targets, as in Keras.
///
/// Targets and predictions have the same shape, `(samples, outputs)`, but for a last axis of 1 that
/// one may lack; else ShapeError. Raises InvalidArgument on a bad option.
///
/// See https://keras.io/api/metrics/regression_metrics/#r2score-class.
class R2Score : public AdditiveMetric {
 public:
  using Options = R2ScoreOptions;

  explicit R2Score(const Options& options = {});

  bool larger_is_better() const override { return true; }
  Config get_config() const override;  ///< {"name", "dtype", "class_aggregation", "num_regressors"}
  static R2Score from_config(const Config& config);

 protected:
  std::vector<double> sums_of(const Tensor& y_true, const Tensor& y_pred,
                              const Tensor& sample_weight) const override;
  std::vector<double> figures(const std::vector<double>& sums) const override;
  bool is_list() const override { return !options_.class_aggregation; }

 private:
  double adjusted(double score, double targets) const;

  Options options_;
};

}  // namespace strata::metrics
