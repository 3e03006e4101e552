// How a tape treats a variable that is assigned to: it follows what was read since the tape was
// made, each read with its own value; what was read before is a constant.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

class VariableReads : public ::testing::Test {
 protected:
  const Variable w_{"w", Tensor({2}, {1.0f, 2.0f})};
};

TEST_F(VariableReads, BeforeAnAssignmentAndTheTapeAreConstants) {
  const Tensor start = w_;
  w_.assign(Tensor({2}, {3.0f, 5.0f}));
  GradientTape tape;
  const Tensor distance = ops::sum(ops::square(w_ - start));
  EXPECT_THAT(tape.gradient(distance, w_), IsClose(Tensor({2}, {4, 6})));
}

TEST_F(VariableReads, BeforeTheTapeAreConstantsThoughOfTheValueOfNow) {
  const Tensor now = w_;
  GradientTape tape;
  EXPECT_THAT(tape.gradient(ops::sum(w_ * now), w_), IsClose(Tensor({2}, {1, 2})));
}

TEST_F(VariableReads, ByValueOrConversionAreAlike) {
  const Tensor before = w_.value();
  GradientTape tape({.persistent = true});
  const Tensor within = w_.value();
  EXPECT_FALSE(tape.gradient(ops::sum(before), w_).defined());
  EXPECT_THAT(tape.gradient(ops::sum(within), w_), IsClose(Tensor({2}, {1, 1})));
  const Tensor& bound = w_;  // a temporary whose life the reference extends
  EXPECT_THAT(tape.gradient(ops::sum(bound * before), w_), IsClose(Tensor({2}, {1, 2})));
}

TEST_F(VariableReads, BeforeTheTapeAreNoSources) {
  const Tensor before = w_;
  GradientTape tape;
  const auto gradients = tape.gradient(ops::sum(w_ * before), {before});
  EXPECT_FALSE(gradients[0].defined());
}

TEST_F(VariableReads, WithinTheTapeAreSourcesLikeTheVariable) {
  GradientTape tape;
  const Tensor within = w_;
  EXPECT_THAT(tape.gradient(ops::sum(ops::square(within)), within), IsClose(Tensor({2}, {2, 4})));
}

TEST_F(VariableReads, KeepTheirGradientWhateverIsAssignedLater) {
  GradientTape tape;
  const Tensor within = w_;
  w_.assign(Tensor({2}, {30.0f, 50.0f}));
  EXPECT_THAT(tape.gradient(ops::sum(ops::square(within)), w_), IsClose(Tensor({2}, {2, 4})));
}

TEST_F(VariableReads, OfSeveralValuesAddUp) {
  GradientTape tape;
  const Tensor first = w_;
  w_.assign(Tensor({2}, {10.0f, 20.0f}));
  const Tensor loss = ops::sum(ops::square(first)) + ops::sum(ops::square(w_));
  EXPECT_THAT(tape.gradient(loss, w_), IsClose(Tensor({2}, {22, 44})));
}

TEST_F(VariableReads, UnderAPersistentTapeServeTwoLossesAndTwoUpdates) {
  GradientTape tape({.persistent = true});
  for (int update = 0; update < 2; ++update) {
    const Tensor value = w_;
    const Tensor loss = ops::sum(ops::square(w_));
    const Tensor gradient = tape.gradient(loss, w_);
    EXPECT_THAT(gradient, IsClose(2.0f * value)) << update;
    w_.assign(value - 0.25f * gradient);  // halves the weight
  }
  EXPECT_THAT(w_.value(), IsClose(Tensor({2}, {0.25f, 0.5f})));
}

TEST_F(VariableReads, UpdatedInPlaceMeanwhileKeepTheirValues) {
  GradientTape tape({.persistent = true});
  const Tensor first = ops::sum(ops::square(w_));
  w_.mutable_data()[0] = 10.0f;
  const Tensor second = ops::sum(ops::square(w_));
  EXPECT_THAT(tape.gradient(first, w_), IsClose(Tensor({2}, {2, 4})));
  EXPECT_THAT(tape.gradient(second, w_), IsClose(Tensor({2}, {20, 4})));
}

TEST_F(VariableReads, AssignedFromAnotherVariableAreReadsOfTheirOwn) {
  const Variable other("other", Tensor({2}, {7.0f, 8.0f}));
  GradientTape tape;
  w_.assign(other);
  const auto gradients = tape.gradient(ops::sum(ops::square(w_)), {w_, other});
  EXPECT_THAT(gradients[0], IsClose(Tensor({2}, {14, 16})));
  EXPECT_FALSE(gradients[1].defined());
}

TEST_F(VariableReads, BeforeTheTapeCanBeWatched) {
  const Tensor before = w_;
  GradientTape tape;
  const Tensor watched = tape.watch(before);
  const auto gradients = tape.gradient(ops::sum(watched * w_), {watched, w_});
  EXPECT_THAT(gradients[0], IsClose(Tensor({2}, {1, 2})));
  EXPECT_THAT(gradients[1], IsClose(Tensor({2}, {1, 2})));
}

TEST_F(VariableReads, WithinTheTapeStayReadsWhenWatched) {
  GradientTape tape;
  EXPECT_THAT(tape.gradient(ops::sum(tape.watch(w_)), w_), IsClose(Tensor({2}, {1, 1})));
}

TEST_F(VariableReads, UnderAnInnerTapeAreFollowedByTheOuterOne) {
  GradientTape outer;
  Tensor read;
  {
    GradientTape inner;
    read = w_;
  }
  EXPECT_THAT(outer.gradient(ops::sum(ops::square(read)), w_), IsClose(Tensor({2}, {2, 4})));
}

TEST_F(VariableReads, AfterAnInnerGradientAreFollowedByTheOuterOne) {
  GradientTape outer;
  GradientTape inner({.persistent = true});
  inner.gradient(ops::sum(w_), w_);  // advances the number of tapes and gradients
  const Tensor read = w_;
  EXPECT_THAT(outer.gradient(read, w_), IsClose(Tensor({2}, {1, 1})));
}

TEST_F(VariableReads, OfTheOuterTapeAreConstantsToTheInner) {
  GradientTape outer;
  const Tensor read = w_;
  GradientTape inner;
  EXPECT_THAT(inner.gradient(ops::sum(w_ * read), w_), IsClose(Tensor({2}, {1, 2})));
}

TEST_F(VariableReads, OfTheOuterTapeUsedUnderTheInnerAreMissedByNoTapeSilently) {
  GradientTape outer;
  const Tensor read = w_;
  Tensor square;
  {
    GradientTape inner;
    square = ops::square(read);
  }
  EXPECT_THROW(outer.gradient(ops::sum(square), w_), StateError);
}

TEST_F(VariableReads, UnderATapeThatIsGoneAreConstantsToTheNext) {
  Tensor read;
  {
    GradientTape first;
    read = w_;
  }
  GradientTape second;
  EXPECT_THAT(second.gradient(ops::sum(w_ * read), w_), IsClose(Tensor({2}, {1, 2})));
}

TEST_F(VariableReads, FollowWhetherTheVariableWasTrainableThen) {
  GradientTape tape({.persistent = true});
  const Tensor trained = w_;
  w_.set_trainable(false);
  const Tensor frozen = w_;
  w_.set_trainable(true);
  const Tensor thawed = w_;
  EXPECT_TRUE(tape.gradient(ops::sum(trained), w_).defined());
  EXPECT_FALSE(tape.gradient(ops::sum(frozen), w_).defined());
  EXPECT_TRUE(tape.gradient(ops::sum(thawed), w_).defined());
}

TEST_F(VariableReads, GoByTheWeightWhicheverHandleWasRead) {
  Variable other = w_;
  GradientTape tape;
  const Tensor loss = ops::sum(ops::square(other)) + ops::sum(w_);
  const Variable moved = std::move(other);
  EXPECT_THAT(tape.gradient(loss, moved), IsClose(Tensor({2}, {3, 5})));
}

TEST_F(VariableReads, OnAnotherThreadBeforeTheTapeAreConstants) {
  Tensor read;
  std::thread([&] {
    GradientTape elsewhere;
    read = w_;
  }).join();
  GradientTape tape;
  EXPECT_THAT(tape.gradient(ops::sum(w_ * read), w_), IsClose(Tensor({2}, {1, 2})));
}

TEST_F(VariableReads, HereBeforeAnotherThreadsTapeAreConstantsThere) {
  const Tensor read = w_;
  Tensor gradient;
  std::thread([&] {
    GradientTape elsewhere;
    gradient = elsewhere.gradient(ops::sum(w_ * read), w_);
  }).join();
  EXPECT_THAT(gradient, IsClose(Tensor({2}, {1, 2})));
}

TEST_F(VariableReads, OnAnotherThreadSinceTheTapeWasMadeAreFollowed) {
  GradientTape tape;
  Tensor read;
  std::thread([&] { read = w_; }).join();
  EXPECT_THAT(tape.gradient(ops::sum(ops::square(read)), w_), IsClose(Tensor({2}, {2, 4})));
}

TEST_F(VariableReads, LeaveTheElementsWhereTheyAre) {
  const std::span<const float> values = w_.value().values();
  EXPECT_EQ(values.data(), w_.value().data());
  EXPECT_EQ(w_.mutable_data(), values.data());
}

TEST_F(VariableReads, OfManyThreadsAtOnceChangeNothing) {
  std::vector<std::thread> threads;
  std::vector<Tensor> gradients(8);
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 100; ++round) {
        const Tensor before = w_;
        GradientTape tape;
        gradients[i] = tape.gradient(ops::sum(w_ * before), w_);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Tensor& gradient : gradients) EXPECT_THAT(gradient, IsClose(Tensor({2}, {1, 2})));
}

TEST_F(VariableReads, AreInputsOfAUsersOperation) {
  GradientTape tape;
  const Tensor x({2}, {3, 4});
  const Tensor y = autodiff::record("twice", 2.0f * ops::stop_gradient(w_), {x, w_},
                                    [](const Tensor& gradient, autodiff::InputGradients& inputs) {
                                      inputs.add(1, 2.0f * gradient);
                                    });
  EXPECT_THAT(tape.gradient(y, w_), IsClose(Tensor({2}, {2, 2})));
}

}  // namespace
}  // namespace strata::testing
