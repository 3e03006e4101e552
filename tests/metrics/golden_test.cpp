// Every sequence of updates that Keras computed for the metrics Strata has.
#include "support/golden.hpp"

#include <gtest/gtest.h>

#include "strata/metrics/mean.hpp"
#include "strata/metrics/mean_metric.hpp"
#include "strata/metrics/sum.hpp"
#include "strata/ops/distance.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/saving/custom_objects.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

class MetricGolden : public ::testing::TestWithParam<const char*> {};

// How many cases there are.
int expect_golden(const std::string& class_name) {
  int cases = 0;
  for (const char* family : {"metrics", "metrics_confusion", "metrics_scores"}) {
    for (const Config& entry : golden_cases(family)) {
      if (entry.at("metric") != class_name) continue;
      ++cases;
      SCOPED_TRACE(entry.at("arguments").dump());
      const MetricSpec metric = metrics::deserialize(
          {{"class_name", entry.at("metric")}, {"config", entry.at("arguments")}});
      EXPECT_EQ(metric->name(), entry.at("name").get<std::string>());
      for (const Config& update : entry.at("updates")) {
        metric->update_state(golden_tensor(update.at("y_true")), golden_tensor(update.at("y_pred")),
                             golden_tensor(update.at("sample_weight")));
        const Tensor expected = golden_tensor(update.at("result"));
        EXPECT_THAT(metric->results(), IsClose(expected));
        EXPECT_THAT(static_cast<float>(metric->result()), IsClose(ops::mean(expected)));
      }
    }
  }
  return cases;
}

TEST_P(MetricGolden, ResultsAgreeWithKerasAfterEachUpdate) {
  EXPECT_GT(expect_golden(GetParam()), 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, MetricGolden,
    ::testing::Values("MeanSquaredError", "RootMeanSquaredError", "MeanAbsoluteError",
                      "MeanAbsolutePercentageError", "CosineSimilarity", "LogCoshError",
                      "BinaryAccuracy", "BinaryCrossentropy", "Hinge", "SquaredHinge",
                      "MeanSquaredLogarithmicError", "Poisson", "KLDivergence", "CategoricalHinge",
                      "CategoricalAccuracy", "CategoricalCrossentropy", "TopKCategoricalAccuracy",
                      "SparseCategoricalAccuracy", "SparseCategoricalCrossentropy",
                      "SparseTopKCategoricalAccuracy", "TruePositives", "TrueNegatives",
                      "FalsePositives", "FalseNegatives", "Precision", "Recall",
                      "SensitivityAtSpecificity", "SpecificityAtSensitivity", "PrecisionAtRecall",
                      "RecallAtPrecision", "AUC", "F1Score", "FBetaScore", "R2Score",
                      "PearsonCorrelation", "ConcordanceCorrelation", "IoU", "MeanIoU", "BinaryIoU",
                      "OneHotIoU", "OneHotMeanIoU", "Accuracy"),
    [](const auto& suite) { return std::string(suite.param); });

template <class Reduction>
void expect_reduction(const char* name) {
  for (const Config& entry : golden_cases("metrics")) {
    if (entry.at("metric") != name) continue;
    Reduction metric;
    EXPECT_EQ(metric.name(), entry.at("name").get<std::string>());
    for (const Config& update : entry.at("updates")) {
      metric.update_state(golden_tensor(update.at("values")),
                          golden_tensor(update.at("sample_weight")));
      EXPECT_THAT(metric.results(), IsClose(golden_tensor(update.at("result"))));
    }
  }
}

TEST(ReductionGolden, ResultsAgreeWithKerasAfterEachUpdate) {
  expect_reduction<metrics::Mean>("Mean");
  expect_reduction<metrics::Sum>("Sum");
}

// The function is known to Keras by its name, here by that of a custom object.
TEST(MeanMetricWrapper, ResultsAgreeWithKerasAfterEachUpdate) {
  const CustomObjectScope scope(
      {custom_object("mean_absolute_error", [](const Tensor& y_true, const Tensor& y_pred) {
        return ops::mean_absolute_error(y_true, y_pred);
      })});
  EXPECT_GT(expect_golden("MeanMetricWrapper"), 0);
}

TEST(RunningMean, AgreesWithKerasesMeanAfterEachUpdate) {
  for (const Config& entry : golden_cases("metrics")) {
    if (entry.at("metric") != "Mean") continue;
    metrics::RunningMean mean;
    for (const Config& update : entry.at("updates")) {
      mean.add(golden_tensor(update.at("values")), golden_tensor(update.at("sample_weight")),
               "mean");
      EXPECT_THAT(static_cast<float>(mean.result()), IsClose(golden_tensor(update.at("result"))));
    }
  }
}

}  // namespace
}  // namespace strata::testing
