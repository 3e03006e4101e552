// The running mean: over batches of any size, by weights of any shape.
#include "strata/metrics/mean_metric.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/metrics/formula_metric.hpp"
#include "strata/metrics/root_mean_squared_error.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using metrics::RunningMean;

double mean_of(const Tensor& values, const Tensor& weights = {}) {
  RunningMean mean;
  mean.add(values, weights, "mean");
  return mean.result();
}

TEST(RunningMean, IsZeroBeforeAnyUpdate) {
  EXPECT_EQ(RunningMean().result(), 0.0);
  EXPECT_EQ(mean_of(ops::zeros({0})), 0.0);
  EXPECT_EQ(mean_of(Tensor({2}, {1, 2}), Tensor({2}, {0, 0})), 0.0);
}

TEST(RunningMean, CountsSamplesNotBatches) {
  RunningMean mean;
  mean.add(Tensor({3}, {1, 1, 1}), {}, "mean");
  mean.add(Tensor({1}, {5}), {}, "mean");
  EXPECT_EQ(mean.result(), 2.0);
}

TEST(RunningMean, IsWeighted) {
  EXPECT_EQ(mean_of(Tensor({4}, {1, 3, 5, 7}), Tensor({4}, {1, 1, 0, 0})), 2.0);
  EXPECT_EQ(mean_of(Tensor({2}, {1, 4}), Tensor({2, 1}, {3, 1})), 1.75);
}

TEST(RunningMean, WeightsOfSamplesHoldForAllTheirValues) {
  const Tensor values({2, 3}, {1, 2, 3, 10, 20, 30});
  EXPECT_DOUBLE_EQ(mean_of(values, Tensor({2}, {3, 1})), 6.5);
  EXPECT_DOUBLE_EQ(mean_of(values, Tensor({2, 3}, {1, 0, 0, 0, 0, 1})), 15.5);
}

TEST(RunningMean, AScalarWeightWeighsTheBatch) {
  RunningMean mean;
  mean.add(Tensor({2}, {1, 3}), 3.0f, "mean");
  mean.add(Tensor({5}, {6, 6, 6, 6, 6}), 1.0f, "mean");
  EXPECT_EQ(mean.result(), 3.0);
}

TEST(RunningMean, LosesNothingOverMillionsOfValues) {
  RunningMean mean;
  const Tensor values = ops::full({1 << 20}, 0.1f);
  for (int i = 0; i < 20; ++i) mean.add(values, {}, "mean");
  EXPECT_NEAR(mean.result(), double{0.1f}, 1e-12);
}

TEST(RunningMean, CarriesNaN) { EXPECT_TRUE(std::isnan(mean_of(Tensor({2}, {1, NAN})))); }

TEST(MeanMetric, StartsAnewWhenReset) {
  metrics::MeanSquaredError metric;
  EXPECT_EQ(metric(Tensor({1, 1}, {0}), Tensor({1, 1}, {3})), 9.0);
  metric.reset_state();
  EXPECT_EQ(metric.result(), 0.0);
  EXPECT_EQ(metric(Tensor({1, 1}, {0}), Tensor({1, 1}, {2})), 4.0);
}

TEST(MeanMetric, IsNotFollowedByATape) {
  GradientTape tape;
  const Tensor y_pred = tape.watch(Tensor({2, 1}, {1, 2}));
  class Watcher : public metrics::MeanMetric {
   public:
    Watcher() : MeanMetric("watcher") {}

   protected:
    Tensor values(const Tensor&, const Tensor& predictions) const override {
      const Tensor squares = ops::square(predictions);
      EXPECT_EQ(squares.trace().owner, autodiff::Trace::kConstant);
      return squares;
    }
  };
  EXPECT_EQ(Watcher()(ops::zeros({2, 1}), y_pred), 2.5);
}

TEST(MeanMetric, KeepsItsStateWhenAnUpdateFails) {
  metrics::MeanSquaredError metric;
  const Tensor y_true = ops::zeros({2, 1});
  metric.update_state(y_true, ops::ones({2, 1}));
  EXPECT_THAT(
      [&] {
        metric.update_state(y_true, ops::ones({2, 1}), ops::ones({3}));
      },
      Raises<ShapeError>("mean_squared_error: sample_weight must have one weight per sample, "
                         "or one per value. Received: sample_weight.shape=(3,), values of "
                         "shape (2,)."));
  EXPECT_THAT(
      [&] {
        metric.update_state(y_true, ops::ones({2, 2}));
      },
      Raises<ShapeError>("MeanSquaredError: y_true and y_pred must have the same shape, of "
                         "rank 1 or more. Received: y_true.shape=(2, 1), "
                         "y_pred.shape=(2, 2)."));
  EXPECT_EQ(metric.result(), 1.0);
}

TEST(MeanMetric, RefusesWeightsForAScalar) {
  metrics::MeanSquaredError metric;
  EXPECT_THAT(
      [&] {
        metric.update_state(Tensor({2}, {1, 2}), Tensor({2}, {1, 2}), ops::ones({2}));
      },
      Raises<ShapeError>("mean_squared_error: sample_weight must have one weight per sample, "
                         "or one per value. Received: sample_weight.shape=(2,), values of "
                         "shape ()."));
}

TEST(RootMeanSquaredError, IsTheRootOfTheMeanNotTheMeanOfRoots) {
  metrics::RootMeanSquaredError metric;
  metric.update_state(ops::zeros({1, 1}), Tensor({1, 1}, {1}));
  EXPECT_DOUBLE_EQ(metric(ops::zeros({1, 1}), Tensor({1, 1}, {7})), 5.0);
}

TEST(RootMeanSquaredError, WeighsTheSquares) {
  metrics::RootMeanSquaredError metric;
  EXPECT_NEAR(
      metric(Tensor({2, 2}, {0, 1, 0, 0}), Tensor({2, 2}, {1, 1, 0, 0}), Tensor({2}, {1, 0})),
      0.70710677, 1e-7);
}

}  // namespace
}  // namespace strata::testing
