// Whether the recording tape knows that one value was computed from another.
#include "autodiff/dependence.hpp"

#include <gtest/gtest.h>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/ops.hpp"
#include "strata/tensor/variable.hpp"

namespace strata::testing {
namespace {

using autodiff::has_left_tape;
using autodiff::leads_to_weight;

class Dependence : public ::testing::Test {
 protected:
  const Variable w_{"w", Tensor({2}, {1.0f, 2.0f})};
};

TEST_F(Dependence, IsUnknownWhereNoTapeRecords) {
  EXPECT_FALSE(autodiff::is_recording());
  EXPECT_FALSE(leads_to_weight(w_));
  EXPECT_FALSE(has_left_tape(Tensor(1.0f), w_));
  GradientTape tape;
  EXPECT_TRUE(autodiff::is_recording());
  tape.gradient(ops::sum(w_), w_);
  EXPECT_FALSE(autodiff::is_recording());
}

TEST_F(Dependence, OfAReadIsOnTheVariableWhicheverReadItWas) {
  GradientTape tape;
  EXPECT_TRUE(has_left_tape(Tensor(1.0f), w_));
  EXPECT_FALSE(has_left_tape(w_, w_));
  EXPECT_FALSE(has_left_tape(ops::sum(ops::exp(w_)), w_));
  const Variable other("other", 3.0f);
  EXPECT_TRUE(has_left_tape(other, w_));
  EXPECT_TRUE(has_left_tape(ops::square(other), w_));
}

TEST_F(Dependence, OnWhatWasReadBeforeTheTapeIsNotAskedFor) {
  const Tensor before = w_;
  GradientTape tape;
  EXPECT_FALSE(leads_to_weight(before));
  EXPECT_FALSE(has_left_tape(Tensor(1.0f), before));
}

TEST_F(Dependence, GoesForwardsOnly) {
  GradientTape tape;
  const Tensor early = ops::exp(w_);
  const Tensor middle = ops::square(early);
  const Tensor late = ops::sum(middle + early);
  EXPECT_FALSE(has_left_tape(late, early));
  EXPECT_FALSE(has_left_tape(late, w_));
  EXPECT_FALSE(has_left_tape(middle, middle));
  EXPECT_TRUE(has_left_tape(early, middle));
  EXPECT_TRUE(has_left_tape(ops::square(w_), early));
}

TEST_F(Dependence, OnAWatchedTensorIsNoneOnAWeight) {
  GradientTape tape;
  const Tensor x = ops::square(tape.watch(Tensor({2}, {3, 4})));
  EXPECT_FALSE(leads_to_weight(x));
  EXPECT_FALSE(has_left_tape(Tensor(1.0f), x));
  EXPECT_TRUE(leads_to_weight(x * w_));
  EXPECT_TRUE(has_left_tape(Tensor(1.0f), x * w_));
}

TEST_F(Dependence, UnderAnInnerTapeIsOnWhatThatFollows) {
  GradientTape outer;
  const Tensor square = ops::square(w_);
  GradientTape inner;
  EXPECT_FALSE(leads_to_weight(2.0f * square));
  EXPECT_FALSE(has_left_tape(Tensor(1.0f), 2.0f * square));
  EXPECT_TRUE(leads_to_weight(square * w_));
}

// `gradient` refuses it as a second derivative, with an error that explains more.
TEST_F(Dependence, ByWayOfAnotherTapeIsLeftToTheGradient) {
  GradientTape tape;
  const Tensor read = w_;
  Tensor slope;
  {
    GradientTape inner;
    slope = inner.gradient(ops::sum(ops::square(w_)), w_);
  }
  EXPECT_FALSE(has_left_tape(slope, read));
  EXPECT_FALSE(has_left_tape(ops::sum(2.0f * slope), read));
}

TEST_F(Dependence, IsFoundAcrossManyOperations) {
  GradientTape tape;
  const Tensor start = ops::exp(w_);
  Tensor x = start;
  for (int i = 0; i < 20'000; ++i) x = x + 1e-6f * (x * x);
  EXPECT_FALSE(has_left_tape(ops::sum(x), start));
  EXPECT_TRUE(has_left_tape(ops::sum(x), ops::exp(w_)));
}

}  // namespace
}  // namespace strata::testing
