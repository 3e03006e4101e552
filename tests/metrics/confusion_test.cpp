// Counts at thresholds, precision, recall, rates at rates, and areas under curves.
#include <gtest/gtest.h>

#include <cmath>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/metrics/auc.hpp"
#include "strata/metrics/confusion_counts.hpp"
#include "strata/metrics/precision.hpp"
#include "strata/metrics/rate_at_rate.hpp"
#include "strata/metrics/recall.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using metrics::AUC;
using metrics::FalseNegatives;
using metrics::FalsePositives;
using metrics::Precision;
using metrics::PrecisionAtRecall;
using metrics::Recall;
using metrics::SensitivityAtSpecificity;
using metrics::TrueNegatives;
using metrics::TruePositives;

const Tensor kTrue({4}, {0, 1, 1, 1});
const Tensor kPred({4}, {0.6f, 0.4f, 0.9f, 0.5f});

TEST(ConfusionCount, CountsAboveTheThresholdOnly) {
  EXPECT_EQ(TruePositives()(kTrue, kPred), 1.0);  // 0.5 is not above 0.5
  EXPECT_EQ(FalsePositives()(kTrue, kPred), 1.0);
  EXPECT_EQ(FalseNegatives()(kTrue, kPred), 2.0);
  EXPECT_EQ(TrueNegatives()(kTrue, kPred), 0.0);
  EXPECT_EQ(TruePositives()(kTrue, kPred, Tensor({4}, {1, 1, 0.5f, 1})), 0.5);
}

TEST(ConfusionCount, HasOneResultForEachThresholdInTheirOrder) {
  TruePositives metric({.thresholds = {0.8f, 0.1f, 0.45f}});
  EXPECT_THAT(metric.results(), IsClose(ops::zeros({3})));
  metric.update_state(kTrue, kPred);
  EXPECT_THAT(metric.results(), IsClose(Tensor({3}, {1, 3, 2})));
  EXPECT_EQ(metric.result(), 2.0);
}

TEST(ConfusionCount, TakesNaNForNoAnswerAtAnyThreshold) {
  const Tensor gone_bad({4}, {NAN, NAN, 0.9f, 0.9f});
  for (const NumberList& thresholds : {NumberList{0.0f}, NumberList{0, 0.5f, 1}}) {
    FalseNegatives metric({.thresholds = thresholds});
    metric.update_state(kTrue, gone_bad);
    EXPECT_EQ(metric.results().values()[0], 1.0f);
  }
}

TEST(Precision, OfNothingIsZero) {
  EXPECT_EQ(Precision().result(), 0.0);
  EXPECT_EQ(Precision()(kTrue, ops::zeros({4})), 0.0);
  EXPECT_EQ(Recall()(ops::zeros({4}), kPred), 0.0);
}

TEST(Precision, LooksAtTheKLargestAndOneClass) {
  const Tensor y_true({2, 3}, {1, 0, 1, 0, 1, 0});
  const Tensor y_pred({2, 3}, {0.3f, 0.2f, 0.1f, 0.1f, 0.2f, 0.3f});
  EXPECT_EQ(Precision({.top_k = 1})(y_true, y_pred), 0.5);
  EXPECT_NEAR(Recall({.top_k = 2})(y_true, y_pred), 2.0 / 3.0, 1e-12);
  EXPECT_EQ(Recall({.top_k = 2, .class_id = 1})(y_true, y_pred), 1.0);
  EXPECT_EQ(Precision({.thresholds = 0.25f, .top_k = 2})(y_true, y_pred), 0.5);
}

TEST(Precision, OfEqualPredictionsTakesTheFirst) {
  const Tensor y_true({1, 3}, {0, 1, 1});
  EXPECT_EQ(Precision({.top_k = 2})(y_true, ops::ones({1, 3})), 0.5);
}

TEST(Precision, RefusesBadOptionsAndShapes) {
  EXPECT_THAT(
      [] {
        Precision({.thresholds = {0.5f, 1.5f}});
      },
      Raises<InvalidArgument>(
          "Precision: thresholds must lie in [0, 1]. Received: thresholds=1.5."));
  EXPECT_THAT([] { TruePositives({.thresholds = -1}); },
              Raises<InvalidArgument>(
                  "TruePositives: thresholds must lie in [0, 1]. Received: thresholds=-1."));
  EXPECT_THAT(
      [] { Recall({.top_k = 0}); },
      Raises<InvalidArgument>("Recall: top_k must be a positive integer. Received: top_k=0."));
  EXPECT_THAT([] { Recall({.class_id = -1}); },
              Raises<InvalidArgument>("Recall: class_id must be >= 0. Received: class_id=-1."));
  EXPECT_THAT(
      [] {
        Precision({.top_k = 5})(ops::ones({2, 3}), ops::ones({2, 3}));
      },
      Raises<ShapeError>("precision: top_k must be at most the last extent of y_pred. "
                         "Received: top_k=5, y_pred.shape=(2, 3)."));
  EXPECT_THAT(
      [] {
        Precision({.class_id = 3})(ops::ones({2, 3}), ops::ones({2, 3}));
      },
      Raises<ShapeError>("precision: class_id must be a class of the last axis of y_pred, "
                         "(samples, classes). Received: class_id=3, y_pred.shape=(2, 3)."));
  EXPECT_THAT(
      [] {
        Precision()(ops::ones({2, 4}), ops::ones({2, 3}));
      },
      Raises<ShapeError>("precision: y_true and y_pred must have the same shape, of rank 1 "
                         "or more. Received: y_true.shape=(2, 4), y_pred.shape=(2, 3)."));
  EXPECT_THAT(
      [] {
        Precision()(Tensor({2}, {0, NAN}), ops::ones({2}));
      },
      Raises<InvalidArgument>("precision: targets must not be NaN. Received: y_true[1]=nan."));
  EXPECT_THAT([] { Precision()(kTrue, kPred, ops::ones({3})); },
              Raises<ShapeError>("precision: sample_weight must have one weight per sample, or one "
                                 "per value. Received: sample_weight.shape=(3,), values of shape "
                                 "(4,)."));
}

TEST(Precision, StateIsThatOfItsOptions) {
  Precision metric;
  metric.update_state(kTrue, kPred);
  EXPECT_THAT(
      [&] {
        metric.set_state({1, 2, 3});
      },
      Raises<InvalidArgument>("precision: the state must be 4 sums. Received: 3 numbers."));
  EXPECT_THROW(metric.merge_state(Precision({.thresholds = 0.3f})), InvalidArgument);
  EXPECT_EQ(metric.result(), 0.5);
}

TEST(RateAtRate, IsTheBestWhereTheOtherOneIsHighEnough) {
  const Tensor y_true({5}, {0, 0, 0, 1, 1});
  const Tensor y_pred({5}, {0, 0.3f, 0.8f, 0.3f, 0.8f});
  EXPECT_EQ(SensitivityAtSpecificity({.specificity = 0.5f})(y_true, y_pred), 0.5);
  EXPECT_EQ(PrecisionAtRecall({.recall = 0.8f})(kTrue, kPred), 0.75);
  EXPECT_EQ(SensitivityAtSpecificity({.specificity = 1.0f})(ops::ones({2}), ops::ones({2})), 0.0);
}

TEST(RateAtRate, ComparesAsFloat) {
  const Tensor y_true({5}, {0, 0, 0, 0, 0});
  const Tensor y_pred({5}, {0.9f, 0.9f, 0.1f, 0.1f, 0.1f});
  const metrics::SpecificityAtSensitivity any({.sensitivity = 0.0f, .num_thresholds = 1});
  metrics::SpecificityAtSensitivity metric = any;
  EXPECT_EQ(metric(y_true, y_pred), 0.6);
  EXPECT_EQ(SensitivityAtSpecificity({.specificity = 0.6f, .num_thresholds = 1})(
                Tensor({6}, {0, 0, 0, 0, 0, 1}), Tensor({6}, {0.9f, 0.9f, 0.1f, 0.1f, 0.1f, 1})),
            1.0);
}

TEST(RateAtRate, RefusesBadOptions) {
  EXPECT_THAT([] { PrecisionAtRecall({.recall = 1.5f}); },
              Raises("PrecisionAtRecall: recall must lie in [0, 1]. Received: recall=1.5."));
  EXPECT_THAT([] { SensitivityAtSpecificity({.specificity = 0.5f, .num_thresholds = 0}); },
              Raises("SensitivityAtSpecificity: num_thresholds must be a positive integer. "
                     "Received: num_thresholds=0."));
}

TEST(AUC, OfARankingThatIsRightIsOne) {
  EXPECT_NEAR(AUC()(Tensor({4}, {0, 0, 1, 1}), Tensor({4}, {0.1f, 0.2f, 0.6f, 0.7f})), 1.0, 1e-12);
  EXPECT_NEAR(AUC()(Tensor({4}, {1, 1, 0, 0}), Tensor({4}, {0.1f, 0.2f, 0.6f, 0.7f})), 0.0, 1e-12);
  EXPECT_NEAR(
      AUC({.num_thresholds = 3})(Tensor({4}, {0, 0, 1, 1}), Tensor({4}, {0, 0.5f, 0.3f, 0.9f})),
      0.75, 1e-12);
}

TEST(AUC, OfSeveralLabelsIsTheirMean) {
  const Tensor y_true({4, 2}, {0, 1, 0, 1, 1, 0, 1, 0});
  const Tensor y_pred({4, 2}, {0.1f, 0.1f, 0.2f, 0.2f, 0.6f, 0.6f, 0.7f, 0.7f});
  EXPECT_NEAR(AUC({.multi_label = true})(y_true, y_pred), 0.5, 1e-12);
  EXPECT_NEAR(AUC({.multi_label = true, .label_weights = {3, 1}})(y_true, y_pred), 0.75, 1e-12);
  AUC counted({.multi_label = true, .num_labels = 2});
  EXPECT_EQ(counted.result(), 0.0);
  EXPECT_THAT(
      [&] {
        counted(ops::ones({2, 3}), ops::ones({2, 3}));
      },
      Raises<ShapeError>("auc: y_pred must be (samples, labels), with as many labels as "
                         "num_labels and label_weights say. Received: y_pred.shape=(2, 3), "
                         "num_labels=2, 0 label_weights."));
}

TEST(AUC, RefusesAnotherNumberOfLabelsUntilItIsReset) {
  AUC metric({.multi_label = true});
  metric.update_state(ops::ones({2, 3}), ops::ones({2, 3}));
  EXPECT_THAT(
      [&] {
        metric.update_state(ops::ones({2, 2}), ops::ones({2, 2}));
      },
      Raises<ShapeError>("auc: all batches must have the same number of classes. Received: "
                         "2 classes after batches of 3."));
  metric.reset_state();
  EXPECT_NO_THROW(metric.update_state(ops::ones({2, 2}), ops::ones({2, 2})));
}

TEST(AUC, RefusesBadOptions) {
  EXPECT_THAT([] { AUC({.curve = "Roc"}); },
              Raises("AUC: curve must be one of ROC, PR, PRGAIN. Received: curve=Roc."));
  EXPECT_THAT([] { AUC({.summation_method = "left"}); },
              Raises("AUC: summation_method must be one of interpolation, minoring, majoring. "
                     "Received: summation_method=left."));
  EXPECT_THAT([] { AUC({.num_thresholds = 1}); },
              Raises("AUC: num_thresholds must be an integer > 1. Received: num_thresholds=1."));
  EXPECT_THAT(
      [] {
        AUC({.thresholds = {0.5f, 2}});
      },
      Raises("AUC: thresholds must lie in [0, 1]. Received: thresholds=2."));
  EXPECT_THAT([] { AUC({.num_labels = 3}); },
              Raises("AUC: num_labels is needed only if multi_label is true. Received: "
                     "num_labels=3."));
  EXPECT_THAT(
      [] {
        AUC({.label_weights = {1, -1}});
      },
      Raises("AUC: label_weights must be finite and >= 0. Received: label_weights=-1."));
}

TEST(ConfusionMetric, ConfigsAreThoseOfKerasAndRoundTrip) {
  const std::vector<std::pair<MetricSpec, const char*>> configs = {
      {TruePositives(), R"({"name":"true_positives","dtype":"float32","thresholds":null})"},
      {FalseNegatives({.thresholds = {0.25f, 0.5f}}),
       R"({"name":"false_negatives","dtype":"float32","thresholds":[0.25,0.5]})"},
      {Precision({.thresholds = 0.3f}),
       R"({"name":"precision","dtype":"float32","thresholds":0.3,"top_k":null,"class_id":null})"},
      {Recall({.top_k = 2, .class_id = 1, .name = "mine"}),
       R"({"name":"mine","dtype":"float32","thresholds":null,"top_k":2,"class_id":1})"},
      {SensitivityAtSpecificity({.specificity = 0.5f}),
       R"({"name":"sensitivity_at_specificity","dtype":"float32","class_id":null,)"
       R"("num_thresholds":200,"specificity":0.5})"},
      {PrecisionAtRecall({.recall = 0.5f, .num_thresholds = 7, .class_id = 1}),
       R"({"name":"precision_at_recall","dtype":"float32","class_id":1,"num_thresholds":7,)"
       R"("recall":0.5})"},
      {AUC({.curve = "pr"}),
       R"({"name":"auc","dtype":"float32","num_thresholds":200,"curve":"PR",)"
       R"("summation_method":"interpolation","multi_label":false,"num_labels":null,)"
       R"("label_weights":null,"from_logits":false})"},
      {AUC({.thresholds = {0.3f, 0.6f}, .multi_label = true, .label_weights = {1, 2}}),
       R"({"name":"auc","dtype":"float32","num_thresholds":4,"curve":"ROC",)"
       R"("summation_method":"interpolation","multi_label":true,"num_labels":null,)"
       R"("label_weights":[1.0,2.0],"from_logits":false,"thresholds":[0.3,0.6]})"}};
  for (const auto& [metric, text] : configs) {
    const Config config = metrics::serialize(metric);
    EXPECT_EQ(config.at("config").dump(), text);
    EXPECT_EQ(metrics::serialize(metrics::deserialize(config)), config);
  }
}

TEST(AUC, ReadsLabelWeightsAsKerasStoresArrays) {
  const Config array = {{"class_name", "__tensor__"},
                        {"config", {{"value", {1.0, 2.0}}, {"dtype", "float32"}}}};
  const AUC metric = AUC::from_config({{"multi_label", true}, {"label_weights", array}});
  EXPECT_EQ(metric.get_config().at("label_weights"), Config({1.0, 2.0}));
}

}  // namespace
}  // namespace strata::testing
