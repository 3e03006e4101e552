// FBetaScore and F1Score: the weighed harmonic mean of precision and recall.
#pragma once

#include <optional>

#include "strata/metrics/additive_metric.hpp"

namespace strata::metrics {

struct FBetaScoreOptions {
  /// Default: one score for each class. `"micro"` counts all classes together, `"macro"` is their
  /// mean, `"weighted"` their mean by the number of positive targets.
  std::optional<std::string> average = {};
  float beta = 1.0f;                    ///< How many times as much recall counts: finite, > 0.
  std::optional<float> threshold = {};  ///< In (0, 1]. Default: the largest of a row is positive.
  std::string name = "fbeta_score";
};

/// `(1 + beta^2) P R / (beta^2 P + R)`, with the precision P and recall R of each class; 1e-7 is
/// added to every divisor. Without an average `results` has one value for each class, and `result`
/// is their mean.
///
/// Targets, of 0s and 1s, and predictions have the same shape, `(samples, classes)`, else
/// ShapeError; so do batches of another number of classes raise. Raises InvalidArgument on a bad
/// option and on a target that is NaN.
///
/// See https://keras.io/api/metrics/classification_metrics/.
class FBetaScore : public AdditiveMetric {
 public:
  using Options = FBetaScoreOptions;

  explicit FBetaScore(const Options& options = {});

  bool larger_is_better() const override { return true; }
  Config get_config() const override;  ///< {"name", "dtype", "average", "beta", "threshold"}
  static FBetaScore from_config(const Config& config);

 protected:
  FBetaScore(const char* who, const Options& options);

  std::vector<double> sums_of(const Tensor& y_true, const Tensor& y_pred,
                              const Tensor& sample_weight) const override;
  std::vector<double> figures(const std::vector<double>& sums) const override;
  bool is_list() const override { return !options_.average; }

 private:
  Options options_;
};

struct F1ScoreOptions {
  /// Default: one score for each class. `"micro"` counts all classes together, `"macro"` is their
  /// mean, `"weighted"` their mean by the number of positive targets.
  std::optional<std::string> average = {};
  std::optional<float> threshold = {};  ///< In (0, 1]. Default: the largest of a row is positive.
  std::string name = "f1_score";
};

/// FBetaScore with a beta of 1: `2 P R / (P + R)`.
///
/// See https://keras.io/api/metrics/classification_metrics/.
class F1Score : public FBetaScore {
 public:
  using Options = F1ScoreOptions;

  explicit F1Score(const Options& options = {});

  Config get_config() const override;  ///< {"name", "dtype", "average", "threshold"}
  static F1Score from_config(const Config& config);

 private:
  Options options_;
};

}  // namespace strata::metrics
