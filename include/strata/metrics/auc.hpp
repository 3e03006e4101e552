// AUC: the area under the ROC curve, or another one, over all thresholds.
#pragma once

#include "strata/metrics/confusion_metric.hpp"

namespace strata::metrics {

struct AucOptions {
  int num_thresholds = 200;   ///< > 1; the ends lie below 0 and above 1, the others evenly between.
  std::string curve = "ROC";  ///< `"ROC"`, `"PR"` (precision over recall) or `"PRGAIN"`.
  /// Of the area between two thresholds: `"interpolation"`, `"minoring"` or `"majoring"`.
  std::string summation_method = "interpolation";
  NumberList thresholds = {};  ///< In [0, 1], beside the ends; used in place of `num_thresholds`.
  bool multi_label = false;    ///< Whether each label's area is computed, and then their mean.
  std::optional<int> num_labels = {};  ///< > 0: how many there are, if `multi_label`.
  /// >= 0, one for each label: weighs the label's area if `multi_label`, else its predictions.
  std::vector<float> label_weights = {};
  bool from_logits = false;  ///< Whether predictions are logits rather than probabilities.
  std::string name = "auc";
};

/// The area under the curve that the thresholds draw: the true positive rate over the false positive
/// rate (`"ROC"`), precision over recall (`"PR"`), or their gains over chance (`"PRGAIN"`). Between
/// thresholds it is a trapezoid, or under PR what interpolates true and false positives;
/// `"minoring"` takes the lower side, `"majoring"` the upper one.
///
/// Targets and predictions as ConfusionMetric has them; with `multi_label` they are
/// `(samples, labels)`. Raises InvalidArgument on a bad option.
///
/// See https://keras.io/api/metrics/classification_metrics/#auc-class.
class AUC : public ConfusionMetric {
 public:
  using Options = AucOptions;

  explicit AUC(const Options& options = {});

  bool larger_is_better() const override { return true; }
  /// {"name", "dtype", "num_thresholds", "curve", "summation_method", "multi_label", "num_labels",
  /// "label_weights", "from_logits"}, and "thresholds" if they were given.
  Config get_config() const override;
  static AUC from_config(const Config& config);

 protected:
  std::vector<double> sums_of(const Tensor& y_true, const Tensor& y_pred,
                              const Tensor& sample_weight) const override;
  std::vector<double> figures(const std::vector<double>& sums) const override;
  double figure(const Confusion& at) const override { return at.recall(); }
  bool is_list() const override { return false; }

 private:
  static Decision decision_of(const Options& options);
  double area(const std::vector<Confusion>& all) const;

  Options options_;
};

}  // namespace strata::metrics
