// The F scores: options, counts by class, averages and configs.
#include "strata/metrics/f_beta_score.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "metrics/batch.hpp"
#include "metrics/fields.hpp"
#include "tensor/format.hpp"

namespace strata::metrics {
namespace {

constexpr double kFScoreEpsilon = 1e-7;  // Keras's

// The sums of a class.
constexpr std::size_t kTruePositives = 0;
constexpr std::size_t kFalsePositives = 1;
constexpr std::size_t kFalseNegatives = 2;
constexpr std::size_t kSums = 3;

double score(double true_positives, double false_positives, double false_negatives, double beta) {
  const double precision = true_positives / (true_positives + false_positives + kFScoreEpsilon);
  const double recall = true_positives / (true_positives + false_negatives + kFScoreEpsilon);
  const double square = beta * beta;
  return (1.0 + square) * precision * recall / (square * precision + recall + kFScoreEpsilon);
}

}  // namespace

void list_fields(auto& fields, FBetaScoreOptions& options) {
  fields("average", options.average);
  fields("beta", options.beta);
  fields("threshold", options.threshold);
}

void list_fields(auto& fields, F1ScoreOptions& options) {
  fields("average", options.average);
  fields("threshold", options.threshold);
}

FBetaScore::FBetaScore(const Options& options) : FBetaScore("FBetaScore", options) {}

FBetaScore::FBetaScore(const char* who, const Options& options)
    : AdditiveMetric(options.name, kSums, Per::class_), options_(options) {
  constexpr std::array kAverages = {"micro", "macro", "weighted"};
  check(!options.average ||
            std::find(kAverages.begin(), kAverages.end(), *options.average) != kAverages.end(),
        who, "average must be one of {}, or none. Received: average={}.",
        fmt::join(kAverages, ", "), options.average.value_or(""));
  check(std::isfinite(options.beta) && options.beta > 0.0f, who,
        "beta must be finite and > 0. Received: beta={}.", options.beta);
  check(!options.threshold || (*options.threshold > 0.0f && *options.threshold <= 1.0f), who,
        "threshold must lie in (0, 1]. Received: threshold={}.", options.threshold.value_or(0.0f));
}

std::vector<double> FBetaScore::sums_of(const Tensor& y_true, const Tensor& y_pred,
                                        const Tensor& sample_weight) const {
  const Shape& shape = y_pred.shape();
  check<ShapeError>(shape.rank() == 2 && y_true.shape() == shape, name(),
                    "y_true and y_pred must have the same shape, (samples, classes). Received: "
                    "y_true.shape={}, y_pred.shape={}.",
                    y_true.shape(), shape);
  check_no_nan(y_true, name());
  const Tensor weights =
      sample_weight.defined() ? spread_weights(sample_weight, shape, name()) : Tensor();
  const auto classes = static_cast<std::size_t>(shape.back());
  std::vector<double> sums(kSums * classes, 0.0);
  for (std::size_t start = 0; start < y_pred.values().size(); start += classes) {
    const std::span<const float> row = y_pred.values().subspan(start, classes);
    const float largest = *std::max_element(row.begin(), row.end());
    for (std::size_t i = 0; i < classes; ++i) {
      const bool positive = options_.threshold ? row[i] > *options_.threshold
                                               : row[i] >= largest && std::abs(row[i]) > 1e-9f;
      const double weight = weights.defined() ? double{weights.values()[start + i]} : 1.0;
      const double truth = weight * double{y_true.values()[start + i]};
      if (positive) {
        sums[kTruePositives * classes + i] += truth;
        sums[kFalsePositives * classes + i] += weight - truth;
      } else {
        sums[kFalseNegatives * classes + i] += truth;
      }
    }
  }
  return sums;
}

std::vector<double> FBetaScore::figures(const std::vector<double>& sums) const {
  const std::size_t classes = sums.size() / kSums;
  const auto of_class = [&](std::size_t sum, std::size_t i) { return sums[sum * classes + i]; };
  const double beta = options_.beta;
  std::vector<double> scores;
  std::array<double, kSums> all = {};
  double weighted = 0.0;
  for (std::size_t i = 0; i < classes; ++i) {
    for (std::size_t sum = 0; sum < kSums; ++sum) all[sum] += of_class(sum, i);
    scores.push_back(score(of_class(kTruePositives, i), of_class(kFalsePositives, i),
                           of_class(kFalseNegatives, i), beta));
    weighted += scores.back() * (of_class(kTruePositives, i) + of_class(kFalseNegatives, i));
  }
  if (options_.average == "micro")
    return {score(all[kTruePositives], all[kFalsePositives], all[kFalseNegatives], beta)};
  if (options_.average == "weighted")
    return {weighted / (all[kTruePositives] + all[kFalseNegatives] + kFScoreEpsilon)};
  return scores;
}

Config FBetaScore::get_config() const { return with_fields(Metric::get_config(), options_); }

FBetaScore FBetaScore::from_config(const Config& config) {
  return FBetaScore(read_options<Options>("FBetaScore", config));
}

F1Score::F1Score(const Options& options)
    : FBetaScore(
          "F1Score",
          {.average = options.average, .threshold = options.threshold, .name = options.name}),
      options_(options) {}

// Keras's config of it has no beta.
Config F1Score::get_config() const {
  return with_fields(Metric::get_config(), options_);  // NOLINT(bugprone-parent-virtual-call)
}

F1Score F1Score::from_config(const Config& config) {
  return F1Score(read_options<Options>("F1Score", config));
}

}  // namespace strata::metrics
