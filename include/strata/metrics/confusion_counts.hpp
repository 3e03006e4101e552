// TruePositives, TrueNegatives, FalsePositives, FalseNegatives: how many predictions are of a kind.
#pragma once

#include <typeinfo>

#include "strata/metrics/confusion_metric.hpp"
#include "strata/metrics/formula_metric.hpp"

namespace strata::metrics {

struct ConfusionCountOptions {
  NumberList thresholds = {};  ///< In [0, 1]. Default: 0.5.
  std::string name = {};       ///< Default: the class in snake_case.
};

/// What the four counts share.
class ConfusionCountBase : public ConfusionMetric {
 public:
  using Options = ConfusionCountOptions;

  Config get_config() const override;  ///< {"name", "dtype", "thresholds"}

 protected:
  ConfusionCountBase(const Options& options, const std::type_info& type);
  static Options options_in(const std::type_info& type, const Config& config);

 private:
  Options options_;
};

/// The weight of all predictions of one kind. With several thresholds `results` has one value for
/// each, and `result` is their mean.
///
/// Targets and predictions as ConfusionMetric has them. Raises InvalidArgument on a threshold
/// outside [0, 1].
template <double Confusion::*count, Better better>
class ConfusionCount : public ConfusionCountBase {
 public:
  explicit ConfusionCount(const Options& options = {})
      : ConfusionCountBase(options, typeid(ConfusionCount)) {}

  bool larger_is_better() const override { return better == Better::larger; }
  static ConfusionCount from_config(const Config& config) {
    return ConfusionCount(options_in(typeid(ConfusionCount), config));
  }

 protected:
  double figure(const Confusion& at) const override { return at.*count; }
};

// https://keras.io/api/metrics/classification_metrics/
using TruePositives = ConfusionCount<&Confusion::true_positives, Better::larger>;
using TrueNegatives = ConfusionCount<&Confusion::true_negatives, Better::larger>;
using FalsePositives = ConfusionCount<&Confusion::false_positives, Better::smaller>;
using FalseNegatives = ConfusionCount<&Confusion::false_negatives, Better::smaller>;

}  // namespace strata::metrics
