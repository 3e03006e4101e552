// Running losses and metrics, and the names of metrics.
#include "training/running_metrics.hpp"

#include <gtest/gtest.h>

#include "strata/core/errors.hpp"
#include "strata/metrics/formula_metric.hpp"
#include "strata/ops/array.hpp"
#include "support/matchers.hpp"

namespace strata::training {
namespace {

Batch batch_of(std::int64_t count) { return {ops::zeros({count, 1}), {}, {}}; }

using testing::Raises;

TEST(RunningMetrics, WeightsBatchesByTheirSize) {
  const CompileOptions compiled;
  RunningMetrics metrics(compiled);
  metrics.update(batch_of(3), {.data_loss = 1.0});
  metrics.update(batch_of(1), {.data_loss = 5.0});
  EXPECT_DOUBLE_EQ(metrics.logs().at("loss"), 2.0);
}

TEST(RunningMetrics, TheLossIsTheSumOfItsPartsExactly) {
  const CompileOptions compiled;
  RunningMetrics metrics(compiled);
  metrics.update(batch_of(7), {.data_loss = 0.1, .reg_loss = 0.7, .regularized = true});
  metrics.update(batch_of(2), {.data_loss = 0.3, .reg_loss = 1e-9, .regularized = true});
  const Logs logs = metrics.logs();
  EXPECT_EQ(logs.at("loss"), logs.at("data_loss") + logs.at("reg_loss"));
}

TEST(RunningMetrics, ReportsPartsOnlyWhereSomethingIsRegularized) {
  const CompileOptions compiled;
  RunningMetrics metrics(compiled);
  metrics.update(batch_of(1), {.data_loss = 1.0});
  EXPECT_EQ(metrics.logs(), (Logs{{"loss", 1.0}}));
}

TEST(NameMetrics, NumbersEqualNamesAndMarksWeightedOnes) {
  CompileOptions compiled{.metrics = {"mae", "mae", "mse"}, .weighted_metrics = {"mae"}};
  name_metrics(compiled);
  EXPECT_EQ(compiled.metrics[0]->name(), "mae");
  EXPECT_EQ(compiled.metrics[1]->name(), "mae_1");
  EXPECT_EQ(compiled.metrics[2]->name(), "mse");
  EXPECT_EQ(compiled.weighted_metrics[0]->name(), "weighted_mae");
}

TEST(NameMetrics, NumbersEqualWeightedNames) {
  CompileOptions compiled{.metrics = {"mse", "mse"}, .weighted_metrics = {"mse", "mse"}};
  name_metrics(compiled);
  EXPECT_EQ(compiled.metrics[1]->name(), "mse_1");
  EXPECT_EQ(compiled.weighted_metrics[0]->name(), "weighted_mse");
  EXPECT_EQ(compiled.weighted_metrics[1]->name(), "weighted_mse_1");
}

TEST(NameMetrics, RefusesAnObjectThatStandsTwice) {
  const MetricSpec shared = metrics::MeanAbsoluteError();
  const char* error =
      "compile: a metric can be listed once, for each gathers figures of its own. Received: the "
      "same object twice, name=mean_absolute_error.";
  for (CompileOptions compiled :
       {CompileOptions{.metrics = {shared, shared}},
        CompileOptions{.metrics = {shared}, .weighted_metrics = {shared}}})
    EXPECT_THAT([&] { name_metrics(compiled); }, Raises(error));
}

TEST(NameMetrics, RenamesNoneWhereItRaises) {
  const MetricSpec second = metrics::MeanAbsoluteError();
  CompileOptions compiled{.metrics = {metrics::MeanAbsoluteError(), second, nullptr}};
  EXPECT_THAT([&] { name_metrics(compiled); },
              Raises("compile: metrics must not be empty. Received: nullptr."));
  EXPECT_EQ(second->name(), "mean_absolute_error");
}

TEST(NameMetrics, RefusesTheNamesOfValidation) {
  CompileOptions compiled{.metrics = {metrics::MeanAbsoluteError({.name = "val_loss"})}};
  EXPECT_THAT([&] { name_metrics(compiled); },
              Raises("compile: validation logs the figures under val_ and their name, so no metric "
                     "may be named so. Received: name=val_loss."));
}

}  // namespace
}  // namespace strata::training
