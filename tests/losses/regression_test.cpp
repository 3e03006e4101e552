// The losses that compare element by element: Keras's table of numbers, and their gradients.
#include <gtest/gtest.h>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/losses/cosine_similarity.hpp"
#include "strata/losses/formula_loss.hpp"
#include "strata/losses/huber.hpp"
#include "strata/losses/loss.hpp"
#include "strata/ops/ops.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace regression_test {

const Tensor kTrue({2, 2}, {0, 1, 0, 0});
const Tensor kPred({2, 2}, {0.6f, 0.4f, 0.4f, 0.6f});

struct Number {
  const char* loss;
  float value;
};

class LossNumber : public ::testing::TestWithParam<Number> {};

TEST_P(LossNumber, IsThatOfKeras) {
  EXPECT_THAT(LossSpec(GetParam().loss)(kTrue, kPred), IsClose(GetParam().value, 1e-6));
}

INSTANTIATE_TEST_SUITE_P(Table, LossNumber,
                         ::testing::Values(Number{"mse", 0.31f}, Number{"mae", 0.55f},
                                           Number{"mape", 4e8f}, Number{"msle", 0.1705593f},
                                           Number{"bce", 0.8149245f}, Number{"hinge", 1.3f},
                                           Number{"squared_hinge", 1.86f},
                                           Number{"categorical_hinge", 1.4f},
                                           Number{"kld", 0.4581431f}, Number{"poisson", 0.7290726f},
                                           Number{"huber", 0.155f}, Number{"log_cosh", 0.1470898f},
                                           Number{"cosine_similarity", -0.2773501f}),
                         [](const auto& suite) { return std::string(suite.param.loss); });

class LossGradient : public ::testing::TestWithParam<const char*> {};

TEST_P(LossGradient, MatchesCentralDifferences) {
  const LossSpec loss(GetParam());
  const Tensor y_true({2, 3}, {0.2f, 1.3f, 0.6f, 0.9f, 0.4f, 0.3f});
  const Tensor y_pred({2, 3}, {0.5f, 0.7f, 0.8f, 0.3f, 0.9f, 0.6f});
  EXPECT_LT(gradient_gap([&](const std::vector<Tensor>& x) { return loss(x[0], x[1]); },
                         {y_true, y_pred}, 2e-3f),
            1e-3);
}

INSTANTIATE_TEST_SUITE_P(All, LossGradient,
                         ::testing::Values("mse", "mae", "mape", "msle", "huber", "log_cosh",
                                           "cosine_similarity", "hinge", "squared_hinge",
                                           "categorical_hinge", "poisson"),
                         [](const auto& suite) { return std::string(suite.param); });

TEST(KLDivergence, GradientMatchesCentralDifferences) {
  const losses::KLDivergence loss({.reduction = "none"});
  const Tensor y_true({2, 3}, {0.2f, 0.5f, 0.3f, 0.6f, 0.3f, 0.1f});
  const Tensor y_pred({2, 3}, {0.5f, 0.2f, 0.3f, 0.3f, 0.1f, 0.6f});
  EXPECT_LT(gradient_gap([&](const std::vector<Tensor>& x) { return loss(x[0], x[1]); },
                         {y_true, y_pred}, 2e-3f),
            1e-3);
}

TEST(KLDivergence, HasNoGradientWhereItClips) {
  GradientTape tape;
  const Tensor y_pred = tape.watch(Tensor({1, 2}, {0.0f, 1.5f}));
  const Tensor loss = losses::KLDivergence()(Tensor({1, 2}, {0.5f, 0.5f}), y_pred);
  EXPECT_THAT(tape.gradient(loss, y_pred), IsClose(ops::zeros({1, 2})));
}

TEST(MeanAbsoluteError, GradientIsZeroWhereTheyAreEqual) {
  GradientTape tape;
  const Tensor y_pred = tape.watch(Tensor({1, 2}, {1.0f, 3.0f}));
  const Tensor loss = losses::MeanAbsoluteError()(Tensor({1, 2}, {1.0f, 2.0f}), y_pred);
  EXPECT_THAT(tape.gradient(loss, y_pred), IsClose(Tensor({1, 2}, {0.0f, 0.5f})));
}

TEST(Huber, IsAParabolaUpToDeltaAndALineBeyond) {
  const losses::Huber loss({.delta = 2.0f, .reduction = "none"});
  const Tensor errors({4, 1}, {-1, 2, 3, -5});
  EXPECT_THAT(loss(ops::zeros({4, 1}), errors), IsClose(Tensor({4}, {0.5f, 2, 4, 8})));
}

TEST(Huber, RefusesADeltaThatIsNotPositive) {
  EXPECT_THAT([] { losses::Huber({.delta = 0.0f}); },
              Raises<InvalidArgument>("Huber: delta must be finite and > 0. Received: delta=0."));
}

TEST(LogCosh, DoesNotOverflow) {
  const Tensor y_pred({2, 1}, {1000.0f, -1000.0f});
  EXPECT_THAT(losses::LogCosh({.reduction = "none"})(ops::zeros({2, 1}), y_pred),
              IsClose(Tensor({2}, {999.3069f, 999.3069f}), 1e-6));
}

TEST(CosineSimilarity, OfAZeroVectorIsZero) {
  const Tensor y_true({3, 2}, {0, 0, 1, 1, 1, 1});
  const Tensor y_pred({3, 2}, {1, 0, 2, 2, -3, -3});
  EXPECT_THAT(losses::CosineSimilarity({.reduction = "none"})(y_true, y_pred),
              IsClose(Tensor({3}, {0, -1, 1})));
}

TEST(MeanSquaredLogarithmicError, TakesNegativesForNothing) {
  const losses::MeanSquaredLogarithmicError loss;
  EXPECT_EQ(loss(Tensor({1, 1}, {-3}), Tensor({1, 1}, {-0.5f})).item(), 0.0f);
}

}  // namespace regression_test
}  // namespace strata::testing
