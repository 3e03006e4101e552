// The best of one rate where another one is high enough: options, result and configs.
#include "strata/metrics/rate_at_rate.hpp"

#include <algorithm>

#include "metrics/fields.hpp"

namespace strata::metrics {
namespace {

Decision evenly_spaced(int count, std::optional<int> class_id) {
  if (count == 1) return {.class_id = class_id};
  std::vector<float> thresholds;
  for (int i = 0; i < count; ++i)
    thresholds.push_back(static_cast<float>(i) / static_cast<float>(count - 1));
  return {.thresholds = std::move(thresholds), .evenly_spaced = true, .class_id = class_id};
}

/// The options in a config, which must have `bound`.
template <class Options>
Options bounded_options(const char* who, const char* bound, const Config& config, Options options) {
  check(config.contains(bound), who, "a config needs a {}. Received: {}.", bound, config);
  return read_options<Options>(who, config, std::move(options));
}

}  // namespace

RateAtRate::RateAtRate(const char* who, const char* bound, float least, int num_thresholds,
                       std::optional<int> class_id, const std::string& name, Rates rates)
    : ConfusionMetric(name, evenly_spaced(std::max(num_thresholds, 1), class_id)),
      least_(least),
      rates_(rates) {
  check(least >= 0.0f && least <= 1.0f, who, "{} must lie in [0, 1]. Received: {}={}.", bound,
        bound, least);
  check(num_thresholds > 0, who,
        "num_thresholds must be a positive integer. Received: num_thresholds={}.", num_thresholds);
  check(!class_id || *class_id >= 0, who, "class_id must be >= 0. Received: class_id={}.",
        class_id.value_or(0));
}

// Rates are compared in float: 3 of 5 is at least 0.6f there, and not in double.
std::vector<double> RateAtRate::figures(const std::vector<double>& sums) const {
  double best = 0.0;
  for (const Confusion& at : confusions(sums)) {
    if (static_cast<float>((at.*rates_.bounded)()) >= least_) best = std::max(best, figure(at));
  }
  return {best};
}

// The fields of all four, in Keras's order; `least` is the bound on the other rate.
void list_rate_fields(auto& fields, auto& options, const char* bound, auto& least) {
  fields("class_id", options.class_id);
  fields("num_thresholds", options.num_thresholds);
  fields(bound, least);
}

void list_fields(auto& fields, SensitivityAtSpecificityOptions& options) {
  list_rate_fields(fields, options, "specificity", options.specificity);
}

SensitivityAtSpecificity::SensitivityAtSpecificity(const Options& options)
    : RateAtRate("SensitivityAtSpecificity", "specificity", options.specificity, options,
                 {&Confusion::specificity, &Confusion::recall}),
      options_(options) {}

Config SensitivityAtSpecificity::get_config() const {
  return with_fields(Metric::get_config(), options_);
}

SensitivityAtSpecificity SensitivityAtSpecificity::from_config(const Config& config) {
  return SensitivityAtSpecificity(bounded_options<Options>(
      "SensitivityAtSpecificity", "specificity", config, {.specificity = 0.0f}));
}

void list_fields(auto& fields, SpecificityAtSensitivityOptions& options) {
  list_rate_fields(fields, options, "sensitivity", options.sensitivity);
}

SpecificityAtSensitivity::SpecificityAtSensitivity(const Options& options)
    : RateAtRate("SpecificityAtSensitivity", "sensitivity", options.sensitivity, options,
                 {&Confusion::recall, &Confusion::specificity}),
      options_(options) {}

Config SpecificityAtSensitivity::get_config() const {
  return with_fields(Metric::get_config(), options_);
}

SpecificityAtSensitivity SpecificityAtSensitivity::from_config(const Config& config) {
  return SpecificityAtSensitivity(bounded_options<Options>(
      "SpecificityAtSensitivity", "sensitivity", config, {.sensitivity = 0.0f}));
}

void list_fields(auto& fields, PrecisionAtRecallOptions& options) {
  list_rate_fields(fields, options, "recall", options.recall);
}

PrecisionAtRecall::PrecisionAtRecall(const Options& options)
    : RateAtRate("PrecisionAtRecall", "recall", options.recall, options,
                 {&Confusion::recall, &Confusion::precision}),
      options_(options) {}

Config PrecisionAtRecall::get_config() const { return with_fields(Metric::get_config(), options_); }

PrecisionAtRecall PrecisionAtRecall::from_config(const Config& config) {
  return PrecisionAtRecall(
      bounded_options<Options>("PrecisionAtRecall", "recall", config, {.recall = 0.0f}));
}

void list_fields(auto& fields, RecallAtPrecisionOptions& options) {
  list_rate_fields(fields, options, "precision", options.precision);
}

RecallAtPrecision::RecallAtPrecision(const Options& options)
    : RateAtRate("RecallAtPrecision", "precision", options.precision, options,
                 {&Confusion::precision, &Confusion::recall}),
      options_(options) {}

Config RecallAtPrecision::get_config() const { return with_fields(Metric::get_config(), options_); }

RecallAtPrecision RecallAtPrecision::from_config(const Config& config) {
  return RecallAtPrecision(
      bounded_options<Options>("RecallAtPrecision", "precision", config, {.precision = 0.0f}));
}

}  // namespace strata::metrics
