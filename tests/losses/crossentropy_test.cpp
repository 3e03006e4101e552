// The three crossentropies: their numbers, their clipping, their gradients.
#include <gtest/gtest.h>

#include <cmath>

#include "core/parallel.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/core/threads.hpp"
#include "strata/losses/binary_crossentropy.hpp"
#include "strata/losses/categorical_crossentropy.hpp"
#include "strata/losses/sparse_categorical_crossentropy.hpp"
#include "strata/ops/ops.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using losses::BinaryCrossentropy;
using losses::CategoricalCrossentropy;
using losses::SparseCategoricalCrossentropy;

const Tensor kOneHot({2, 3}, {0, 1, 0, 0, 0, 1});
const Tensor kLabels({2}, {1, 2});
const Tensor kShares({2, 3}, {0.05f, 0.95f, 0, 0.1f, 0.8f, 0.1f});
const Tensor kLogits({2, 3}, {1, 2, 3, 1, 0, -1});

Tensor gradient_of(const Loss& loss, const Tensor& y_true, const Tensor& y_pred) {
  GradientTape tape;
  const Tensor watched = tape.watch(y_pred);
  return tape.gradient(loss(y_true, watched), watched);
}

Tensor target_gradient_of(const Loss& loss, const Tensor& y_true, const Tensor& y_pred) {
  GradientTape tape;
  const Tensor watched = tape.watch(y_true);
  return tape.gradient(loss(watched, y_pred), watched);
}

double gap_of(const Loss& loss, const Tensor& y_true, const Tensor& y_pred) {
  return gradient_gap([&](const Tensor& x) { return loss(y_true, x); }, y_pred, 4e-3f);
}

double gap_of_both(const Loss& loss, const Tensor& y_true, const Tensor& y_pred) {
  return gradient_gap([&](const std::vector<Tensor>& x) { return loss(x[0], x[1]); },
                      {y_true, y_pred}, 4e-3f);
}

TEST(BinaryCrossentropy, IsKerasesNumber) {
  const Tensor y_true({2, 2}, {0, 1, 0, 0});
  const Tensor y_pred({2, 2}, {0.6f, 0.4f, 0.4f, 0.6f});
  EXPECT_THAT(BinaryCrossentropy({.reduction = "none"})(y_true, y_pred),
              IsClose(Tensor({2}, {0.9162908f, 0.7135582f}), 1e-6));
  EXPECT_THAT(BinaryCrossentropy({.label_smoothing = 0.1f})(y_true, y_pred),
              IsClose(0.8047879f, 1e-6));
  EXPECT_THAT(BinaryCrossentropy({.from_logits = true})(y_true, Tensor({2, 2}, {-1, 2, 3, -4})),
              IsClose(0.8767318f, 1e-6));
}

TEST(BinaryCrossentropy, ClipsWhereKerasDoes) {
  const BinaryCrossentropy loss({.reduction = "none"});
  const Tensor values = loss(Tensor({3, 1}, {1, 0, 1}), Tensor({3, 1}, {0, 1, 1}));
  EXPECT_FLOAT_EQ(values.values()[0], 16.118095f);
  EXPECT_FLOAT_EQ(values.values()[1], 15.942385f);
  EXPECT_FLOAT_EQ(values.values()[2], 1.1920929e-7f);
}

TEST(BinaryCrossentropy, HasNoGradientWhereItClips) {
  const Tensor y_true({4, 1}, {1, 0, 1, 0});
  const Tensor y_pred({4, 1}, {0.0f, 1.0f, 1.0f, 1e-8f});
  EXPECT_THAT(gradient_of(BinaryCrossentropy(), y_true, y_pred), IsClose(ops::zeros({4, 1})));
}

TEST(BinaryCrossentropy, OfHugeLogitsIsExact) {
  const BinaryCrossentropy loss({.from_logits = true, .reduction = "none"});
  const Tensor y_true({4, 1}, {1, 0, 1, 0});
  const Tensor logits({4, 1}, {1000, 1000, -1000, -1000});
  EXPECT_THAT(loss(y_true, logits), IsClose(Tensor({4}, {0, 1000, 1000, 0})));
  EXPECT_THAT(gradient_of(loss, y_true, logits), IsClose(Tensor({4, 1}, {0, 1, -1, 0})));
}

TEST(BinaryCrossentropy, FromLogitsIsThatOfTheirSigmoid) {
  const Tensor y_true({2, 2}, {0, 1, 0.25f, 1});
  const Tensor logits({2, 2}, {-1.5f, 0.5f, 2.0f, 0.0f});
  for (const float smoothing : {0.0f, 0.3f}) {
    EXPECT_THAT(
        BinaryCrossentropy({.from_logits = true, .label_smoothing = smoothing})(y_true, logits),
        IsClose(BinaryCrossentropy({.label_smoothing = smoothing})(y_true, ops::sigmoid(logits)),
                1e-6));
  }
}

TEST(BinaryCrossentropy, GradientsMatchCentralDifferences) {
  const Tensor y_true({2, 3}, {0, 1, 0.3f, 1, 0, 0.8f});
  const Tensor shares({2, 3}, {0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.2f});
  const Tensor logits({2, 3}, {-2, 1, 0.5f, 0.1f, 2, -1});
  EXPECT_LT(gap_of_both(BinaryCrossentropy({.label_smoothing = 0.2f, .reduction = "none"}), y_true,
                        shares),
            1e-3);
  EXPECT_LT(gap_of_both(BinaryCrossentropy(
                            {.from_logits = true, .label_smoothing = 0.2f, .reduction = "none"}),
                        y_true, logits),
            1e-3);
}

TEST(BinaryCrossentropy, TakesItsMeanOverAnyAxis) {
  const Tensor y_true({2, 2}, {0, 1, 0, 0});
  const Tensor y_pred({2, 2}, {0.6f, 0.4f, 0.4f, 0.6f});
  const BinaryCrossentropy down({.axis = 0, .reduction = "none"});
  const BinaryCrossentropy across({.reduction = "none"});
  EXPECT_THAT(down(y_true, y_pred),
              IsClose(across(ops::transpose(y_true), ops::transpose(y_pred))));
  EXPECT_LT(gap_of(down, y_true, y_pred), 1e-3);
}

TEST(CategoricalCrossentropy, IsKerasesNumber) {
  EXPECT_THAT(CategoricalCrossentropy({.reduction = "none"})(kOneHot, kShares),
              IsClose(Tensor({2}, {0.0512933f, 2.3025851f}), 1e-6));
  EXPECT_THAT(CategoricalCrossentropy()(kOneHot, kShares, Tensor({2}, {0.3f, 0.7f})),
              IsClose(0.8135988f, 1e-6));
  EXPECT_THAT(CategoricalCrossentropy({.label_smoothing = 0.1f})(kOneHot, kShares),
              IsClose(1.4591359f, 1e-6));
  EXPECT_THAT(CategoricalCrossentropy({.from_logits = true})(kOneHot, kLogits),
              IsClose(1.9076059f, 1e-6));
}

TEST(CategoricalCrossentropy, DividesBySumsBeforeItClips) {
  const CategoricalCrossentropy loss;
  EXPECT_THAT(loss(kOneHot, 7.0f * kShares), IsClose(loss(kOneHot, kShares), 1e-6));
}

TEST(CategoricalCrossentropy, SmoothsTargetsTowardsEqualShares) {
  const Tensor smoothed = 0.7f * kOneHot + 0.1f;
  EXPECT_THAT(CategoricalCrossentropy({.label_smoothing = 0.3f})(kOneHot, kShares),
              IsClose(CategoricalCrossentropy()(smoothed, kShares), 1e-6));
  EXPECT_THAT(
      CategoricalCrossentropy({.from_logits = true, .label_smoothing = 0.3f})(kOneHot, kLogits),
      IsClose(CategoricalCrossentropy({.from_logits = true})(smoothed, kLogits), 1e-6));
}

TEST(CategoricalCrossentropy, FromLogitsIsThatOfTheirSoftmax) {
  EXPECT_THAT(CategoricalCrossentropy({.from_logits = true})(kOneHot, kLogits),
              IsClose(CategoricalCrossentropy()(kOneHot, ops::softmax(kLogits)), 1e-6));
  EXPECT_THAT(gradient_of(CategoricalCrossentropy({.from_logits = true}), kOneHot, kLogits),
              IsClose((ops::softmax(kLogits) - kOneHot) * 0.5f, 1e-6));
}

TEST(CategoricalCrossentropy, ClipsWhereKerasDoes) {
  const Tensor y_true({1, 3}, {1, 0, 0});
  const Tensor certain({1, 3}, {0, 0, 1});
  EXPECT_FLOAT_EQ(CategoricalCrossentropy()(y_true, certain).item(), 16.118095f);
  EXPECT_THAT(gradient_of(CategoricalCrossentropy(), y_true, certain), IsClose(ops::zeros({1, 3})));
}

TEST(CategoricalCrossentropy, OnlyUnclippedSharesMoveTheValue) {
  const Tensor y_true({1, 3}, {0.5f, 0.5f, 0});
  const Tensor y_pred({1, 3}, {0, 0.25f, 0.75f});  // the first is clipped, the second pulls
  EXPECT_THAT(gradient_of(CategoricalCrossentropy(), y_true, y_pred),
              IsClose(Tensor({1, 3}, {0.5f, -1.5f, 0.5f})));
}

TEST(CategoricalCrossentropy, OfHugeLogitsIsExact) {
  const CategoricalCrossentropy loss({.from_logits = true});
  const Tensor y_true({1, 3}, {1, 0, 0});
  EXPECT_FLOAT_EQ(loss(y_true, Tensor({1, 3}, {0, 0, 1000})).item(), 1000.0f);
  EXPECT_THAT(gradient_of(loss, y_true, Tensor({1, 3}, {0, 0, 1000})),
              IsClose(Tensor({1, 3}, {-1, 0, 1})));
}

TEST(CategoricalCrossentropy, TakesAMaskedLogit) {
  const Tensor y_true({1, 3}, {0, 1, 0});
  const Tensor logits({1, 3}, {-INFINITY, 0, 0});
  EXPECT_FLOAT_EQ(CategoricalCrossentropy({.from_logits = true})(y_true, logits).item(),
                  std::log(2.0f));
}

TEST(CategoricalCrossentropy, CarriesNaN) {
  const Tensor y_pred({2, 3}, {NAN, 0.5f, 0.5f, 0.1f, 0.8f, 0.1f});
  for (const bool from_logits : {false, true}) {
    const CategoricalCrossentropy loss({.from_logits = from_logits});
    EXPECT_TRUE(std::isnan(loss(kOneHot, y_pred).item()));
    EXPECT_TRUE(std::isnan(gradient_of(loss, kOneHot, y_pred).values()[1]));
  }
}

TEST(CategoricalCrossentropy, GradientsMatchCentralDifferences) {
  const Tensor y_true({2, 3}, {0.2f, 0.5f, 0.3f, 0.1f, 0.1f, 0.8f});
  const Tensor shares({2, 3}, {0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.2f});
  for (const float smoothing : {0.0f, 0.4f}) {
    EXPECT_LT(
        gap_of_both(CategoricalCrossentropy({.label_smoothing = smoothing, .reduction = "none"}),
                    y_true, shares),
        1e-3);
    EXPECT_LT(
        gap_of_both(CategoricalCrossentropy(
                        {.from_logits = true, .label_smoothing = smoothing, .reduction = "none"}),
                    y_true, kLogits),
        1e-3);
  }
}

TEST(CategoricalCrossentropy, FindsItsClassesOnAnyAxis) {
  const CategoricalCrossentropy down({.axis = 0, .reduction = "none"});
  const CategoricalCrossentropy across({.reduction = "none"});
  EXPECT_THAT(down(ops::transpose(kOneHot), ops::transpose(kShares)),
              IsClose(across(kOneHot, kShares)));
}

TEST(CategoricalCrossentropy, RefusesAnAxisThatIsNotThere) {
  EXPECT_THAT([] { CategoricalCrossentropy({.axis = 2})(kOneHot, kShares); },
              Raises<ShapeError>("CategoricalCrossentropy: axis must lie in [-2, 2) for rank 2. "
                                 "Received: axis=2, shape=(2, 3)."));
}

TEST(CategoricalCrossentropy, RefusesSmoothingOutsideZeroToOne) {
  EXPECT_THAT([] { CategoricalCrossentropy({.label_smoothing = 1.5f}); },
              Raises<InvalidArgument>("CategoricalCrossentropy: label_smoothing must lie in "
                                      "[0, 1]. Received: label_smoothing=1.5."));
  EXPECT_THAT([] { BinaryCrossentropy({.label_smoothing = NAN}); },
              Raises<InvalidArgument>("BinaryCrossentropy: label_smoothing must lie in [0, 1]. "
                                      "Received: label_smoothing=nan."));
}

TEST(CategoricalCrossentropy, RefusesLabels) {
  EXPECT_THAT([] { CategoricalCrossentropy()(kLabels, kShares); },
              Raises<ShapeError>("CategoricalCrossentropy: y_true and y_pred must have the same "
                                 "shape, of rank 1 or more. Received: y_true.shape=(2,), "
                                 "y_pred.shape=(2, 3)."));
}

TEST(SparseCategoricalCrossentropy, IsTheCategoricalOneOfLabels) {
  for (const bool from_logits : {false, true}) {
    const Tensor& y_pred = from_logits ? kLogits : kShares;
    const SparseCategoricalCrossentropy sparse({.from_logits = from_logits});
    const CategoricalCrossentropy dense({.from_logits = from_logits});
    EXPECT_THAT(sparse(kLabels, y_pred), IsClose(dense(kOneHot, y_pred), 1e-6));
    EXPECT_THAT(gradient_of(sparse, kLabels, y_pred),
                IsClose(gradient_of(dense, kOneHot, y_pred), 1e-6));
  }
}

TEST(SparseCategoricalCrossentropy, TakesLabelsAsAColumn) {
  const Tensor column({2, 1}, {1, 2});
  EXPECT_THAT(SparseCategoricalCrossentropy()(column, kShares), IsClose(1.1769392f, 1e-6));
}

TEST(SparseCategoricalCrossentropy, TakesMapsOfLabels) {
  const Tensor labels({1, 2, 1}, {1, 2});
  const Tensor shares = ops::reshape(kShares, {1, 2, 1, 3});
  EXPECT_THAT(SparseCategoricalCrossentropy()(labels, shares), IsClose(1.1769392f, 1e-6));
}

TEST(SparseCategoricalCrossentropy, FindsItsClassesOnAnyAxis) {
  const SparseCategoricalCrossentropy loss({.axis = 0});
  EXPECT_THAT(loss(kLabels, ops::transpose(kShares)), IsClose(1.1769392f, 1e-6));
  EXPECT_LT(gap_of(SparseCategoricalCrossentropy({.from_logits = true, .axis = 0}), kLabels,
                   ops::transpose(kLogits)),
            1e-3);
}

TEST(SparseCategoricalCrossentropy, LeavesIgnoredLabelsOutOfTheMean) {
  const SparseCategoricalCrossentropy loss({.ignore_class = -1});
  const Tensor labels({2}, {1, -1});
  EXPECT_THAT(loss(labels, kShares), IsClose(0.0512933f, 1e-6));
  EXPECT_THAT(loss(labels, kShares, Tensor({2}, {2, 5})), IsClose(0.1025866f, 1e-6));
  const Tensor gradient = gradient_of(loss, labels, kShares);
  for (std::size_t i = 3; i < 6; ++i) EXPECT_EQ(gradient.values()[i], 0.0f);
}

TEST(SparseCategoricalCrossentropy, OfIgnoredLabelsAloneIsZero) {
  const Tensor labels({2}, {255, 255});
  for (const char* reduction : {"sum_over_batch_size", "sum", "mean_with_sample_weight"}) {
    const SparseCategoricalCrossentropy loss({.ignore_class = 255, .reduction = reduction});
    EXPECT_EQ(loss(labels, kShares).item(), 0.0f) << reduction;
  }
}

TEST(SparseCategoricalCrossentropy, IgnoredPositionsLetNoNaNThrough) {
  const SparseCategoricalCrossentropy loss({.ignore_class = -1});
  const Tensor labels({2}, {1, -1});
  const Tensor y_pred({2, 3}, {0.05f, 0.95f, 0, NAN, NAN, NAN});
  EXPECT_THAT(loss(labels, y_pred), IsClose(0.0512933f, 1e-6));
  EXPECT_EQ(gradient_of(loss, labels, y_pred).values()[4], 0.0f);
}

TEST(SparseCategoricalCrossentropy, HasNoGradientWhereItClips) {
  const Tensor y_pred({2, 3}, {0, 1, 0, 0, 1, 0});
  EXPECT_THAT(gradient_of(SparseCategoricalCrossentropy(), kLabels, y_pred),
              IsClose(ops::zeros({2, 3})));
}

TEST(SparseCategoricalCrossentropy, GradientsMatchCentralDifferences) {
  const Tensor shares({2, 3}, {0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.2f});
  EXPECT_LT(gap_of(SparseCategoricalCrossentropy({.reduction = "none"}), kLabels, shares), 1e-3);
  EXPECT_LT(gap_of(SparseCategoricalCrossentropy({.from_logits = true, .reduction = "none"}),
                   kLabels, kLogits),
            1e-3);
}

TEST(SparseCategoricalCrossentropy, RefusesLabelsThatAreNoClass) {
  const std::string rule =
      "SparseCategoricalCrossentropy: labels must be whole numbers in [0, 3). Received: ";
  const SparseCategoricalCrossentropy loss;
  EXPECT_THAT(
      [&] {
        loss(Tensor({2}, {1, 3}), kShares);
      },
      Raises<InvalidArgument>(rule + "y_true[1]=3."));
  EXPECT_THAT(
      [&] {
        loss(Tensor({2}, {0.5f, 1}), kShares);
      },
      Raises<InvalidArgument>(rule + "y_true[0]=0.5."));
  EXPECT_THAT(
      [&] {
        loss(Tensor({2}, {0, -1}), kShares);
      },
      Raises<InvalidArgument>(rule + "y_true[1]=-1."));
  EXPECT_THAT(
      [&] {
        loss(Tensor({2}, {NAN, 0}), kShares);
      },
      Raises<InvalidArgument>(rule + "y_true[0]=nan."));
}

TEST(SparseCategoricalCrossentropy, RefusesShapesThatDoNotFit) {
  EXPECT_THAT([] { SparseCategoricalCrossentropy()(kOneHot, kShares); },
              Raises<ShapeError>(
                  "SparseCategoricalCrossentropy: y_true must hold one label for each position of "
                  "y_pred, in the shape of y_pred without its class axis. Received: "
                  "y_true.shape=(2, 3), y_pred.shape=(2, 3)."));
}

TEST(Crossentropy, IsTheSameWithOneThreadAndTwo) {
  const std::int64_t rows = 4096;
  std::vector<float> logits(static_cast<std::size_t>(rows * 10));
  for (std::size_t i = 0; i < logits.size(); ++i)
    logits[i] = static_cast<float>((i * 7919) % 1009) / 100.0f - 5.0f;
  const Tensor y_pred({rows, 10}, logits);
  const Tensor labels = ops::zeros({rows});
  const SparseCategoricalCrossentropy loss({.from_logits = true});
  const int before = num_threads();
  const KeepHelpers keep;
  set_num_threads(1);
  const Tensor alone = gradient_of(loss, labels, y_pred);
  const float value = loss(labels, y_pred).item();
  set_num_threads(2);
  EXPECT_EQ(relative_gap(gradient_of(loss, labels, y_pred), alone), 0.0);
  EXPECT_EQ(loss(labels, y_pred).item(), value);
  set_num_threads(before);
}

TEST(CategoricalCrossentropy, TargetsHaveAGradientToo) {
  const Tensor gradient = target_gradient_of(CategoricalCrossentropy(), kOneHot, kShares);
  EXPECT_THAT(gradient, IsClose(ops::log(ops::clip(kShares, 1e-7f, 1.0f)) * -0.5f, 1e-5));
}

}  // namespace
}  // namespace strata::testing
