// The focal losses, overlaps and losses of labels: gradients, options, errors, configs.
#include <gtest/gtest.h>

#include <cmath>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/losses/binary_focal_crossentropy.hpp"
#include "strata/losses/categorical_crossentropy.hpp"
#include "strata/losses/categorical_focal_crossentropy.hpp"
#include "strata/losses/categorical_generalized_cross_entropy.hpp"
#include "strata/losses/circle.hpp"
#include "strata/losses/dice.hpp"
#include "strata/losses/tversky.hpp"
#include "strata/ops/ops.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using losses::BinaryFocalCrossentropy;
using losses::CategoricalFocalCrossentropy;
using losses::CategoricalGeneralizedCrossEntropy;
using losses::Circle;
using losses::Dice;
using losses::Tversky;

const Tensor kTargets({2, 3}, {0.2f, 0.9f, 0.6f, 0.8f, 0.4f, 0.3f});
const Tensor kScores({2, 3}, {0.5f, 0.7f, 0.8f, 0.3f, 0.9f, 0.6f});

void expect_gradient(const LossSpec& loss, const Tensor& y_true, const Tensor& y_pred) {
  EXPECT_LT(gradient_gap([&](const Tensor& p) { return loss(y_true, p); }, y_pred, 2e-3f), 2e-3);
}

TEST(SpecialLoss, GradientsMatchCentralDifferences) {
  const Tensor logits({2, 3}, {0.5f, -0.7f, 1.8f, -0.3f, 0.9f, 0.6f});
  for (const float gamma : {0.0f, 1.0f, 2.0f, 2.5f}) {
    expect_gradient(BinaryFocalCrossentropy({.apply_class_balancing = true, .gamma = gamma}),
                    kTargets, kScores);
    expect_gradient(BinaryFocalCrossentropy({.gamma = gamma, .from_logits = true}), kTargets,
                    logits);
    expect_gradient(CategoricalFocalCrossentropy({.alpha = {0.3f, 0.5f, 2}, .gamma = gamma}),
                    kTargets, kScores);
    expect_gradient(CategoricalFocalCrossentropy({.gamma = gamma, .from_logits = true, .axis = 0}),
                    kTargets, logits);
  }
  expect_gradient(CategoricalGeneralizedCrossEntropy({.q = 0.7f}), Tensor({2}, {2, 0}), kScores);
  expect_gradient(Dice(), kTargets, kScores);
  expect_gradient(Dice({.axis = 0}), kTargets, kScores);
  expect_gradient(Tversky({.alpha = 0.2f, .beta = 0.9f, .axis = {1}}), kTargets, kScores);
  const Tensor embeddings({4, 2}, {0.6f, 0.8f, 0.8f, -0.6f, 0.28f, 0.96f, 0.96f, 0.28f});
  expect_gradient(Circle({.gamma = 2.0f}), Tensor({4}, {1, 2, 1, 2}), embeddings);
}

TEST(Dice, IsZeroForTheSameMaskAndOneForDisjointOnes) {
  const Tensor mask({1, 4}, {1, 0, 1, 0});
  EXPECT_NEAR(Dice()(mask, mask).item(), 0.0f, 1e-6f);
  EXPECT_EQ(Dice()(mask, 1.0f - mask).item(), 1.0f);
}

TEST(Dice, GivesOneLossPerImageAlongAxes) {
  const Tensor masks({2, 2, 1}, {1, 0, 1, 1});
  const Tensor predictions({2, 2, 1}, {1, 0, 0, 1});
  const Dice loss({.axis = {1, 2}, .reduction = "none"});
  EXPECT_THAT(loss(masks, predictions), IsClose(Tensor({2}, {0.0f, 1.0f / 3.0f}), 1e-6));
  EXPECT_THROW(Dice({.axis = {3}})(masks, predictions), ShapeError);
}

TEST(Tversky, OfAHalfAndAHalfIsDice) {
  EXPECT_THAT(Tversky()(kTargets, kScores), IsClose(Dice()(kTargets, kScores), 1e-6));
}

TEST(Tversky, WeighsWhatIsMissedByAlphaAndWhatIsInventedByBeta) {
  const Tversky loss({.alpha = 1.0f, .beta = 0.0f});
  const Tensor truth({1, 3}, {1, 1, 0});
  EXPECT_NEAR(loss(truth, Tensor({1, 3}, {1, 1, 1})).item(), 0.0f, 1e-6f);
  EXPECT_NEAR(loss(truth, Tensor({1, 3}, {1, 0, 0})).item(), 0.5f, 1e-6f);
}

TEST(CategoricalGeneralizedCrossEntropy, TakesLabelsAsAVectorOrAColumn) {
  const CategoricalGeneralizedCrossEntropy loss;
  EXPECT_THAT(loss(Tensor({2, 1}, {2, 0}), kScores), IsClose(loss(Tensor({2}, {2, 0}), kScores)));
}

TEST(CategoricalGeneralizedCrossEntropy, HasNoGradientWhereNothingIsPredicted) {
  GradientTape tape;
  const Tensor y_pred = tape.watch(Tensor({1, 2}, {0, 1}));
  const Tensor loss = CategoricalGeneralizedCrossEntropy()(Tensor({1}, {0}), y_pred);
  EXPECT_EQ(loss.item(), 2.0f);
  EXPECT_THAT(tape.gradient(loss, y_pred), IsClose(ops::zeros({1, 2})));
}

TEST(CategoricalGeneralizedCrossEntropy, RefusesLabelsThatAreNoClass) {
  const CategoricalGeneralizedCrossEntropy loss;
  const auto refuses = Raises<InvalidArgument>(
      "CategoricalGeneralizedCrossEntropy: labels must be whole numbers in [0, 3). Received: "
      "y_true[1]=3.");
  EXPECT_THAT([&] { loss(Tensor({2}, {0, 3}), kScores); }, refuses);
  EXPECT_THAT([&] { loss.check_targets(Tensor({2}, {0, 3}), {32, 3}); }, refuses);
}

TEST(CategoricalFocalCrossentropy, WithoutFocusIsCategoricalCrossentropy) {
  const CategoricalFocalCrossentropy loss({.alpha = 1.0f, .gamma = 0.0f});
  EXPECT_THAT(loss(kTargets, kScores),
              IsClose(losses::CategoricalCrossentropy()(kTargets, kScores), 1e-6));
}

TEST(CategoricalFocalCrossentropy, WeighsEachClassAlongItsAxis) {
  const CategoricalFocalCrossentropy loss({.alpha = {1, 0}, .axis = 0, .reduction = "none"});
  const CategoricalFocalCrossentropy whole({.alpha = 1, .axis = 0, .reduction = "none"});
  const Tensor first_only({2, 3}, {1, 1, 1, 0, 0, 0});
  EXPECT_THAT(loss(kTargets, kScores), IsClose(whole(kTargets * first_only, kScores), 1e-6));
}

TEST(Circle, LeavesOutSamplesWhoseLossIsZero) {
  const Tensor embeddings({3, 2}, {1, 0, 0.8f, 0.6f, 0, 1});
  const Tensor labels({3}, {1, 1, 2});  // the third has no other of its label
  const Tensor each = Circle({.reduction = "none"})(labels, embeddings);
  EXPECT_EQ(each.values()[2], 0.0f);
  EXPECT_THAT(Circle()(labels, embeddings),
              IsClose(Tensor((each.values()[0] + each.values()[1]) / 2.0f), 1e-5));
  EXPECT_EQ(Circle()(Tensor({3}, {1, 2, 3}), embeddings).item(), 0.0f);
}

TEST(Circle, HasAFiniteGradientWithoutAnyPair) {
  GradientTape tape;
  const Tensor y_pred = tape.watch(Tensor({2, 2}, {1, 0, 0, 1}));
  const Tensor loss = Circle()(Tensor({2}, {1, 2}), y_pred);
  EXPECT_THAT(tape.gradient(loss, y_pred), IsClose(ops::zeros({2, 2})));
}

TEST(Circle, RefusesShapesAndLabelsThatDoNotFit) {
  EXPECT_THAT(
      [] {
        Circle()(ops::zeros({3}), ops::zeros({2, 4}));
      },
      Raises<ShapeError>("Circle: y_pred must be embeddings, (batch, size), and y_true one "
                         "label for each. Received: y_true.shape=(3,), y_pred.shape=(2, "
                         "4)."));
  EXPECT_THAT(
      [] {
        Circle().check_targets(Tensor({2}, {0, 0.5f}), {32, 4});
      },
      Raises<InvalidArgument>("Circle: labels must be whole numbers. Received: y_true[1]=0.5."));
  EXPECT_NO_THROW(Circle().check_targets(ops::zeros({100, 1}), {Shape::kUnknown, 4}));
}

TEST(SpecialLoss, RefusesBadOptions) {
  EXPECT_THAT(
      [] { BinaryFocalCrossentropy({.gamma = -1.0f}); },
      Raises("BinaryFocalCrossentropy: gamma must be finite and >= 0. Received: gamma=-1."));
  EXPECT_THAT([] { BinaryFocalCrossentropy({.label_smoothing = 2.0f}); },
              Raises("BinaryFocalCrossentropy: label_smoothing must lie in [0, 1]. Received: "
                     "label_smoothing=2."));
  EXPECT_THAT(
      [] {
        CategoricalFocalCrossentropy({.alpha = {1, NAN}});
      },
      Raises("CategoricalFocalCrossentropy: alpha must be finite. Received: alpha=nan."));
  EXPECT_THAT([] { CategoricalFocalCrossentropy({.alpha = {}}); },
              Raises("CategoricalFocalCrossentropy: alpha must be a number, or one for each class. "
                     "Received: none."));
  EXPECT_THAT(
      [] {
        CategoricalFocalCrossentropy({.alpha = {1, 2}})(kTargets, kScores);
      },
      Raises<ShapeError>("CategoricalFocalCrossentropy: alpha must be a number, or one for "
                         "each class. Received: 2 numbers, y_pred.shape=(2, 3)."));
  EXPECT_THAT([] { CategoricalGeneralizedCrossEntropy({.q = 1.0f}); },
              Raises("CategoricalGeneralizedCrossEntropy: q must lie in (0, 1). Received: q=1."));
  EXPECT_THAT([] { Tversky({.beta = INFINITY}); },
              Raises("Tversky: alpha and beta must be finite. Received: alpha=0.5, beta=inf."));
  EXPECT_THAT([] { Circle({.margin = NAN}); },
              Raises("Circle: gamma and margin must be finite. Received: gamma=80, margin=nan."));
}

TEST(SpecialLoss, ConfigsAreThoseOfKerasAndRoundTrip) {
  const std::vector<std::pair<LossSpec, const char*>> configs = {
      {BinaryFocalCrossentropy({.apply_class_balancing = true, .alpha = 0.4f, .gamma = 3}),
       R"({"name":"binary_focal_crossentropy","reduction":"sum_over_batch_size","from_logits":false,)"
       R"("label_smoothing":0.0,"axis":-1,"apply_class_balancing":true,"alpha":0.4,"gamma":3.0})"},
      {CategoricalFocalCrossentropy({.alpha = {0.1f, 0.2f}}),
       R"({"name":"categorical_focal_crossentropy","reduction":"sum_over_batch_size",)"
       R"("from_logits":false,"label_smoothing":0.0,"axis":-1,"alpha":[0.1,0.2],"gamma":2.0})"},
      {CategoricalFocalCrossentropy({.from_logits = true}),
       R"({"name":"categorical_focal_crossentropy","reduction":"sum_over_batch_size",)"
       R"("from_logits":true,"label_smoothing":0.0,"axis":-1,"alpha":0.25,"gamma":2.0})"},
      {CategoricalGeneralizedCrossEntropy({.q = 0.3f}),
       R"({"name":"categorical_generalized_cross_entropy","reduction":"sum_over_batch_size","q":0.3})"},
      {Dice(), R"({"name":"dice","reduction":"sum_over_batch_size","axis":null})"},
      {Dice({.axis = 1, .name = "mine"}),
       R"({"name":"mine","reduction":"sum_over_batch_size","axis":1})"},
      {Tversky({.alpha = 0.3f, .axis = {1, 2}}),
       R"({"name":"tversky","reduction":"sum_over_batch_size","alpha":0.3,"beta":0.5,"axis":[1,2]})"},
      {Circle({.remove_diagonal = false}),
       R"({"name":"circle","reduction":"sum_over_batch_size","gamma":80.0,"margin":0.4,)"
       R"("remove_diagonal":false})"}};
  for (const auto& [loss, text] : configs) {
    const Config config = losses::serialize(loss);
    EXPECT_EQ(config.at("config").dump(), text);
    EXPECT_EQ(losses::serialize(losses::deserialize(config)), config);
  }
}

}  // namespace
}  // namespace strata::testing
