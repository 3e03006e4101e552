// F scores, R2, correlations, intersection over union, means and sums of values.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/metrics/concordance_correlation.hpp"
#include "strata/metrics/f_beta_score.hpp"
#include "strata/metrics/iou.hpp"
#include "strata/metrics/mean.hpp"
#include "strata/metrics/mean_metric_wrapper.hpp"
#include "strata/metrics/pearson_correlation.hpp"
#include "strata/metrics/r2_score.hpp"
#include "strata/metrics/sum.hpp"
#include "strata/ops/ops.hpp"
#include "strata/saving/register_serializable.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using metrics::BinaryIoU;
using metrics::F1Score;
using metrics::FBetaScore;
using metrics::IoU;
using metrics::MeanIoU;
using metrics::MeanMetricWrapper;
using metrics::OneHotIoU;
using metrics::OneHotMeanIoU;
using metrics::PearsonCorrelation;
using metrics::R2Score;

TEST(F1Score, HasOneValueForEachClass) {
  const Tensor y_true({3, 3}, {1, 1, 1, 1, 0, 0, 1, 1, 0});
  const Tensor y_pred({3, 3}, {0.2f, 0.6f, 0.7f, 0.2f, 0.6f, 0.6f, 0.6f, 0.8f, 0});
  F1Score metric({.threshold = 0.5f});
  EXPECT_EQ(metric.results().rank(), 0);
  metric.update_state(y_true, y_pred);
  EXPECT_THAT(metric.results(), IsClose(Tensor({3}, {0.5f, 0.8f, 2.0f / 3.0f}), 1e-5));
  EXPECT_NEAR(metric.result(), (0.5 + 0.8 + 2.0 / 3.0) / 3.0, 1e-6);
}

TEST(F1Score, RefusesBadOptionsAndShapes) {
  EXPECT_THAT([] { F1Score({.average = "mean"}); },
              Raises("F1Score: average must be one of micro, macro, weighted, or none. Received: "
                     "average=mean."));
  EXPECT_THAT([] { FBetaScore({.beta = 0.0f}); },
              Raises("FBetaScore: beta must be finite and > 0. Received: beta=0."));
  EXPECT_THAT([] { F1Score({.threshold = 0.0f}); },
              Raises("F1Score: threshold must lie in (0, 1]. Received: threshold=0."));
  EXPECT_THAT([] { F1Score()(ops::ones({3}), ops::ones({3})); },
              Raises<ShapeError>("f1_score: y_true and y_pred must have the same shape, (samples, "
                                 "classes). Received: y_true.shape=(3,), y_pred.shape=(3,)."));
  F1Score metric;
  metric.update_state(ops::ones({2, 3}), ops::ones({2, 3}));
  EXPECT_THROW(metric.update_state(ops::ones({2, 4}), ops::ones({2, 4})), ShapeError);
}

TEST(R2Score, IsZeroForTheMeanAndForTargetsThatDoNotVary) {
  const Tensor y_true({3, 1}, {1, 2, 3});
  EXPECT_NEAR(R2Score()(y_true, y_true), 1.0, 1e-12);
  EXPECT_NEAR(R2Score()(y_true, ops::full({3, 1}, 2.0f)), 0.0, 1e-12);
  EXPECT_EQ(R2Score()(ops::ones({3, 1}), y_true), 0.0);
  EXPECT_EQ(R2Score()(ops::ones({3, 1}), ops::ones({3, 1})), 0.0);
}

TEST(R2Score, RefusesBadOptionsAndShapes) {
  EXPECT_THAT([] { R2Score({.class_aggregation = "sum"}); },
              Raises("R2Score: class_aggregation must be uniform_average, "
                     "variance_weighted_average, or none. Received: class_aggregation=sum."));
  EXPECT_THAT([] { R2Score({.num_regressors = -1}); },
              Raises("R2Score: num_regressors must be >= 0. Received: num_regressors=-1."));
  EXPECT_THAT([] { R2Score()(ops::ones({3}), ops::ones({3})); },
              Raises<ShapeError>("r2_score: y_true and y_pred must have the same shape, (samples, "
                                 "outputs). Received: y_true.shape=(3,), y_pred.shape=(3,)."));
}

TEST(Correlation, GradientsMatchCentralDifferences) {
  const Tensor y_true({2, 3}, {0.2f, 1.3f, 0.6f, 0.9f, 0.4f, 0.3f});
  const Tensor y_pred({2, 3}, {0.5f, 0.7f, 0.8f, 0.3f, 0.9f, 0.6f});
  for (const auto formula : {ops::pearson_correlation, ops::concordance_correlation}) {
    EXPECT_LT(gradient_gap([&](const std::vector<Tensor>& x) { return formula(x[0], x[1], -1); },
                           {y_true, y_pred}, 2e-3f),
              2e-3);
  }
}

TEST(PearsonCorrelation, OfALineIsOneOrMinusOne) {
  const Tensor y({2, 3}, {1, 2, 4, 3, 1, 2});
  EXPECT_NEAR(PearsonCorrelation()(y, 2.0f * y + 1.0f), 1.0, 1e-6);
  EXPECT_NEAR(PearsonCorrelation()(y, 3.0f - y), -1.0, 1e-6);
  EXPECT_NEAR(metrics::ConcordanceCorrelation()(y, y), 1.0, 1e-6);
  EXPECT_LT(metrics::ConcordanceCorrelation()(y, 2.0f * y + 1.0f), 0.9);
}

TEST(IoU, IsTheShareOfTheUnion) {
  const Tensor y_true({4}, {0, 0, 1, 1});
  const Tensor y_pred({4}, {0, 1, 0, 1});
  EXPECT_NEAR(MeanIoU({.num_classes = 2})(y_true, y_pred), 1.0 / 3.0, 1e-6);
  EXPECT_NEAR(IoU({.num_classes = 2, .target_class_ids = {0}})(
                  y_true, y_pred, Tensor({4}, {0.3f, 0.3f, 0.3f, 0.1f})),
              1.0 / 3.0, 1e-6);
  EXPECT_NEAR(BinaryIoU({.threshold = 0.3f})(y_true, Tensor({4}, {0.1f, 0.2f, 0.4f, 0.7f})), 1.0,
              1e-6);
}

TEST(IoU, TakesClassesAlongItsAxis) {
  const Tensor labels({1, 2, 2}, {0, 1, 2, 1});
  const Tensor one_hot = ops::one_hot(labels, 3);
  const Tensor first = ops::transpose(one_hot, {0, 3, 1, 2});
  EXPECT_NEAR(OneHotMeanIoU({.num_classes = 3, .axis = 1})(first, first), 1.0, 1e-6);
  EXPECT_NEAR(OneHotIoU({.num_classes = 3, .target_class_ids = {2}})(one_hot, one_hot), 1.0, 1e-6);
  const Tensor per_image({1}, {0.5f});
  EXPECT_NEAR(MeanIoU({.num_classes = 3, .sparse_y_pred = false})(labels, one_hot, per_image), 1.0,
              1e-6);
}

TEST(IoU, LeavesOutClassesThatAreNotThere) {
  EXPECT_NEAR(MeanIoU({.num_classes = 5})(ops::ones({4}), ops::ones({4})), 1.0, 1e-6);
  EXPECT_EQ(MeanIoU({.num_classes = 2})(Tensor({2}, {-1, 7}), Tensor({2}, {0, 1})), 0.0);
}

TEST(IoU, RefusesBadOptionsAndLabels) {
  EXPECT_THAT([] { MeanIoU({.num_classes = 0}); },
              Raises("MeanIoU: num_classes must be a positive integer. Received: num_classes=0."));
  EXPECT_THAT(
      [] {
        IoU({.num_classes = 2, .target_class_ids = {0, 2}});
      },
      Raises("IoU: target_class_ids must lie in [0, 2). Received: target_class_ids=2."));
  EXPECT_THAT([] { BinaryIoU({.target_class_ids = {}}); },
              Raises("BinaryIoU: target_class_ids must name a class. Received: none."));
  EXPECT_THAT(
      [] {
        MeanIoU({.num_classes = 2})(ops::ones({2}), Tensor({2}, {1, 0.7f}));
      },
      Raises<InvalidArgument>(
          "mean_io_u: y_pred must hold labels, whole numbers, unless its sparse_y_pred is "
          "false. Received: y_pred[1]=0.7."));
  EXPECT_THAT(
      [] {
        MeanIoU({.num_classes = 2})(ops::ones({2}), ops::ones({2, 2}));
      },
      Raises<ShapeError>(
          "mean_io_u: y_true and y_pred must have one class for each position, or a class "
          "axis if they are not sparse. Received: y_true.shape=(2,), y_pred.shape=(2, "
          "2)."));
}

TEST(Mean, IsOfAnyValues) {
  metrics::Mean mean;
  mean.update_state(Tensor({4}, {1, 3, 5, 7}));
  EXPECT_EQ(mean.result(), 4.0);
  mean.reset_state();
  EXPECT_EQ(mean(Tensor({4}, {1, 3, 5, 7}), Tensor({4}, {1, 1, 0, 0})), 2.0);
  metrics::Mean other;
  other.update_state(8);
  mean.merge_state(other);
  EXPECT_EQ(mean.result(), 4.0);
}

TEST(Sum, IsOfAnyValues) {
  metrics::Sum sum;
  sum.update_state(Tensor({4}, {1, 3, 5, 7}));
  sum.update_state(Tensor({2, 2}, {1, 3, 5, 7}), Tensor({2}, {1, 0.5f}));
  EXPECT_EQ(sum.result(), 26.0);
  metrics::Sum restored;
  restored.set_state(sum.get_state());
  restored.merge_state(sum);
  EXPECT_EQ(restored.result(), 52.0);
  EXPECT_EQ(metrics::Sum()(ops::ones({3}), 2.0f), 6.0);
}

TEST(Sum, TakesNoTargets) {
  const MetricSpec metric("sum");
  EXPECT_THAT([&] { metric->update_state(ops::ones({1}), ops::ones({1})); },
              Raises<StateError>("sum: a metric of values takes no targets and predictions: call "
                                 "update_state(values, sample_weight) of the object itself. "
                                 "Received: y_true, y_pred and sample_weight."));
}

TEST(MeanMetricWrapper, IsTheMeanOfAFunctionUnderItsName) {
  const auto bias = [](const Tensor& y_true, const Tensor& y_pred) { return y_pred - y_true; };
  MeanMetricWrapper metric(bias, {.name = "bias"});
  EXPECT_EQ(metric(Tensor({2}, {1, 2}), Tensor({2}, {2, 5}), Tensor({2}, {3, 1})), 1.5);
  EXPECT_EQ(metric.name(), "bias");
  EXPECT_EQ(MeanMetricWrapper(bias).name(), "mean_metric_wrapper");
  EXPECT_EQ(MeanMetricWrapper(ops::mean_squared_error)(ops::zeros({2, 1}), ops::ones({2, 1})), 1.0);
  MeanMetricWrapper other(bias);
  other.update_state(Tensor({4}, {0, 0, 0, 0}), Tensor({4}, {1, 1, 1, 1}));
  metric.merge_state(other);
  EXPECT_EQ(metric.result(), 1.25);
  EXPECT_THAT([&] { metric.get_config(); },
              Raises("MeanMetricWrapper: fn can be written into a config only when registered: use "
                     "what register_serializable({.package = …, .name = …}, callable) returns. "
                     "Received: a nameless callable."));
  EXPECT_THAT([] { MeanMetricWrapper empty{Metric::Function()}; },
              Raises("MeanMetricWrapper: fn must be callable. Received: an empty function."));
}

TEST(MeanMetricWrapper, OfARegisteredFunctionRoundTrips) {
  const auto bias = register_serializable(
      {.package = "scores_test", .name = "bias"},
      [](const Tensor& y_true, const Tensor& y_pred) { return y_pred - y_true; });
  const MeanMetricWrapper metric(bias, {.name = "mine"});
  const Config config = metrics::serialize(metric);
  EXPECT_EQ(config.at("config").at("fn").at("class_name"), "function");
  const MetricSpec read = metrics::deserialize(config);
  EXPECT_EQ(metrics::serialize(read), config);
  EXPECT_EQ((*read)(ops::zeros({2}), ops::ones({2})), 1.0);
  MeanMetricWrapper same(bias);
  EXPECT_NO_THROW(same.merge_state(metric));
}

TEST(MeanMetricWrapper, TakesABuiltInFunctionFromAConfigOfKeras) {
  const Config config = Config::parse(
      R"({"module": "keras.metrics", "class_name": "MeanMetricWrapper",
          "config": {"name": "error", "dtype": "float32",
                     "fn": {"module": "builtins", "class_name": "function",
                            "config": "mean_absolute_error", "registered_name": "function"}},
          "registered_name": "MeanMetricWrapper"})");
  const MetricSpec error = metrics::deserialize(config);
  EXPECT_EQ(error->name(), "error");
  EXPECT_EQ((*error)(ops::zeros({2, 1}), Tensor({2, 1}, {1, 2}), Tensor({2}, {3, 1})), 1.25);
  EXPECT_EQ(metrics::serialize(error).at("config"), config.at("config"));
  EXPECT_FALSE(error->larger_is_better());
  const MetricSpec share = metrics::deserialize(Config::parse(
      R"({"class_name": "MeanMetricWrapper", "config": {"name": "share", "fn": "binary_accuracy"}})"));
  EXPECT_EQ((*share)(ops::ones({2, 1}), Tensor({2, 1}, {1, 0})), 0.5);
  EXPECT_TRUE(share->larger_is_better());
  const MetricSpec same = metrics::deserialize(metrics::serialize(share));
  EXPECT_NO_THROW(share->merge_state(*same));
}

TEST(MeanMetricWrapper, RefusesAFunctionThatIsNoMean) {
  const auto read = [](const char* fn) {
    return [fn] {
      metrics::deserialize(Config{{"class_name", "MeanMetricWrapper"}, {"config", {{"fn", fn}}}});
    };
  };
  EXPECT_THAT(read("auc"),
              Raises("MeanMetricWrapper: fn must be a function that was registered, or name a "
                     "built-in metric that is a mean. Received: fn=\"auc\"."));
  EXPECT_THAT(read("mystery"), testing::RaisesWith("mystery"));
}

TEST(ScoreMetric, ConfigsAreThoseOfKerasAndRoundTrip) {
  const std::vector<std::pair<MetricSpec, const char*>> configs = {
      {F1Score({.average = "macro"}),
       R"({"name":"f1_score","dtype":"float32","average":"macro","threshold":null})"},
      {FBetaScore({.beta = 2.0f, .threshold = 0.5f}),
       R"({"name":"fbeta_score","dtype":"float32","average":null,"beta":2.0,"threshold":0.5})"},
      {R2Score({.class_aggregation = std::nullopt, .num_regressors = 2}),
       R"({"name":"r2_score","dtype":"float32","class_aggregation":null,"num_regressors":2})"},
      {PearsonCorrelation({.axis = 0}),
       R"({"name":"pearson_correlation","dtype":"float32","axis":0})"},
      {IoU({.num_classes = 2, .target_class_ids = {0}}),
       R"({"name":"io_u","dtype":"int32","num_classes":2,"target_class_ids":[0],)"
       R"("ignore_class":null,"sparse_y_true":true,"sparse_y_pred":true,"axis":-1})"},
      {MeanIoU({.num_classes = 3, .ignore_class = 255}),
       R"({"name":"mean_io_u","dtype":"int32","num_classes":3,"ignore_class":255,)"
       R"("sparse_y_true":true,"sparse_y_pred":true,"axis":-1})"},
      {BinaryIoU(),
       R"({"name":"binary_io_u","dtype":"int32","target_class_ids":[0,1],"threshold":0.5})"},
      {OneHotIoU({.num_classes = 3, .target_class_ids = {1}}),
       R"({"name":"one_hot_io_u","dtype":"int32","num_classes":3,"target_class_ids":[1],)"
       R"("ignore_class":null,"sparse_y_pred":false,"axis":-1})"},
      {OneHotMeanIoU({.num_classes = 3}),
       R"({"name":"one_hot_mean_io_u","dtype":"int32","num_classes":3,"ignore_class":null,)"
       R"("sparse_y_pred":false,"axis":-1})"},
      {metrics::Mean(), R"({"name":"mean","dtype":"float32"})"},
      {metrics::Sum({.name = "total"}), R"({"name":"total","dtype":"float32"})"}};
  for (const auto& [metric, text] : configs) {
    const Config config = metrics::serialize(metric);
    EXPECT_EQ(config.at("config").dump(), text);
    EXPECT_EQ(metrics::serialize(metrics::deserialize(config)), config);
  }
}

}  // namespace
}  // namespace strata::testing
