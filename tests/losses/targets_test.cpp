// What a fit refuses before its first step.
#include <gtest/gtest.h>

#include <cmath>

#include "strata/core/errors.hpp"
#include "strata/losses/binary_crossentropy.hpp"
#include "strata/losses/categorical_crossentropy.hpp"
#include "strata/losses/formula_loss.hpp"
#include "strata/losses/sparse_categorical_crossentropy.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using losses::SparseCategoricalCrossentropy;

TEST(Targets, OfEveryBuiltInMustBeFinite) {
  const Tensor y_true({2, 2}, {0, 1, NAN, 1});
  for (const char* name :
       {"mse", "mae", "mape", "msle", "huber", "log_cosh", "hinge", "kld", "bce", "squared_hinge",
        "categorical_hinge", "poisson", "cosine_similarity", "categorical_crossentropy"}) {
    EXPECT_THROW(LossSpec(name)->check_targets(y_true, {2, 2}), InvalidArgument) << name;
  }
}

TEST(Targets, ThatAreNotFiniteAreNamed) {
  const losses::MeanSquaredError loss;
  EXPECT_THAT(
      [&] {
        loss.check_targets(Tensor({2, 2}, {0, 1, NAN, 1}), {2, 2});
      },
      Raises<InvalidArgument>(
          "MeanSquaredError: targets must be finite. Received: y_true[1, 0]=nan."));
  EXPECT_THAT(
      [&] {
        loss.check_targets(Tensor({1}, {-INFINITY}), {1, 1});
      },
      Raises<InvalidArgument>(
          "MeanSquaredError: targets must be finite. Received: y_true[0]=-inf."));
}

TEST(Targets, MayBeOfAnyNumberOfSamples) {
  const losses::MeanSquaredError loss;
  EXPECT_NO_THROW(loss.check_targets(ops::zeros({100, 3}), {32, 3}));
  EXPECT_NO_THROW(loss.check_targets(ops::zeros({100, 3}), {Shape::kUnknown, 3}));
  EXPECT_NO_THROW(loss.check_targets(ops::zeros({100}), {Shape::kUnknown, 1}));
  EXPECT_NO_THROW(loss.check_targets(ops::zeros({100, 5}), {32, Shape::kUnknown}));
}

TEST(Targets, MustHaveTheShapeOfPredictions) {
  EXPECT_THAT(
      [] {
        losses::MeanSquaredError().check_targets(ops::zeros({100, 2}), {32, 3});
      },
      Raises<ShapeError>("MeanSquaredError: y_true and y_pred must have the same shape, of "
                         "rank 1 or more. Received: y_true.shape=(100, 2), "
                         "y_pred.shape=(32, 3)."));
}

TEST(Targets, OfBinaryCrossentropyAreProbabilities) {
  const losses::BinaryCrossentropy loss;
  EXPECT_NO_THROW(loss.check_targets(Tensor({3, 1}, {0, 0.5f, 1}), {3, 1}));
  EXPECT_THAT(
      [&] {
        loss.check_targets(Tensor({2, 1}, {1, -1}), {2, 1});
      },
      Raises<InvalidArgument>("BinaryCrossentropy: targets must lie in [0, 1]. Received: "
                              "y_true[1, 0]=-1."));
}

TEST(Targets, OfSparseCrossentropyAreClasses) {
  const SparseCategoricalCrossentropy loss;
  EXPECT_NO_THROW(loss.check_targets(Tensor({4}, {0, 1, 2, 0}), {2, 3}));
  EXPECT_NO_THROW(loss.check_targets(Tensor({4, 1}, {0, 1, 2, 0}), {Shape::kUnknown, 3}));
  EXPECT_THAT(
      [&] {
        loss.check_targets(Tensor({3}, {0, 1, 1.5f}), {2, 3});
      },
      Raises<InvalidArgument>("SparseCategoricalCrossentropy: labels must be whole numbers "
                              "in [0, 3). Received: y_true[2]=1.5."));
}

TEST(Targets, OfSparseCrossentropyMayBeIgnored) {
  const SparseCategoricalCrossentropy loss({.ignore_class = 255});
  EXPECT_NO_THROW(loss.check_targets(Tensor({2}, {255, 1}), {2, 3}));
  EXPECT_THAT(
      [&] {
        loss.check_targets(Tensor({2}, {254, 1}), {2, 3});
      },
      Raises<InvalidArgument>("SparseCategoricalCrossentropy: labels must be whole numbers "
                              "in [0, 3). Received: y_true[0]=254."));
}

TEST(Targets, OfACallableAreItsOwnAffair) {
  const LossSpec loss = [](const Tensor& y_true, const Tensor& y_pred) {
    return ops::where(ops::isnan(y_true), 0.0f, ops::square(y_true - y_pred));
  };
  EXPECT_NO_THROW(loss->check_targets(Tensor({1}, {NAN}), {1}));
}

}  // namespace
}  // namespace strata::testing
