// SensitivityAtSpecificity, SpecificityAtSensitivity, PrecisionAtRecall, RecallAtPrecision: the best
// that one rate can be where another one is high enough.
#pragma once

#include "strata/core/required.hpp"
#include "strata/metrics/confusion_metric.hpp"

namespace strata::metrics {

struct SensitivityAtSpecificityOptions {
  Required<float> specificity;       ///< What it must at least be, in [0, 1].
  int num_thresholds = 200;          ///< > 0: evenly over [0, 1]; 0.5 if there is one.
  std::optional<int> class_id = {};  ///< >= 0: only this class of the last axis counts.
  std::string name = "sensitivity_at_specificity";
};

struct SpecificityAtSensitivityOptions {
  Required<float> sensitivity;       ///< What it must at least be, in [0, 1].
  int num_thresholds = 200;          ///< > 0: evenly over [0, 1]; 0.5 if there is one.
  std::optional<int> class_id = {};  ///< >= 0: only this class of the last axis counts.
  std::string name = "specificity_at_sensitivity";
};

struct PrecisionAtRecallOptions {
  Required<float> recall;            ///< What it must at least be, in [0, 1].
  int num_thresholds = 200;          ///< > 0: evenly over [0, 1]; 0.5 if there is one.
  std::optional<int> class_id = {};  ///< >= 0: only this class of the last axis counts.
  std::string name = "precision_at_recall";
};

struct RecallAtPrecisionOptions {
  Required<float> precision;         ///< What it must at least be, in [0, 1].
  int num_thresholds = 200;          ///< > 0: evenly over [0, 1]; 0.5 if there is one.
  std::optional<int> class_id = {};  ///< >= 0: only this class of the last axis counts.
  std::string name = "recall_at_precision";
};

/// What the four share: the largest of one rate over the thresholds at which another one, in float,
/// is at least `least`; 0 if there is none.
class RateAtRate : public ConfusionMetric {
 public:
  bool larger_is_better() const override { return true; }

 protected:
  using Rate = double (Confusion::*)() const;
  struct Rates {
    Rate bounded;
    Rate reported;
  };
  /// Raises InvalidArgument in `who`'s name on a bad option; `bound` is the name of the first.
  template <class Options>
  RateAtRate(const char* who, const char* bound, float least, const Options& options, Rates rates)
      : RateAtRate(who, bound, least, options.num_thresholds, options.class_id, options.name,
                   rates) {}

  std::vector<double> figures(const std::vector<double>& sums) const override;
  double figure(const Confusion& at) const override { return (at.*rates_.reported)(); }
  bool is_list() const override { return false; }

 private:
  RateAtRate(const char* who, const char* bound, float least, int num_thresholds,
             std::optional<int> class_id, const std::string& name, Rates rates);

  float least_;
  Rates rates_;
};

/// The largest sensitivity, `TP / (TP + FN)`, where the specificity, `TN / (TN + FP)`, is at
/// least `specificity`.
///
/// Targets and predictions, in [0, 1], as ConfusionMetric has them. Raises InvalidArgument on a bad
/// option.
///
/// See https://keras.io/api/metrics/classification_metrics/#sensitivityatspecificity-class.
class SensitivityAtSpecificity : public RateAtRate {
 public:
  using Options = SensitivityAtSpecificityOptions;

  explicit SensitivityAtSpecificity(const Options& options);

  /// {"name", "dtype", "class_id", "num_thresholds", "specificity"}
  Config get_config() const override;
  static SensitivityAtSpecificity from_config(const Config& config);

 private:
  Options options_;
};

/// The largest specificity, `TN / (TN + FP)`, where the sensitivity, `TP / (TP + FN)`, is at
/// least `sensitivity`.
///
/// Targets and predictions, in [0, 1], as ConfusionMetric has them. Raises InvalidArgument on a bad
/// option.
///
/// See https://keras.io/api/metrics/classification_metrics/#specificityatsensitivity-class.
class SpecificityAtSensitivity : public RateAtRate {
 public:
  using Options = SpecificityAtSensitivityOptions;

  explicit SpecificityAtSensitivity(const Options& options);

  /// {"name", "dtype", "class_id", "num_thresholds", "sensitivity"}
  Config get_config() const override;
  static SpecificityAtSensitivity from_config(const Config& config);

 private:
  Options options_;
};

/// The largest precision, `TP / (TP + FP)`, where the recall, `TP / (TP + FN)`, is at
/// least `recall`.
///
/// Targets and predictions, in [0, 1], as ConfusionMetric has them. Raises InvalidArgument on a bad
/// option.
///
/// See https://keras.io/api/metrics/classification_metrics/#precisionatrecall-class.
class PrecisionAtRecall : public RateAtRate {
 public:
  using Options = PrecisionAtRecallOptions;

  explicit PrecisionAtRecall(const Options& options);

  /// {"name", "dtype", "class_id", "num_thresholds", "recall"}
  Config get_config() const override;
  static PrecisionAtRecall from_config(const Config& config);

 private:
  Options options_;
};

/// The largest recall, `TP / (TP + FN)`, where the precision, `TP / (TP + FP)`, is at
/// least `precision`.
///
/// Targets and predictions, in [0, 1], as ConfusionMetric has them. Raises InvalidArgument on a bad
/// option.
///
/// See https://keras.io/api/metrics/classification_metrics/#recallatprecision-class.
class RecallAtPrecision : public RateAtRate {
 public:
  using Options = RecallAtPrecisionOptions;

  explicit RecallAtPrecision(const Options& options);

  /// {"name", "dtype", "class_id", "num_thresholds", "precision"}
  Config get_config() const override;
  static RecallAtPrecision from_config(const Config& config);

 private:
  Options options_;
};

}  // namespace strata::metrics
