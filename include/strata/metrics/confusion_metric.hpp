// ConfusionMetric: what follows from right and wrong predictions at one threshold or several. What
// precision, recall, AUC and their kin derive from.
#pragma once

#include <optional>
#include <vector>

#include "strata/core/number_list.hpp"
#include "strata/metrics/additive_metric.hpp"

namespace strata::metrics {

/// The weight of the predictions of each kind at one threshold.
struct Confusion {
  double true_positives = 0.0;
  double false_positives = 0.0;
  double true_negatives = 0.0;
  double false_negatives = 0.0;

  // Each 0 where it is undefined.
  double precision() const;    ///< TP / (TP + FP)
  double recall() const;       ///< TP / (TP + FN); also called sensitivity
  double specificity() const;  ///< TN / (TN + FP)
};

/// When a prediction is positive: above a threshold, and of the k largest of its row if `top_k` is
/// set.
struct Decision {
  std::vector<float> thresholds = {0.5f};
  /// Thresholds are 0, 1 / (n - 1), …, 1, so that a prediction's place among them is computed;
  /// predictions outside [0, 1] count as its ends.
  bool evenly_spaced = false;
  /// The first and last threshold lie below 0 and above 1, else as `evenly_spaced` says.
  bool open_ends = false;
  std::optional<int> top_k = {};
  std::optional<int> class_id = {};       ///< The only class, along the last axis, that counts.
  bool by_label = false;                  ///< Each column of `(samples, labels)` counts for itself.
  std::vector<float> label_weights = {};  ///< Of the last axis; empty where all are 1.
};

/// The options of metrics at thresholds that may be of the largest predictions, or of a class.
struct PrecisionOptions {
  NumberList thresholds = {};        ///< In [0, 1]. Default: 0.5, or with `top_k` none.
  std::optional<int> top_k = {};     ///< > 0: only the k largest of the last axis are positive.
  std::optional<int> class_id = {};  ///< >= 0: only this class of the last axis counts.
  std::string name = {};             ///< Default: the class in snake_case.
};

/// One figure for each threshold.
///
/// A target is positive if it is not 0; a prediction if it is above the threshold, which NaN never
/// is. Targets and predictions have the same shape, but for a last axis of 1 that one may lack; else
/// ShapeError. Raises InvalidArgument on a target that is NaN.
class ConfusionMetric : public AdditiveMetric {
 public:
  const std::vector<float>& thresholds() const { return decision_.thresholds; }

 protected:
  ConfusionMetric(std::string name, Decision decision);

  /// What an option `thresholds` says. Raises InvalidArgument in `who`'s name on one outside [0, 1].
  static Decision decision_of(const NumberList& thresholds, const char* who);
  /// What the options say. Raises InvalidArgument in `who`'s name on a bad one.
  static Decision decision_of(const PrecisionOptions& options, const char* who);

  std::vector<double> sums_of(const Tensor& y_true, const Tensor& y_pred,
                              const Tensor& sample_weight) const override;
  std::vector<double> figures(const std::vector<double>& sums) const override;
  bool is_list() const override { return thresholds().size() > 1; }

  /// The figure at one threshold.
  virtual double figure(const Confusion& at) const = 0;
  /// The counts at each threshold, in ascending order, of a label where labels count by themselves.
  std::vector<Confusion> confusions(const std::vector<double>& sums, std::size_t label = 0) const;
  /// How many labels the sums are of.
  std::size_t labels_of(const std::vector<double>& sums) const;

 private:
  std::size_t thresholds_below(float prediction) const;

  Decision decision_;
  std::vector<float> sorted_;       // the thresholds in ascending order
  std::vector<std::size_t> place_;  // of each threshold among them
};

}  // namespace strata::metrics
