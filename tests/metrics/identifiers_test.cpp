// The strings that name metrics, alone and in configs.
#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/metrics/metric.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

TEST(MetricIdentifier, IsTheNameItIsLoggedUnder) {
  for (const char* name : {"mse", "MSE", "mean_squared_error", "MeanSquaredError"}) {
    const MetricSpec metric(name);
    EXPECT_EQ(metric->name(), name);
    EXPECT_EQ(metrics::serialize(metric).at("class_name"), "MeanSquaredError");
  }
}

TEST(MetricIdentifier, MayBeTheSnakeCaseOfAnyClass) {
  for (const char* name :
       {"root_mean_squared_error", "log_cosh_error", "kl_divergence", "top_k_categorical_accuracy",
        "sparse_top_k_categorical_accuracy", "BinaryCrossentropy", "bce", "hinge"}) {
    EXPECT_EQ(MetricSpec(name)->name(), name);
  }
}

TEST(MetricIdentifier, UnknownListsTheKnownOnes) {
  EXPECT_THAT(
      [] { MetricSpec("kld"); },
      Raises<InvalidArgument>(
          "Metric: unknown identifier; did you mean KLDivergence? Known are accuracy, acc, "
          "MeanSquaredError, "
          "mean_squared_error, mse, MSE, RootMeanSquaredError, root_mean_squared_error, "
          "MeanAbsoluteError, mean_absolute_error, mae, MAE, MeanAbsolutePercentageError, "
          "mean_absolute_percentage_error, mape, MAPE, MeanSquaredLogarithmicError, "
          "mean_squared_logarithmic_error, msle, MSLE, CosineSimilarity, cosine_similarity, "
          "LogCoshError, log_cosh_error, BinaryAccuracy, binary_accuracy, CategoricalAccuracy, "
          "categorical_accuracy, SparseCategoricalAccuracy, sparse_categorical_accuracy, "
          "TopKCategoricalAccuracy, top_k_categorical_accuracy, SparseTopKCategoricalAccuracy, "
          "sparse_top_k_categorical_accuracy, BinaryCrossentropy, binary_crossentropy, bce, BCE, "
          "CategoricalCrossentropy, categorical_crossentropy, SparseCategoricalCrossentropy, "
          "sparse_categorical_crossentropy, KLDivergence, kl_divergence, Poisson, poisson, Hinge, "
          "hinge, SquaredHinge, squared_hinge, CategoricalHinge, categorical_hinge, "
          "AUC, auc, BinaryIoU, binary_io_u, ConcordanceCorrelation, concordance_correlation, "
          "F1Score, f1_score, FBetaScore, f_beta_score, FalseNegatives, false_negatives, "
          "FalsePositives, false_positives, IoU, io_u, Mean, mean, MeanIoU, mean_io_u, "
          "MeanMetricWrapper, mean_metric_wrapper, OneHotIoU, one_hot_io_u, OneHotMeanIoU, "
          "one_hot_mean_io_u, PearsonCorrelation, pearson_correlation, Precision, precision, "
          "PrecisionAtRecall, precision_at_recall, R2Score, r2_score, Recall, recall, "
          "RecallAtPrecision, recall_at_precision, SensitivityAtSpecificity, "
          "sensitivity_at_specificity, SpecificityAtSensitivity, specificity_at_sensitivity, Sum, "
          "sum, TrueNegatives, true_negatives, TruePositives, true_positives. Received: kld."));
}

TEST(MetricIdentifier, OfALossAloneIsUnknown) {
  for (const char* name : {"kld", "ce", "crossentropy", "huber", "log_cosh", ""})
    EXPECT_THROW(MetricSpec{name}, InvalidArgument) << name;
}

TEST(MetricIdentifier, AccuracyChoosesByShapes) {
  const Tensor scores({2, 3}, {0.1f, 0.9f, 0.8f, 0.05f, 0.95f, 0});
  const Tensor chances({2, 1}, {0.9f, 0.8f});
  for (const char* name : {"accuracy", "acc", "Accuracy", "ACC"}) {
    EXPECT_EQ((*MetricSpec(name))(Tensor({2, 1}, {1, 0}), chances), 0.5) << "binary";
    EXPECT_EQ((*MetricSpec(name))(Tensor({2}, {1, 0}), chances), 0.5) << "binary, a vector";
    EXPECT_EQ((*MetricSpec(name))(Tensor({2}, {2, 1}), scores), 0.5) << "labels";
    EXPECT_EQ((*MetricSpec(name))(Tensor({2, 1}, {2, 1}), scores), 0.5) << "labels, a column";
    EXPECT_EQ((*MetricSpec(name))(Tensor({2, 3}, {0, 0, 1, 0, 1, 0}), scores), 0.5) << "one-hot";
    EXPECT_EQ(MetricSpec(name)->name(), name);
  }
}

TEST(MetricIdentifier, AccuracyMayMeetOtherShapesAfterAReset) {
  const MetricSpec metric("accuracy");
  metric->update_state(Tensor({1, 1}, {1}), Tensor({1, 1}, {0.2f}));
  metric->reset_state();
  metric->update_state(Tensor({1}, {2}), Tensor({1, 3}, {0, 0, 1}));
  EXPECT_EQ(metric->result(), 1.0);
}

TEST(MetricIdentifier, AccuracyStaysAStringInConfigs) {
  const MetricSpec metric("acc");
  metric->set_name("acc_1");
  EXPECT_EQ(metrics::serialize(metric), Config("acc"));
  EXPECT_TRUE(metrics::deserialize("accuracy")->larger_is_better());
}

TEST(MetricIdentifier, MayBeAFunctionInAConfigOfKeras) {
  const MetricSpec metric = metrics::deserialize({{"module", "builtins"},
                                                  {"class_name", "function"},
                                                  {"config", "mean_absolute_error"},
                                                  {"registered_name", "function"}});
  EXPECT_EQ(metric->name(), "mean_absolute_error");
}

TEST(MetricIdentifier, OfAMetricThatNeedsMoreIsRefused) {
  const auto refuses = [](const char* name, const std::string& needs) {
    EXPECT_THAT([=] { MetricSpec{name}; },
                Raises<InvalidArgument>(needs + ". Received: {\"name\":\"" + name + "\"}."));
  };
  refuses("mean_io_u", "MeanIoU: a config needs num_classes");
  refuses("io_u", "IoU: a config needs num_classes");
  refuses("OneHotIoU", "OneHotIoU: a config needs num_classes");
  refuses("one_hot_mean_io_u", "OneHotMeanIoU: a config needs num_classes");
  refuses("precision_at_recall", "PrecisionAtRecall: a config needs a recall");
  refuses("recall_at_precision", "RecallAtPrecision: a config needs a precision");
  refuses("SensitivityAtSpecificity", "SensitivityAtSpecificity: a config needs a specificity");
  refuses("specificity_at_sensitivity", "SpecificityAtSensitivity: a config needs a sensitivity");
  refuses("mean_metric_wrapper", "MeanMetricWrapper: a config needs a fn");
}

TEST(MetricIdentifier, SaysWhichWayIsBetter) {
  for (const char* name :
       {"auc", "precision", "recall", "f1_score", "f_beta_score", "binary_io_u", "r2_score",
        "pearson_correlation", "concordance_correlation", "true_positives", "true_negatives",
        "accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy",
        "top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy", "cosine_similarity"})
    EXPECT_TRUE(MetricSpec(name)->larger_is_better()) << name;
  for (const char* name :
       {"mse", "root_mean_squared_error", "mae", "mape", "msle", "log_cosh_error", "bce", "hinge",
        "categorical_crossentropy", "sparse_categorical_crossentropy", "kl_divergence", "poisson",
        "false_positives", "false_negatives", "mean", "sum"})
    EXPECT_FALSE(MetricSpec(name)->larger_is_better()) << name;
}

}  // namespace
}  // namespace strata::testing
