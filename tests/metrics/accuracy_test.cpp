// The accuracies: what counts as right, and what NaN does.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "strata/core/errors.hpp"
#include "strata/metrics/binary_accuracy.hpp"
#include "strata/metrics/formula_metric.hpp"
#include "strata/metrics/sparse_top_k_categorical_accuracy.hpp"
#include "strata/metrics/top_k_categorical_accuracy.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using metrics::BinaryAccuracy;
using metrics::CategoricalAccuracy;
using metrics::SparseCategoricalAccuracy;
using metrics::SparseTopKCategoricalAccuracy;
using metrics::TopKCategoricalAccuracy;

const Tensor kScores({2, 3}, {0.1f, 0.9f, 0.8f, 0.05f, 0.95f, 0});

TEST(Accuracy, IsTheShareOfEqualElements) {
  const Tensor y_true({4, 1}, {1, 2, 3, 4});
  const Tensor y_pred({4, 1}, {0, 2, 3, 4});
  EXPECT_EQ(metrics::Accuracy()(y_true, y_pred), 0.75);
  EXPECT_EQ(metrics::Accuracy()(y_true, y_pred, Tensor({4}, {1, 1, 0, 0})), 0.5);
}

TEST(BinaryAccuracy, SaysYesAboveTheThresholdOnly) {
  const Tensor y_true({4, 1}, {1, 1, 0, 0});
  EXPECT_EQ(BinaryAccuracy()(y_true, Tensor({4, 1}, {0.98f, 0.5f, 0.5f, 0.6f})), 0.5);
  EXPECT_EQ(BinaryAccuracy({.threshold = 0.7f})(y_true, Tensor({4, 1}, {0.9f, 0.8f, 0.6f, 0.7f})),
            1.0);
}

TEST(BinaryAccuracy, OfSeveralAnswersIsTheirShare) {
  const Tensor y_true({2, 2}, {1, 0, 1, 1});
  const Tensor y_pred({2, 2}, {0.9f, 0.9f, 0.9f, 0.9f});
  EXPECT_EQ(BinaryAccuracy()(y_true, y_pred), 0.75);
  EXPECT_EQ(BinaryAccuracy()(y_true, y_pred, Tensor({2}, {1, 0})), 0.5);
}

TEST(BinaryAccuracy, AlignsAVectorWithAColumn) {
  EXPECT_EQ(BinaryAccuracy()(Tensor({2}, {1, 0}), Tensor({2, 1}, {0.9f, 0.8f})), 0.5);
}

TEST(BinaryAccuracy, TakesNoNaNForAnAnswer) {
  EXPECT_EQ(BinaryAccuracy()(Tensor({3, 1}, {0, 1, 0}), Tensor({3, 1}, {NAN, NAN, 0.1f})),
            1.0 / 3.0);
}

TEST(BinaryAccuracy, RefusesAThresholdOutsideZeroToOne) {
  EXPECT_THAT([] { BinaryAccuracy({.threshold = 1.0f}); },
              Raises<InvalidArgument>("BinaryAccuracy: threshold must lie in (0, 1). Received: "
                                      "threshold=1."));
}

TEST(CategoricalAccuracy, ComparesTheLargest) {
  const Tensor y_true({2, 3}, {0, 0, 1, 0, 1, 0});
  EXPECT_EQ(CategoricalAccuracy()(y_true, kScores), 0.5);
  EXPECT_NEAR(CategoricalAccuracy()(y_true, kScores, Tensor({2}, {0.7f, 0.3f})), 0.3, 1e-7);
}

TEST(CategoricalAccuracy, OfEqualsTakesTheFirst) {
  const Tensor y_pred = ops::ones({1, 3});
  EXPECT_EQ(CategoricalAccuracy()(Tensor({1, 3}, {1, 0, 0}), y_pred), 1.0);
  EXPECT_EQ(CategoricalAccuracy()(Tensor({1, 3}, {0, 1, 0}), y_pred), 0.0);
}

TEST(CategoricalAccuracy, TakesNoNaNForAnAnswer) {
  const Tensor y_pred({2, 3}, {NAN, 0, 0, 0, NAN, 1});
  EXPECT_EQ(CategoricalAccuracy()(Tensor({2, 3}, {1, 0, 0, 0, 0, 1}), y_pred), 0.0);
}

TEST(CategoricalAccuracy, RefusesLabels) {
  EXPECT_THAT(
      [] {
        CategoricalAccuracy()(Tensor({2}, {1, 2}), kScores);
      },
      Raises<ShapeError>("CategoricalAccuracy: y_true and y_pred must have the same shape, "
                         "of rank 1 or more. Received: y_true.shape=(2,), "
                         "y_pred.shape=(2, 3)."));
}

TEST(SparseCategoricalAccuracy, TakesLabelsAsAVectorOrAColumn) {
  EXPECT_EQ(SparseCategoricalAccuracy()(Tensor({2}, {2, 1}), kScores), 0.5);
  EXPECT_EQ(SparseCategoricalAccuracy()(Tensor({2, 1}, {2, 1}), kScores), 0.5);
}

TEST(SparseCategoricalAccuracy, TakesMapsOfLabels) {
  const Tensor scores = ops::reshape(kScores, {1, 2, 1, 3});
  EXPECT_EQ(SparseCategoricalAccuracy()(Tensor({1, 2, 1}, {2, 1}), scores), 0.5);
}

TEST(SparseCategoricalAccuracy, TakesNoNaNForAnAnswer) {
  EXPECT_EQ(SparseCategoricalAccuracy()(Tensor({2}, {0, 1}), ops::full({2, 3}, NAN)), 0.0);
}

TEST(SparseCategoricalAccuracy, RefusesLabelsThatAreNoClass) {
  const auto scored = [](float label) {
    return [label] { SparseCategoricalAccuracy()(Tensor({2}, {2, label}), kScores); };
  };
  const std::string rule =
      "SparseCategoricalAccuracy: labels must be whole numbers in [0, 3). Received: y_true[1]=";
  EXPECT_THAT(scored(7), Raises<InvalidArgument>(rule + "7."));
  EXPECT_THAT(scored(-2), Raises<InvalidArgument>(rule + "-2."));
  EXPECT_THAT(scored(0.5f), Raises<InvalidArgument>(rule + "0.5."));
  EXPECT_THAT(scored(NAN), Raises<InvalidArgument>(rule + "nan."));
}

TEST(SparseCategoricalAccuracy, FindsNoPredictionRightForNoClass) {
  const Tensor gone_bad({2, 3}, {0.1f, NAN, 0.2f, 0.1f, 0.7f, 0.2f});
  EXPECT_EQ(SparseCategoricalAccuracy()(Tensor({2}, {-1, -1}), gone_bad), 0.0);
  EXPECT_EQ(SparseTopKCategoricalAccuracy({.k = 3})(Tensor({2}, {-1, -1}), gone_bad), 0.0);
}

TEST(SparseCategoricalAccuracy, RefusesShapesThatDoNotFit) {
  EXPECT_THAT([] { SparseCategoricalAccuracy()(ops::ones({3}), kScores); },
              Raises<ShapeError>(
                  "SparseCategoricalAccuracy: y_true must hold one label for each position of "
                  "y_pred, in the shape of y_pred without its class axis. Received: "
                  "y_true.shape=(3,), y_pred.shape=(2, 3)."));
}

TEST(TopKCategoricalAccuracy, LooksAtTheKLargest) {
  const Tensor y_true({2, 3}, {0, 0, 1, 0, 0, 1});
  EXPECT_EQ(TopKCategoricalAccuracy({.k = 1})(y_true, kScores), 0.0);
  EXPECT_EQ(TopKCategoricalAccuracy({.k = 2})(y_true, kScores), 0.5);
  EXPECT_EQ(TopKCategoricalAccuracy()(y_true, kScores), 1.0);
}

TEST(TopKCategoricalAccuracy, CountsTiesAsIn) {
  EXPECT_EQ(SparseTopKCategoricalAccuracy({.k = 1})(Tensor({1}, {2}), ops::ones({1, 3})), 1.0);
}

TEST(TopKCategoricalAccuracy, PutsNaNAheadOfEveryNumber) {
  const Tensor y_pred({2, 3}, {NAN, 1, 0, NAN, 1, 0});
  EXPECT_EQ(SparseTopKCategoricalAccuracy({.k = 1})(Tensor({2}, {1, 0}), y_pred), 0.0);
  EXPECT_EQ(SparseTopKCategoricalAccuracy({.k = 2})(Tensor({2}, {1, 0}), y_pred), 0.5);
}

TEST(TopKCategoricalAccuracy, RefusesLabelsThatAreNoClass) {
  EXPECT_THAT(
      [] {
        SparseTopKCategoricalAccuracy()(Tensor({2, 1}, {1, 3}), ops::ones({2, 3}));
      },
      Raises<InvalidArgument>("SparseTopKCategoricalAccuracy: labels must be whole numbers in "
                              "[0, 3). Received: y_true[1]=3."));
}

TEST(TopKCategoricalAccuracy, RefusesAKBelowOne) {
  EXPECT_THAT([] { TopKCategoricalAccuracy({.k = 0}); },
              Raises<InvalidArgument>("TopKCategoricalAccuracy: k must be a positive integer. "
                                      "Received: k=0."));
  EXPECT_THAT(
      [] { SparseTopKCategoricalAccuracy({.k = -1}); },
      Raises<InvalidArgument>("SparseTopKCategoricalAccuracy: k must be a positive integer. "
                              "Received: k=-1."));
}

TEST(Accuracies, RefuseTargetsThatAreNaN) {
  const Tensor y_true({2, 2}, {0, 1, NAN, 0});
  const Tensor y_pred = ops::zeros({2, 2});
  const auto refuses = [](const char* who) {
    return Raises<InvalidArgument>(std::string(who) +
                                   ": targets must not be NaN. Received: y_true[1, 0]=nan.");
  };
  EXPECT_THAT([&] { metrics::Accuracy()(y_true, y_pred); }, refuses("Accuracy"));
  EXPECT_THAT([&] { BinaryAccuracy()(y_true, y_pred); }, refuses("BinaryAccuracy"));
  EXPECT_THAT([&] { CategoricalAccuracy()(y_true, y_pred); }, refuses("CategoricalAccuracy"));
  EXPECT_THAT([&] { TopKCategoricalAccuracy()(y_true, y_pred); },
              refuses("TopKCategoricalAccuracy"));
}

}  // namespace
}  // namespace strata::testing
