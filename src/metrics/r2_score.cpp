// The explained share of a variance: options, sums by output, aggregation and config.
#include "strata/metrics/r2_score.hpp"

#include <cmath>
#include <numeric>

#include "metrics/batch.hpp"
#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "tensor/format.hpp"

namespace strata::metrics {
namespace {

// The sums of an output; all but the last are weighted.
enum OutputSum : std::size_t { kTargets, kSquares, kResiduals, kWeights, kSamples, kOutputSums };

}  // namespace

void list_fields(auto& fields, R2ScoreOptions& options) {
  fields("class_aggregation", options.class_aggregation);
  fields("num_regressors", options.num_regressors);
}

R2Score::R2Score(const Options& options)
    : AdditiveMetric(options.name, kOutputSums, Per::class_), options_(options) {
  check(!options.class_aggregation || options.class_aggregation == "uniform_average" ||
            options.class_aggregation == "variance_weighted_average",
        "R2Score",
        "class_aggregation must be uniform_average, variance_weighted_average, or none. Received: "
        "class_aggregation={}.",
        options.class_aggregation.value_or(""));
  check(options.num_regressors >= 0, "R2Score",
        "num_regressors must be >= 0. Received: num_regressors={}.", options.num_regressors);
}

std::vector<double> R2Score::sums_of(const Tensor& y_true, const Tensor& y_pred,
                                     const Tensor& sample_weight) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  const Shape& shape = predictions.shape();
  check<ShapeError>(shape.rank() == 2 && targets.shape() == shape, name(),
                    "y_true and y_pred must have the same shape, (samples, outputs). Received: "
                    "y_true.shape={}, y_pred.shape={}.",
                    y_true.shape(), y_pred.shape());
  const Tensor weights =
      sample_weight.defined() ? spread_weights(sample_weight, shape, name()) : Tensor();
  const auto outputs = static_cast<std::size_t>(shape.back());
  std::vector<double> sums(kOutputSums * outputs, 0.0);
  for (std::size_t i = 0; i < targets.values().size(); ++i) {
    const double weight = weights.defined() ? double{weights.values()[i]} : 1.0;
    const double target = targets.values()[i];
    const double error = target - double{predictions.values()[i]};
    const std::size_t output = i % outputs;
    sums[kTargets * outputs + output] += weight * target;
    sums[kSquares * outputs + output] += weight * target * target;
    sums[kResiduals * outputs + output] += weight * error * error;
    sums[kWeights * outputs + output] += weight;
    sums[kSamples * outputs + output] += 1.0;
  }
  return sums;
}

double R2Score::adjusted(double score, double targets) const {
  const double regressors = options_.num_regressors;
  if (regressors == 0.0 || regressors >= targets - 1.0) return score;
  return 1.0 - (1.0 - score) * (targets - 1.0) / (targets - regressors - 1.0);
}

std::vector<double> R2Score::figures(const std::vector<double>& sums) const {
  const std::size_t outputs = sums.size() / kOutputSums;
  std::vector<double> scores;
  double targets = 0.0;
  double weighted = 0.0;
  double total_variation = 0.0;
  for (std::size_t i = 0; i < outputs; ++i) {
    const auto of_output = [&](OutputSum sum) { return sums[sum * outputs + i]; };
    const double mean = of_output(kTargets) / of_output(kWeights);
    const double variation = of_output(kSquares) - of_output(kTargets) * mean;
    const double score = 1.0 - of_output(kResiduals) / variation;
    scores.push_back(std::isfinite(score) ? score : 0.0);
    targets += of_output(kSamples);
    if (std::isfinite(variation)) weighted += variation * scores.back();
    if (std::isfinite(variation)) total_variation += variation;
  }
  if (!options_.class_aggregation) {
    for (double& score : scores) score = adjusted(score, targets);
    return scores;
  }
  const double score =
      options_.class_aggregation == "uniform_average"
          ? std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(outputs)
          : (total_variation == 0.0 ? 0.0 : weighted / total_variation);
  return {adjusted(score, targets)};
}

Config R2Score::get_config() const { return with_fields(Metric::get_config(), options_); }

R2Score R2Score::from_config(const Config& config) {
  return R2Score(read_options<Options>("R2Score", config));
}

}  // namespace strata::metrics
