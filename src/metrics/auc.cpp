// The area under a curve of rates: its options, the sum over the thresholds, and its config.
#include "strata/metrics/auc.hpp"

#include <algorithm>
#include <cmath>

#include "metrics/fields.hpp"
#include "metrics/ratio.hpp"
#include "strata/ops/nn.hpp"
#include "tensor/format.hpp"

namespace strata::metrics {
namespace {

constexpr const char* kAuc = "AUC";
constexpr float kAucEpsilon = 1e-7f;  // Keras's

struct Point {
  double x;
  double y;
};

Point roc_point(const Confusion& at) {
  return {ratio_or_0(at.false_positives, at.false_positives + at.true_negatives), at.recall()};
}

Point pr_point(const Confusion& at) { return {at.recall(), at.precision()}; }

// Gains over always saying yes; where nothing is found, 0 and 1, as Keras has it.
Point gain_point(const Confusion& at) {
  const double odds =
      ratio_or_0(at.true_positives + at.false_negatives, at.true_negatives + at.false_positives);
  if (at.true_positives == 0.0) return {0.0, 1.0};
  return {std::max(1.0 - odds * at.false_negatives / at.true_positives, 0.0),
          1.0 - odds * at.false_positives / at.true_positives};
}

Point point_of(const std::string& curve, const Confusion& at) {
  if (curve == "ROC") return roc_point(at);
  return curve == "PR" ? pr_point(at) : gain_point(at);
}

double height(const std::string& method, double left, double right) {
  if (method == "minoring") return std::min(left, right);
  return method == "majoring" ? std::max(left, right) : (left + right) / 2.0;
}

// Between two thresholds true and false positives, not their ratio, are linear in each other (Davis
// and Goadrich 2006).
double pr_area_between(const Confusion& at, const Confusion& next) {
  const double found = at.true_positives - next.true_positives;
  const double positive = at.true_positives + at.false_positives;
  const double next_positive = next.true_positives + next.false_positives;
  const double slope = ratio_or_0(found, std::max(positive - next_positive, 0.0));
  const double intercept = next.true_positives - slope * next_positive;
  const double growth = positive > 0.0 && next_positive > 0.0 ? positive / next_positive : 1.0;
  return ratio_or_0(slope * (found + intercept * std::log(growth)),
                    next.true_positives + next.false_negatives);
}

/// The choice that `value` names, in its own spelling or in one that Keras accepts too. Raises
/// InvalidArgument on any other.
std::string chosen(const char* option, const std::string& value,
                   const std::vector<std::pair<const char*, const char*>>& choices) {
  std::string known;
  for (const auto& [name, other_spelling] : choices) {
    if (value == name || value == other_spelling) return name;
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  raise(kAuc, "{} must be one of {}. Received: {}={}.", option, known, option, value);
}

AucOptions checked(AucOptions options) {
  options.curve =
      chosen("curve", options.curve, {{"ROC", "roc"}, {"PR", "pr"}, {"PRGAIN", "prgain"}});
  options.summation_method = chosen(
      "summation_method", options.summation_method,
      {{"interpolation", "Interpolation"}, {"minoring", "Minoring"}, {"majoring", "Majoring"}});
  check(options.num_thresholds > 1 || !options.thresholds.empty(), kAuc,
        "num_thresholds must be an integer > 1. Received: num_thresholds={}.",
        options.num_thresholds);
  check(!options.num_labels || options.multi_label, kAuc,
        "num_labels is needed only if multi_label is true. Received: num_labels={}.",
        options.num_labels.value_or(0));
  check(!options.num_labels || *options.num_labels > 0, kAuc,
        "num_labels must be a positive integer. Received: num_labels={}.",
        options.num_labels.value_or(0));
  const auto weights = static_cast<int>(options.label_weights.size());
  check(!options.num_labels || weights == 0 || weights == *options.num_labels, kAuc,
        "label_weights must have one weight for each label. Received: {} weights, num_labels={}.",
        weights, options.num_labels.value_or(0));
  for (const float weight : options.label_weights) {
    check(std::isfinite(weight) && weight >= 0.0f, kAuc,
          "label_weights must be finite and >= 0. Received: label_weights={}.", weight);
  }
  return options;
}

}  // namespace

void list_fields(auto& fields, AucOptions& options) {
  fields("num_thresholds", options.num_thresholds);
  fields("curve", options.curve);
  fields("summation_method", options.summation_method);
  fields.truth("multi_label", options.multi_label);
  fields("num_labels", options.num_labels);
  NumberList weights = options.label_weights;
  fields("label_weights", weights);
  options.label_weights = weights.values();
  fields.truth("from_logits", options.from_logits);
  fields.unless("thresholds", options.thresholds, NumberList());
}

Decision AUC::decision_of(const Options& options) {
  const NumberList given = options.thresholds;
  std::vector<float> thresholds = given.values();
  ConfusionMetric::decision_of(given, kAuc);  // checks them
  std::sort(thresholds.begin(), thresholds.end());
  if (given.empty()) {
    for (int i = 1; i + 1 < options.num_thresholds; ++i)
      thresholds.push_back(static_cast<float>(i) / static_cast<float>(options.num_thresholds - 1));
  }
  thresholds.insert(thresholds.begin(), 0.0f);
  thresholds.push_back(1.0f);
  const bool evenly_spaced =
      given.empty() || ConfusionMetric::decision_of(thresholds, kAuc).evenly_spaced;
  thresholds.front() -= kAucEpsilon;
  thresholds.back() += kAucEpsilon;
  return {.thresholds = std::move(thresholds),
          .evenly_spaced = evenly_spaced,
          .open_ends = true,
          .by_label = options.multi_label,
          .label_weights = options.multi_label ? std::vector<float>() : options.label_weights};
}

AUC::AUC(const Options& options)
    : ConfusionMetric(options.name, decision_of(checked(options))), options_(checked(options)) {
  if (!options_.thresholds.empty()) options_.num_thresholds = static_cast<int>(thresholds().size());
}

std::vector<double> AUC::sums_of(const Tensor& y_true, const Tensor& y_pred,
                                 const Tensor& sample_weight) const {
  if (options_.multi_label) {
    const std::int64_t labels = y_pred.rank() == 2 ? y_pred.shape().back() : 0;
    const auto weights = static_cast<std::int64_t>(options_.label_weights.size());
    check<ShapeError>(
        labels > 0 && (!options_.num_labels || labels == *options_.num_labels) &&
            (weights == 0 || labels == weights),
        name(),
        "y_pred must be (samples, labels), with as many labels as num_labels and label_weights "
        "say. Received: y_pred.shape={}, num_labels={}, {} label_weights.",
        y_pred.shape(), options_.num_labels.value_or(0), weights);
  }
  const Tensor scores = options_.from_logits ? ops::sigmoid(y_pred) : y_pred;
  return ConfusionMetric::sums_of(y_true, scores, sample_weight);
}

double AUC::area(const std::vector<Confusion>& all) const {
  const bool interpolates_counts =
      options_.curve == "PR" && options_.summation_method == "interpolation";
  double sum = 0.0;
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    if (interpolates_counts) {
      sum += pr_area_between(all[i], all[i + 1]);
      continue;
    }
    const Point left = point_of(options_.curve, all[i]);
    const Point right = point_of(options_.curve, all[i + 1]);
    sum += (left.x - right.x) * height(options_.summation_method, left.y, right.y);
  }
  return sum;
}

// The mean of the labels' areas, by their weights.
std::vector<double> AUC::figures(const std::vector<double>& sums) const {
  double total = 0.0;
  double total_weight = 0.0;
  for (std::size_t label = 0; label < labels_of(sums); ++label) {
    const bool weighs = options_.multi_label && !options_.label_weights.empty();
    const double weight = weighs ? double{options_.label_weights[label]} : 1.0;
    total += weight * area(confusions(sums, label));
    total_weight += weight;
  }
  return {ratio_or_0(total, total_weight)};
}

Config AUC::get_config() const { return with_fields(Metric::get_config(), options_); }

AUC AUC::from_config(const Config& config) { return AUC(read_options<Options>(kAuc, config)); }

}  // namespace strata::metrics
