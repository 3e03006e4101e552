// Counts predictions between the thresholds, from which the counts at each threshold follow.
#include "strata/metrics/confusion_metric.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/check.hpp"
#include "metrics/batch.hpp"
#include "metrics/ratio.hpp"
#include "ops/align.hpp"
#include "strata/ops/sorting.hpp"
#include "tensor/format.hpp"

namespace strata::metrics {
namespace {

// Below every prediction: with it, all that `top_k` leaves are positive. Keras's number.
constexpr float kBelowAll = -1e10f;

// As Keras decides it.
bool are_evenly_spaced(const std::vector<float>& thresholds) {
  if (thresholds.size() < 3) return false;
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    const float even = static_cast<float>(i) / static_cast<float>(thresholds.size() - 1);
    if (std::abs(thresholds[i] - even) > 1e-7f + 1e-5f * even) return false;
  }
  return true;
}

/// Which elements are among the k largest of their row; of equal ones the first. NaN is ahead of
/// every number.
std::vector<bool> in_top_k(const Tensor& x, std::int64_t k) {
  std::vector<bool> chosen(static_cast<std::size_t>(x.size()), false);
  const Tensor indices = ops::top_k(x, k).indices;
  for (std::int64_t i = 0; i < indices.size(); ++i) {
    const auto in_row = static_cast<std::int64_t>(indices.data()[i]);
    chosen[static_cast<std::size_t>(i / k * x.shape().back() + in_row)] = true;
  }
  return chosen;
}

void check_classes(const Decision& decision, const Shape& shape, std::string_view who) {
  const std::int64_t classes = shape.back();
  check<ShapeError>(!decision.top_k || *decision.top_k <= classes, who,
                    "top_k must be at most the last extent of y_pred. Received: top_k={}, "
                    "y_pred.shape={}.",
                    decision.top_k.value_or(0), shape);
  check<ShapeError>(!decision.class_id || (shape.rank() >= 2 && *decision.class_id < classes), who,
                    "class_id must be a class of the last axis of y_pred, (samples, classes). "
                    "Received: class_id={}, y_pred.shape={}.",
                    decision.class_id.value_or(0), shape);
  check<ShapeError>(!decision.by_label || shape.rank() == 2, who,
                    "y_pred must have rank 2 where labels count by themselves. Received: "
                    "y_pred.shape={}.",
                    shape);
  const auto weights = static_cast<std::int64_t>(decision.label_weights.size());
  check<ShapeError>(weights == 0 || weights == classes, who,
                    "label_weights must have one weight for each label. Received: {} weights, "
                    "y_pred.shape={}.",
                    weights, shape);
}

}  // namespace

double Confusion::precision() const {
  return ratio_or_0(true_positives, true_positives + false_positives);
}

double Confusion::recall() const {
  return ratio_or_0(true_positives, true_positives + false_negatives);
}

double Confusion::specificity() const {
  return ratio_or_0(true_negatives, true_negatives + false_positives);
}

// The sums of a label are the weights of its positive targets below all thresholds, between each
// and the next, and above all; then those of its negative targets.
ConfusionMetric::ConfusionMetric(std::string name, Decision decision)
    : AdditiveMetric(std::move(name), 2 * (decision.thresholds.size() + 1),
                     decision.by_label ? Per::class_ : Per::metric),
      decision_(std::move(decision)),
      sorted_(decision_.thresholds),
      place_(sorted_.size()) {
  std::vector<std::size_t> order(sorted_.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return decision_.thresholds[i] < decision_.thresholds[j];
  });
  for (std::size_t i = 0; i < order.size(); ++i) {
    sorted_[i] = decision_.thresholds[order[i]];
    place_[order[i]] = i;
  }
}

Decision ConfusionMetric::decision_of(const NumberList& thresholds, const char* who) {
  if (thresholds.empty()) return {};
  for (const float threshold : thresholds.values()) {
    check(threshold >= 0.0f && threshold <= 1.0f, who,
          "thresholds must lie in [0, 1]. Received: thresholds={}.", threshold);
  }
  return {.thresholds = thresholds.values(),
          .evenly_spaced = are_evenly_spaced(thresholds.values())};
}

Decision ConfusionMetric::decision_of(const PrecisionOptions& options, const char* who) {
  check(!options.top_k || *options.top_k > 0, who,
        "top_k must be a positive integer. Received: top_k={}.", options.top_k.value_or(0));
  check(!options.class_id || *options.class_id >= 0, who,
        "class_id must be >= 0. Received: "
        "class_id={}.",
        options.class_id.value_or(0));
  Decision decision = decision_of(options.thresholds, who);
  if (options.top_k && options.thresholds.empty()) decision.thresholds = {kBelowAll};
  decision.top_k = options.top_k;
  decision.class_id = options.class_id;
  return decision;
}

// A prediction is above as many thresholds.
std::size_t ConfusionMetric::thresholds_below(float prediction) const {
  if (std::isnan(prediction)) return 0;
  if (!decision_.evenly_spaced) {
    return static_cast<std::size_t>(std::lower_bound(sorted_.begin(), sorted_.end(), prediction) -
                                    sorted_.begin());
  }
  const float intervals = static_cast<float>(sorted_.size() - 1);
  const float below = std::ceil(std::clamp(prediction, 0.0f, 1.0f) * intervals);
  return static_cast<std::size_t>(decision_.open_ends ? std::max(below, 1.0f) : below);
}

std::vector<double> ConfusionMetric::sums_of(const Tensor& y_true, const Tensor& y_pred,
                                             const Tensor& sample_weight) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  const Shape& shape = predictions.shape();
  ops::check_same_shape(name().c_str(), targets.shape(), shape);
  check_classes(decision_, shape, name());
  check_no_nan(targets, name());
  const Tensor weights =
      sample_weight.defined() ? spread_weights(sample_weight, shape, name()) : Tensor();
  const std::vector<bool> chosen =
      decision_.top_k ? in_top_k(predictions, *decision_.top_k) : std::vector<bool>();

  const auto classes = static_cast<std::size_t>(shape.back());
  const std::size_t labels = decision_.by_label ? classes : 1;
  const std::size_t first = static_cast<std::size_t>(decision_.class_id.value_or(0));
  const std::size_t step = decision_.class_id ? classes : 1;
  const std::size_t intervals = sorted_.size() + 1;
  std::vector<double> sums(2 * intervals * labels, 0.0);
  const auto t = targets.values();
  const auto p = predictions.values();
  for (std::size_t i = first; i < p.size(); i += step) {
    double weight = weights.defined() ? double{weights.values()[i]} : 1.0;
    if (!decision_.label_weights.empty()) weight *= double{decision_.label_weights[i % classes]};
    const bool may_be_positive = chosen.empty() || chosen[i];
    const std::size_t interval =
        (t[i] != 0.0f ? 0 : intervals) + (may_be_positive ? thresholds_below(p[i]) : 0);
    sums[interval * labels + i % labels] += weight;
  }
  return sums;
}

std::size_t ConfusionMetric::labels_of(const std::vector<double>& sums) const {
  return sums.size() / (2 * (sorted_.size() + 1));
}

std::vector<Confusion> ConfusionMetric::confusions(const std::vector<double>& sums,
                                                   std::size_t label) const {
  const std::size_t labels = labels_of(sums);
  const std::size_t intervals = sorted_.size() + 1;
  const auto of_true = [&](std::size_t i) { return sums[i * labels + label]; };
  const auto of_false = [&](std::size_t i) { return sums[(intervals + i) * labels + label]; };
  std::vector<Confusion> all(sorted_.size());
  Confusion below;
  Confusion above;
  for (std::size_t i = 0; i < all.size(); ++i) {
    below.false_negatives += of_true(i);
    below.true_negatives += of_false(i);
    all[i].false_negatives = below.false_negatives;
    all[i].true_negatives = below.true_negatives;
  }
  for (std::size_t i = all.size(); i > 0; --i) {
    above.true_positives += of_true(i);
    above.false_positives += of_false(i);
    all[i - 1].true_positives = above.true_positives;
    all[i - 1].false_positives = above.false_positives;
  }
  return all;
}

std::vector<double> ConfusionMetric::figures(const std::vector<double>& sums) const {
  const std::vector<Confusion> all = confusions(sums);
  std::vector<double> values;
  for (const std::size_t place : place_) values.push_back(figure(all[place]));
  return values;
}

}  // namespace strata::metrics
