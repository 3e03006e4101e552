// GradientTape: the gradients of recorded operations.
#include "strata/autodiff/gradient_tape.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <thread>
#include <vector>

#include "strata/autodiff/record.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

Variable two_numbers() { return {"w", Tensor({2}, {1.0f, -3.0f})}; }

TEST(GradientTape, FollowsVariables) {
  const Variable w = two_numbers();
  GradientTape tape;
  EXPECT_THAT(tape.gradient(ops::sum(ops::square(w)), w), IsClose(Tensor({2}, {2, -6})));
}

TEST(GradientTape, FollowsWhatIsWatched) {
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({2}, {1, -3}));
  EXPECT_THAT(tape.gradient(ops::square(x), x), IsClose(Tensor({2}, {2, -6})));
}

TEST(GradientTape, DoesNotFollowATensorThatIsNotWatched) {
  const Tensor x({2}, {1, -3});
  GradientTape tape;
  EXPECT_FALSE(tape.gradient(ops::square(x), x).defined());
}

TEST(GradientTape, GivesTheGradientOfTheSumOfAVectorsElements) {
  const Variable w = two_numbers();
  GradientTape tape;
  EXPECT_THAT(tape.gradient(3.0f * w, w), IsClose(Tensor({2}, {3, 3})));
}

TEST(GradientTape, OfAVariableForItselfIsOne) {
  const Variable w = two_numbers();
  GradientTape tape;
  EXPECT_THAT(tape.gradient(w.value(), w), IsClose(Tensor({2}, {1, 1})));
}

TEST(GradientTape, GivesAnUndefinedTensorForAnUnrelatedSource) {
  const Variable w = two_numbers();
  const Variable other("other", 2.0f);
  GradientTape tape;
  const auto gradients = tape.gradient(ops::sum(w), {w, other});
  EXPECT_TRUE(gradients[0].defined());
  EXPECT_FALSE(gradients[1].defined());
}

TEST(GradientTape, GivesAnUndefinedTensorForASourceUsedElsewhereOnly) {
  const Variable w = two_numbers();
  const Variable other("other", 2.0f);
  GradientTape tape;
  const Tensor aside = ops::square(other) + ops::sum(w);
  EXPECT_FALSE(tape.gradient(ops::sum(w), other).defined());
}

TEST(GradientTape, OfAConstantIsUndefined) {
  const Variable w = two_numbers();
  GradientTape tape;
  EXPECT_FALSE(tape.gradient(Tensor(3.0f), w).defined());
}

TEST(GradientTape, AddsUpOverAllUsesOfAVariable) {
  const Variable w = two_numbers();
  GradientTape tape;
  const Tensor loss = ops::sum(w * w) + ops::sum(w) + ops::sum(2.0f * w);
  EXPECT_THAT(tape.gradient(loss, w), IsClose(Tensor({2}, {5, -3})));
}

TEST(GradientTape, GivesGradientsOfIntermediateValues) {
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({2}, {1, -3}));
  const Tensor doubled = 2.0f * x;
  const auto gradients = tape.gradient(ops::sum(ops::square(doubled)), {x, doubled});
  EXPECT_THAT(gradients[0], IsClose(Tensor({2}, {8, -24})));
  EXPECT_THAT(gradients[1], IsClose(Tensor({2}, {4, -12})));
}

TEST(GradientTape, WatchingWhatItFollowsKeepsTheChain) {
  const Variable w = two_numbers();
  GradientTape tape;
  const Tensor doubled = tape.watch(2.0f * w);
  EXPECT_THAT(tape.gradient(ops::sum(tape.watch(doubled)), w), IsClose(Tensor({2}, {2, 2})));
}

TEST(GradientTape, ListsMayMixVariablesAndTensors) {
  const Variable w = two_numbers();
  GradientTape tape;
  const Tensor x = tape.watch(Tensor({2}, {5, 7}));
  const std::vector<Tensor> gradients = tape.gradient(ops::sum(w * x), {w, x});
  EXPECT_THAT(gradients[0], IsClose(Tensor({2}, {5, 7})));
  EXPECT_THAT(gradients[1], IsClose(Tensor({2}, {1, -3})));
}

TEST(GradientTape, AListOfOneGivesAListOfOne) {
  const Variable w = two_numbers();
  GradientTape tape;
  const std::vector<Tensor> gradients = tape.gradient(ops::sum(w), {w});
  EXPECT_EQ(gradients.size(), 1U);
}

TEST(GradientTape, TheSameSourceTwiceGetsTheSameGradientTwice) {
  const Variable w = two_numbers();
  GradientTape tape;
  const auto gradients = tape.gradient(ops::sum(w), {w, w});
  EXPECT_THAT(gradients[0], IsClose(gradients[1]));
}

TEST(GradientTape, DoesNotFollowAFrozenVariable) {
  const Variable w = two_numbers();
  const Variable frozen("frozen", Tensor({2}, {5, 7}), false);
  GradientTape tape;
  const auto gradients = tape.gradient(ops::sum(w * frozen), {w, frozen});
  EXPECT_THAT(gradients[0], IsClose(Tensor({2}, {5, 7})));
  EXPECT_FALSE(gradients[1].defined());
}

TEST(GradientTape, FollowsAVariableThatWasThawed) {
  const Variable w = two_numbers();
  w.set_trainable(false);
  w.set_trainable(true);
  GradientTape tape;
  EXPECT_TRUE(tape.gradient(ops::sum(w), w).defined());
}

TEST(GradientTape, DoesNotFollowPastStopGradient) {
  const Variable w = two_numbers();
  GradientTape tape;
  const Tensor loss = ops::sum(w * ops::stop_gradient(ops::square(w)));
  EXPECT_THAT(tape.gradient(loss, w), IsClose(Tensor({2}, {1, 9})));
}

TEST(GradientTape, RecordsNothingBeforeItsLife) {
  const Variable w = two_numbers();
  const Tensor before = ops::square(w);
  GradientTape tape;
  EXPECT_FALSE(tape.gradient(ops::sum(before), w).defined());
}

TEST(GradientTape, KeepsValuesThatWereOverwrittenMeanwhile) {
  const Variable w = two_numbers();
  GradientTape tape;
  const Tensor loss = ops::sum(ops::square(w));
  w.mutable_data()[0] = 100.0f;
  w.assign(Tensor({2}, {50, 50}));
  EXPECT_THAT(tape.gradient(loss, w), IsClose(Tensor({2}, {2, -6})));
}

TEST(GradientTape, IsUsedUpAfterOneGradient) {
  const Variable w = two_numbers();
  GradientTape tape;
  const Tensor loss = ops::sum(w);
  tape.gradient(loss, w);
  EXPECT_THAT([&] { tape.gradient(loss, w); },
              Raises<StateError>("GradientTape::gradient: a tape gives gradients once, unless made "
                                 "with {.persistent = true}. Received: a second call."));
  EXPECT_THAT([&] { (void)tape.watch(Tensor(1.0f)); },
              Raises<StateError>("GradientTape::watch: a tape that gave its gradients follows "
                                 "nothing any more, unless made with {.persistent = true}. "
                                 "Received: a used-up tape."));
}

TEST(GradientTape, ThatIsUsedUpRecordsNoMore) {
  const Variable w = two_numbers();
  GradientTape tape;
  tape.gradient(ops::sum(w), w);
  const Tensor after = ops::square(w);
  EXPECT_EQ(after.trace().owner, autodiff::Trace::kConstant);
}

TEST(GradientTape, ThatIsPersistentGivesMany) {
  const Variable w = two_numbers();
  GradientTape tape({.persistent = true});
  const Tensor square = ops::sum(ops::square(w));
  EXPECT_THAT(tape.gradient(square, w), IsClose(Tensor({2}, {2, -6})));
  EXPECT_THAT(tape.gradient(square, w), IsClose(Tensor({2}, {2, -6})));
  EXPECT_THAT(tape.gradient(3.0f * square, w), IsClose(Tensor({2}, {6, -18})));
}

TEST(GradientTape, GradientsTakenBeforeKeepTheirValues) {
  const Variable w = two_numbers();
  GradientTape tape({.persistent = true});
  const Tensor loss = ops::sum(w) + ops::sum(w);
  const Tensor first = tape.gradient(loss, w);
  tape.gradient(loss, w);
  EXPECT_THAT(first, IsClose(Tensor({2}, {2, 2})));
}

TEST(GradientTape, RefusesAnUndefinedTarget) {
  const Variable w = two_numbers();
  GradientTape tape;
  EXPECT_THAT([&] { tape.gradient(Tensor(), w); },
              Raises<InvalidArgument>("GradientTape::gradient: the target must be defined. "
                                      "Received: an undefined tensor."));
  EXPECT_TRUE(tape.gradient(ops::sum(w), w).defined());  // nothing was used up
}

TEST(GradientTape, RefusesAnUndefinedSource) {
  GradientTape tape;
  EXPECT_THAT([&] { tape.gradient(Tensor(1.0f), Variable()); },
              Raises<InvalidArgument>("GradientTape::gradient: a source must be defined. Received: "
                                      "an undefined variable."));
  EXPECT_THAT([&] { (void)tape.watch(Tensor()); },
              Raises<InvalidArgument>("GradientTape::watch: the tensor must be defined. Received: "
                                      "an undefined tensor."));
}

TEST(GradientTape, AnOperationWithoutAGradientSaysSo) {
  const Tensor x(2.0f);
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  const Tensor y = autodiff::record(
      "mystery", Tensor(1.0f), {watched},
      [](const Tensor&, autodiff::InputGradients&) { autodiff::refuse_gradient("mystery"); });
  EXPECT_THAT(
      [&] { tape.gradient(y, watched); },
      Raises<StateError>("GradientTape: this operation has no gradient in Strata. Received: "
                         "op=mystery."));
}

TEST(GradientTape, AsksNoGradientThatNobodyWants) {
  GradientTape tape;
  const Tensor x = tape.watch(Tensor(2.0f));
  const Tensor unwanted = tape.watch(Tensor(3.0f));
  bool wanted = true;
  const Tensor y = autodiff::record("pair", Tensor(1.0f), {x, unwanted},
                                    [&](const Tensor& gradient, autodiff::InputGradients& inputs) {
                                      wanted = inputs.wanted(1);
                                      inputs.add(0, gradient);
                                    });
  EXPECT_EQ(tape.gradient(y, x).item(), 1.0f);
  EXPECT_FALSE(wanted);
}

TEST(GradientTape, LetsGoOfWhatAnOperationKept) {
  const auto kept = std::make_shared<int>(1);
  const std::weak_ptr<int> watcher = kept;
  std::optional<GradientTape> tape(std::in_place);
  const Tensor x = tape->watch(Tensor(2.0f));
  const Tensor y =
      autodiff::record("keeper", Tensor(1.0f), {x},
                       [held = kept](const Tensor& gradient, autodiff::InputGradients& inputs) {
                         inputs.add(0, gradient);
                       });
  EXPECT_EQ(watcher.use_count(), 2);
  tape->gradient(y, x);
  EXPECT_EQ(watcher.use_count(), 1);
}

TEST(GradientTape, SweepsAHundredThousandOperationsDeep) {
  const Variable w("w", 1.0f);
  GradientTape tape;
  Tensor x = w;
  for (int i = 0; i < 100'000; ++i) x = x + 1e-5f;
  EXPECT_EQ(tape.gradient(x, w).item(), 1.0f);
}

TEST(GradientTape, WithTwoTapesTwoThreadsReadOneVariable) {
  const Variable w = two_numbers();
  Tensor gradients[2];
  const auto work = [&](int which) {
    for (int round = 0; round < 200; ++round) {
      GradientTape tape;
      const Tensor loss = static_cast<float>(which + 1) * ops::sum(ops::square(w));
      gradients[which] = tape.gradient(loss, w);
    }
  };
  std::thread other(work, 1);
  work(0);
  other.join();
  EXPECT_THAT(gradients[0], IsClose(Tensor({2}, {2, -6})));
  EXPECT_THAT(gradients[1], IsClose(Tensor({2}, {4, -12})));
}

TEST(GradientTape, OnAnotherThreadDoesNotRecordHere) {
  const Variable w = two_numbers();
  GradientTape tape;
  Tensor elsewhere;
  std::thread([&] { elsewhere = ops::square(w); }).join();
  EXPECT_EQ(elsewhere.trace().owner, autodiff::Trace::kConstant);
}

TEST(GradientTape, MayEndBeforeAnOlderOne) {
  const Variable w = two_numbers();
  auto first = std::make_unique<GradientTape>();
  auto second = std::make_unique<GradientTape>();
  first.reset();
  EXPECT_THAT(second->gradient(ops::sum(ops::square(w)), w), IsClose(Tensor({2}, {2, -6})));
  second.reset();
  EXPECT_EQ(ops::square(w).trace().owner, autodiff::Trace::kConstant);
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

TEST(GradientTape, SweepsWhileAYoungerTapeIsAlive) {
  const Variable w("w", Tensor({2}, {2, 1}));
  GradientTape older;
  const Tensor loss = ops::max(ops::square(w));  // its gradient is made of other ops
  GradientTape younger;
  EXPECT_THAT(older.gradient(loss, w), IsClose(Tensor({2}, {4, 0})));
  EXPECT_THAT(younger.gradient(ops::square(w), w), IsClose(Tensor({2}, {4, 2})));
}

TEST(Inference, KeepsNothing) {
  const Variable w = two_numbers();
  const Tensor x({2}, {5, 6});
  { const Tensor y = ops::square(w * x); }
  EXPECT_TRUE(TensorAccess::unique(x));
  const float* const value = w.value().data();
  EXPECT_EQ(w.mutable_data(), value);  // not copied, so no tape holds the value
}

// sum(x_0, …, x_4), written as a user's own op with more inputs than any built-in one has.
TEST(Record, TakesAnyNumberOfInputs) {
  GradientTape tape;
  std::vector<Tensor> x;
  for (int i = 0; i < 5; ++i) x.push_back(tape.watch(Tensor(static_cast<float>(i))));
  const Tensor y = autodiff::record("sum_of_five", 10.0f, {x[0], x[1], x[2], x[3], x[4]},
                                    [](const Tensor& gradient, autodiff::InputGradients& inputs) {
                                      for (int i = 0; i < 5; ++i) inputs.add(i, gradient);
                                    });
  for (const Tensor& gradient : tape.gradient(y, x)) EXPECT_EQ(gradient.item(), 1.0f);
}

}  // namespace
}  // namespace strata::testing
