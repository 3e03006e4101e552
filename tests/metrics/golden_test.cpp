// Every sequence of updates that Keras computed for the metrics Strata has.
#include "support/golden.hpp"

#include <gtest/gtest.h>

#include "strata/metrics/mean_metric.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

class MetricGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(MetricGolden, ResultsAgreeWithKerasAfterEachUpdate) {
  int cases = 0;
  for (const Config& entry : golden_cases("metrics")) {
    if (entry.at("metric") != GetParam()) continue;
    ++cases;
    SCOPED_TRACE(entry.at("arguments").dump());
    const MetricSpec metric = metrics::deserialize(
        {{"class_name", entry.at("metric")}, {"config", entry.at("arguments")}});
    EXPECT_EQ(metric->name(), entry.at("name").get<std::string>());
    for (const Config& update : entry.at("updates")) {
      metric->update_state(golden_tensor(update.at("y_true")), golden_tensor(update.at("y_pred")),
                           golden_tensor(update.at("sample_weight")));
      EXPECT_THAT(static_cast<float>(metric->result()),
                  IsClose(golden_tensor(update.at("result"))));
    }
  }
  EXPECT_GT(cases, 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, MetricGolden,
    ::testing::Values("MeanSquaredError", "RootMeanSquaredError", "MeanAbsoluteError",
                      "MeanAbsolutePercentageError", "CosineSimilarity", "LogCoshError",
                      "BinaryAccuracy", "BinaryCrossentropy", "Hinge", "SquaredHinge",
                      "MeanSquaredLogarithmicError", "Poisson", "KLDivergence", "CategoricalHinge",
                      "CategoricalAccuracy", "CategoricalCrossentropy", "TopKCategoricalAccuracy",
                      "SparseCategoricalAccuracy", "SparseCategoricalCrossentropy",
                      "SparseTopKCategoricalAccuracy"),
    [](const auto& suite) { return std::string(suite.param); });

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
