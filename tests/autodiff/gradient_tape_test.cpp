#include "strata/autodiff/gradient_tape.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "strata/core/errors.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::IsClose;
using testing::Raises;

Variable weight(std::initializer_list<float> values, bool trainable = true) {
  return {"weight", Tensor({static_cast<std::int64_t>(values.size())}, values), trainable};
}

TEST(GradientTape, FollowsTrainableVariables) {
  const Variable w = weight({1, -2, 3});
  GradientTape tape;
  EXPECT_THAT(tape.gradient(ops::sum(ops::square(w)), w), IsClose(Tensor({3}, {2, -4, 6})));
}

TEST(GradientTape, FollowsWatchedTensorsOnly) {
  const Tensor x({2}, {1, 2});
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  const Tensor y = watched * x;
  const std::vector<Tensor> gradients = tape.gradient(y, {watched, x});
  EXPECT_THAT(gradients[0], IsClose(x));
  EXPECT_FALSE(gradients[1].defined());
}

TEST(GradientTape, TakesAListOfOne) {
  const Variable w = weight({3});
  GradientTape tape;
  const std::vector<Tensor> gradients = tape.gradient(ops::square(w), {w});
  EXPECT_THAT(gradients.at(0), IsClose(Tensor({1}, {6})));
}

TEST(GradientTape, TakesVariablesAndWatchedTensorsInOneList) {
  const Variable w = weight({3});
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({1}, {5}));
  const std::vector<Tensor> gradients = tape.gradient(w * x, {w, x});
  EXPECT_THAT(gradients[0], IsClose(Tensor({1}, {5})));
  EXPECT_THAT(gradients[1], IsClose(Tensor({1}, {3})));
}

TEST(GradientTape, GivesAnUndefinedTensorForWhatDoesNotMatter) {
  const Variable used = weight({1});
  const Variable unused = weight({1});
  const Variable frozen = weight({1}, false);
  GradientTape tape;
  const auto gradients = tape.gradient(used * frozen, {used, unused, frozen});
  EXPECT_TRUE(gradients[0].defined());
  EXPECT_FALSE(gradients[1].defined());
  EXPECT_FALSE(gradients[2].defined());
}

TEST(GradientTape, GivesNothingForWhatWasComputedBefore) {
  const Variable w = weight({1});
  const Tensor before = ops::square(w);
  GradientTape tape;
  EXPECT_FALSE(tape.gradient(ops::sum(before), w).defined());
}

TEST(GradientTape, OfTheSourceItselfIsOne) {
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({2}, {1, 2}));
  EXPECT_THAT(tape.gradient(x, x), IsClose(Tensor({2}, {1, 1})));
}

TEST(GradientTape, SumsOverAllElementsOfTheTarget) {
  GradientTape tape;
  const Tensor x = tape.watch(3.0f);
  EXPECT_THAT(tape.gradient(x * Tensor({3}, {1, 2, 4}), x), IsClose(Tensor(7.0f)));
}

TEST(GradientTape, AddsUpWhatReachesAVariableOnSeveralWays) {
  const Variable w = weight({1, 2});
  GradientTape tape;
  const Tensor y = w * 2.0f;
  const Tensor loss = ops::sum(y * y) + ops::sum(y) + ops::sum(Tensor(w));
  EXPECT_THAT(tape.gradient(loss, w), IsClose(Tensor({2}, {11, 19})));
}

TEST(GradientTape, HandsOutGradientsThatShareNothingWithEachOther) {
  GradientTape tape;
  const Tensor a = tape.watch(Tensor({2}, {1, 2}));
  const Tensor b = tape.watch(Tensor({2}, {3, 4}));
  const Tensor more = a + b;  // the same gradient goes to both, then a gets more
  const auto gradients = tape.gradient(ops::sum(more) + ops::sum(a), {a, b});
  EXPECT_THAT(gradients[0], IsClose(Tensor({2}, {2, 2})));
  EXPECT_THAT(gradients[1], IsClose(Tensor({2}, {1, 1})));
}

TEST(GradientTape, ShowsTheValueOfThenWhenAVariableIsAssignedTo) {
  const Variable w = weight({3});
  GradientTape tape;
  const Tensor loss = ops::square(w);
  w.assign(Tensor({1}, {100}));
  EXPECT_THAT(tape.gradient(loss, w), IsClose(Tensor({1}, {6})));
}

TEST(GradientTape, IsUsedUpAfterOneGradient) {
  const Variable w = weight({1});
  GradientTape tape;
  const Tensor loss = ops::square(w);
  tape.gradient(loss, w);
  EXPECT_THAT([&] { tape.gradient(loss, w); },
              Raises<StateError>("GradientTape::gradient: a tape gives gradients once, unless made "
                                 "with {.persistent = true}. Received: a second call."));
}

TEST(GradientTape, GivesGradientsAgainWhenPersistent) {
  const Variable w = weight({2});
  GradientTape tape({.persistent = true});
  const Tensor y = ops::square(w);
  const Tensor z = y * y;
  EXPECT_THAT(tape.gradient(y, w), IsClose(Tensor({1}, {4})));
  EXPECT_THAT(tape.gradient(z, w), IsClose(Tensor({1}, {32})));
  EXPECT_THAT(tape.gradient(z * 2.0f, w), IsClose(Tensor({1}, {64})));
}

TEST(GradientTape, RejectsAnUndefinedTarget) {
  const Variable w = weight({2});
  GradientTape tape;
  EXPECT_THAT([&] { tape.gradient(Tensor(), w); },
              Raises<InvalidArgument>("GradientTape::gradient: the target must be defined. "
                                      "Received: an undefined tensor."));
  EXPECT_THAT([&] { (void)tape.watch({}); },
              Raises<InvalidArgument>("GradientTape::watch: the tensor must be defined. Received: "
                                      "an undefined tensor."));
}

TEST(GradientTape, RefusesSecondDerivatives) {
  const Variable w = weight({2});
  GradientTape outer;
  const Tensor first = [&] {
    GradientTape inner;
    return inner.gradient(ops::square(w), w);
  }();
  EXPECT_THAT([&] { first * 2.0f; },
              Raises<StateError>("GradientTape: second derivatives are not supported: a tensor "
                                 "that another tape follows can't be used under this one. "
                                 "Received: op=ops::multiply."));
}

TEST(GradientTape, RecordsAfterAnInnerTapeIsDone) {
  const Variable w = weight({2});
  GradientTape outer;
  {
    GradientTape inner;
    inner.gradient(ops::square(w), w);
  }
  EXPECT_THAT(outer.gradient(ops::square(w), w), IsClose(Tensor({1}, {4})));
}

TEST(GradientTape, SweepsWhileAYoungerTapeIsAlive) {
  const Variable w = weight({2, 1});
  GradientTape older;
  const Tensor loss = ops::max(ops::square(w));  // its gradient is made of other ops
  GradientTape younger;
  EXPECT_THAT(older.gradient(loss, w), IsClose(Tensor({2}, {4, 0})));
  EXPECT_THAT(younger.gradient(ops::square(w), w), IsClose(Tensor({2}, {4, 2})));
}

TEST(GradientTape, RecordsItsOwnThreadOnly) {
  const Variable w = weight({2});
  GradientTape tape;
  Tensor elsewhere;
  std::thread([&] { elsewhere = ops::square(w); }).join();
  EXPECT_FALSE(tape.gradient(elsewhere, w).defined());
}

TEST(Inference, KeepsNothing) {
  const Variable w = weight({2});
  const Tensor x({1}, {5});
  { const Tensor y = ops::square(w * x); }
  EXPECT_TRUE(TensorAccess::unique(x));
  EXPECT_TRUE(TensorAccess::unique(w.value()));
}

}  // namespace
}  // namespace strata
