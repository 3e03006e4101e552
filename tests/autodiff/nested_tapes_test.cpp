// Tapes within tapes. Second derivatives are not supported, so wherever one would be needed there
// must be an error: never a gradient that is silently too small.
#include <gtest/gtest.h>

#include <optional>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

std::string refusal(const std::string& op) {
  return "GradientTape::gradient: second derivatives are not supported: the target must not depend "
         "on a gradient taken, or an output recorded, by another tape (or an earlier call) while "
         "this tape was alive; ops::stop_gradient makes a constant of it. Received: op=" +
         op + ".";
}

class NestedTapes : public ::testing::Test {
 protected:
  const Variable w_{"w", Tensor({2}, {1.0f, -3.0f})};
  GradientTape outer_;
};

TEST_F(NestedTapes, TheYoungestRecords) {
  GradientTape inner;
  EXPECT_THAT(inner.gradient(ops::sum(ops::square(w_)), w_), IsClose(Tensor({2}, {2, -6})));
}

TEST_F(NestedTapes, TheOuterOneRecordsAgainOnceTheInnerIsUsedUp) {
  GradientTape inner;
  inner.gradient(ops::sum(w_), w_);
  EXPECT_THAT(outer_.gradient(ops::sum(ops::square(w_)), w_), IsClose(Tensor({2}, {2, -6})));
}

TEST_F(NestedTapes, TheOuterOneRecordsAgainOnceTheInnerIsGone) {
  { GradientTape inner; }
  EXPECT_THAT(outer_.gradient(ops::sum(ops::square(w_)), w_), IsClose(Tensor({2}, {2, -6})));
}

TEST_F(NestedTapes, AGradientOfTheInnerIsRefusedByTheOuter) {
  Tensor slope;
  {
    GradientTape inner;
    slope = inner.gradient(ops::sum(ops::square(w_)), w_);
  }
  const Tensor loss = ops::sum(ops::square(slope));
  EXPECT_THAT([&] { outer_.gradient(loss, w_); }, Raises<StateError>(refusal("ops::square")));
}

TEST_F(NestedTapes, AlsoWhileTheInnerIsStillThere) {
  GradientTape inner;
  const Tensor slope = inner.gradient(ops::sum(ops::square(w_)), w_);
  const Tensor loss = ops::sum(w_) + ops::sum(slope);
  EXPECT_THROW(outer_.gradient(loss, w_), StateError);
}

TEST_F(NestedTapes, AlsoAsTheTargetItself) {
  GradientTape inner;
  const Tensor slope = inner.gradient(ops::sum(ops::square(w_)), w_);
  EXPECT_THAT([&] { outer_.gradient(slope, w_); }, Raises<StateError>(refusal("none")));
}

TEST_F(NestedTapes, AnOutcomeOfTheInnerIsRefusedByTheOuter) {
  std::optional<GradientTape> inner(std::in_place);
  const Tensor square = ops::sum(ops::square(w_));
  inner.reset();
  EXPECT_THAT([&] { outer_.gradient(square, w_); }, Raises<StateError>(refusal("none")));
  EXPECT_THROW(outer_.gradient(ops::sum(w_) + square, w_), StateError);
}

TEST_F(NestedTapes, WhatTheOuterFollowsIsAConstantToTheInner) {
  const Tensor square = ops::square(w_);
  GradientTape inner;
  EXPECT_THAT(inner.gradient(ops::sum(w_ * square), w_), IsClose(Tensor({2}, {1, 9})));
}

TEST_F(NestedTapes, ButTheOuterKnowsThatItDidNotSeeWhatBecameOfIt) {
  const Tensor square = ops::square(w_);
  Tensor doubled;
  {
    GradientTape inner;
    doubled = 2.0f * square;
  }
  EXPECT_THROW(outer_.gradient(ops::sum(doubled), w_), StateError);
}

TEST_F(NestedTapes, WhatTheInnerWatchesIsRefusedByTheOuter) {
  const Tensor square = ops::square(w_);
  GradientTape inner;
  const Tensor watched = inner.watch(square);
  const Tensor loss = ops::sum(3.0f * watched);
  EXPECT_THAT(inner.gradient(loss, watched), IsClose(Tensor({2}, {3, 3})));
  EXPECT_THROW(outer_.gradient(loss, w_), StateError);
}

TEST_F(NestedTapes, StopGradientMakesAConstantOfAnInnerGradient) {
  Tensor slope;
  {
    GradientTape inner;
    slope = ops::stop_gradient(inner.gradient(ops::sum(ops::square(w_)), w_));
  }
  EXPECT_THAT(outer_.gradient(ops::sum(w_ * slope), w_), IsClose(Tensor({2}, {2, -6})));
}

TEST_F(NestedTapes, ARefusalUsesNothingUp) {
  Tensor slope;
  {
    GradientTape inner;
    slope = inner.gradient(ops::sum(ops::square(w_)), w_);
  }
  const Tensor good = ops::sum(ops::square(w_));
  EXPECT_THROW(outer_.gradient(good + ops::sum(slope), w_), StateError);
  EXPECT_THAT(outer_.gradient(good, w_), IsClose(Tensor({2}, {2, -6})));
}

TEST_F(NestedTapes, WhatTheTargetDoesNotDependOnIsNotRefused) {
  Tensor slope;
  {
    GradientTape inner;
    slope = inner.gradient(ops::sum(ops::square(w_)), w_);
  }
  const Tensor aside = ops::sum(slope);
  EXPECT_THAT(outer_.gradient(ops::sum(ops::square(w_)), w_), IsClose(Tensor({2}, {2, -6})));
}

TEST_F(NestedTapes, ThreeDeepAreRefusedToo) {
  Tensor slope;
  {
    GradientTape middle;
    {
      GradientTape inner;
      slope = inner.gradient(ops::sum(ops::square(w_)), w_);
    }
    slope = 2.0f * slope;
  }
  EXPECT_THROW(outer_.gradient(ops::sum(slope), w_), StateError);
}

TEST(PersistentTape, ItsOwnGradientIsRefusedAsATarget) {
  const Variable w("w", Tensor({2}, {1.0f, -3.0f}));
  GradientTape tape({.persistent = true});
  const Tensor slope = tape.gradient(ops::sum(ops::square(w)), w);
  EXPECT_THAT([&] { tape.gradient(ops::sum(slope), w); }, Raises<StateError>(refusal("ops::sum")));
}

TEST(PersistentTape, ItsOwnGradientMayBeReckonedWith) {
  const Variable w("w", Tensor({2}, {1.0f, -3.0f}));
  GradientTape tape({.persistent = true});
  const Tensor slope = tape.gradient(ops::sum(ops::square(w)), w);
  EXPECT_THAT(0.5f * slope, IsClose(Tensor({2}, {1, -3})));
}

TEST(LaterTape, TakesAGradientOfAnEarlierOneAsAConstant) {
  const Variable w("w", Tensor({2}, {1.0f, -3.0f}));
  Tensor slope;
  {
    GradientTape outer;
    GradientTape inner;
    slope = inner.gradient(ops::sum(ops::square(w)), w);
  }
  GradientTape later;
  EXPECT_THAT(later.gradient(ops::sum(w * slope), w), IsClose(Tensor({2}, {2, -6})));
}

TEST(LaterTape, TakesAnOutcomeOfAnEarlierOneAsAConstant) {
  const Variable w("w", Tensor({2}, {1.0f, -3.0f}));
  Tensor square;
  {
    GradientTape earlier;
    square = ops::square(w);
  }
  GradientTape later;
  EXPECT_THAT(later.gradient(ops::sum(w * square), w), IsClose(Tensor({2}, {1, 9})));
}

}  // namespace
}  // namespace strata::testing
