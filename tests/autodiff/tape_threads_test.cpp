// Tapes that are used or destroyed on a thread other than the one that made them.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using Tape = std::unique_ptr<GradientTape>;

void end_elsewhere(Tape tape) {
  std::thread([gone = std::move(tape)]() mutable { gone.reset(); }).join();
}

class TapeThreads : public ::testing::Test {
 protected:
  Tensor loss() const { return ops::sum(ops::square(w_)); }
  void expect_gradient(GradientTape& tape) const {
    EXPECT_THAT(tape.gradient(loss(), w_), IsClose(Tensor({2}, {2, 4})));
  }
  const Variable w_{"w", Tensor({2}, {1.0f, 2.0f})};
};

TEST_F(TapeThreads, EndedElsewhereRecordsNoMore) {
  end_elsewhere(std::make_unique<GradientTape>());
  EXPECT_TRUE(ops::square(w_).trace().is_constant());
  GradientTape other;
  expect_gradient(other);
}

TEST_F(TapeThreads, EndedElsewhereLeavesTheTapeAroundItRecording) {
  GradientTape outer;
  end_elsewhere(std::make_unique<GradientTape>());
  expect_gradient(outer);
}

TEST_F(TapeThreads, EndedElsewhereLeavesTheTapeInsideItRecording) {
  auto outer = std::make_unique<GradientTape>();
  GradientTape inner;
  end_elsewhere(std::move(outer));
  expect_gradient(inner);
}

TEST_F(TapeThreads, EndedElsewhereInAnyOrderLeaveTheRest) {
  std::vector<Tape> tapes;
  for (int i = 0; i < 6; ++i) tapes.push_back(std::make_unique<GradientTape>());
  for (const std::size_t gone : {2U, 5U, 0U, 3U}) end_elsewhere(std::move(tapes[gone]));
  expect_gradient(*tapes[4]);
  end_elsewhere(std::move(tapes[4]));
  expect_gradient(*tapes[1]);
  tapes.clear();
  EXPECT_TRUE(ops::square(w_).trace().is_constant());
}

TEST_F(TapeThreads, EndedElsewhereAreLetGoByTheirOwnThread) {
  const auto kept = std::make_shared<int>(1);
  auto tape = std::make_unique<GradientTape>();
  const Tensor x = tape->watch(Tensor(2.0f));
  autodiff::record(
      "keeper", Tensor(1.0f), {x},
      [held = kept](const Tensor& gradient, autodiff::InputGradients& in) { in.add(0, gradient); });
  EXPECT_EQ(kept.use_count(), 2);
  end_elsewhere(std::move(tape));
  const Tensor y = ops::square(w_);
  EXPECT_EQ(kept.use_count(), 1);
}

TEST_F(TapeThreads, EndedElsewhereWhileThisOneComputes) {
  for (int round = 0; round < 50; ++round) {
    auto tape = std::make_unique<GradientTape>();
    std::atomic<bool> started = false;
    std::thread other([&started, gone = std::move(tape)]() mutable {
      while (!started) std::this_thread::yield();
      gone.reset();
    });
    Tensor sum = 0.0f;
    for (int i = 0; i < 50; ++i) {
      sum = sum + loss();
      started = true;
    }
    other.join();
    EXPECT_FLOAT_EQ(sum.item(), 250.0f);
  }
}

TEST_F(TapeThreads, GivesItsGradientElsewhere) {
  GradientTape tape;
  const Tensor target = loss();
  Tensor gradient;
  std::thread([&] { gradient = tape.gradient(target, w_); }).join();
  EXPECT_THAT(gradient, IsClose(Tensor({2}, {2, 4})));
  EXPECT_TRUE(ops::square(w_).trace().is_constant());  // used up on this thread too
}

TEST_F(TapeThreads, GivesItsGradientElsewhereUnderATapeOfThere) {
  GradientTape tape;
  const Tensor target = loss();
  std::thread([&] {
    GradientTape own;
    EXPECT_THAT(tape.gradient(target, w_), IsClose(Tensor({2}, {2, 4})));
    expect_gradient(own);
  }).join();
}

TEST_F(TapeThreads, AGradientFromElsewhereIsRefusedByATapeThatWasThere) {
  std::unique_ptr<GradientTape> late;
  std::thread([&] {
    GradientTape own;
    Tensor target;
    std::thread([&] {
      late = std::make_unique<GradientTape>();
      target = loss();
    }).join();
    const Tensor slope = late->gradient(target, w_);
    EXPECT_THROW(own.gradient(ops::sum(ops::square(slope)), w_), StateError);
  }).join();
}

TEST_F(TapeThreads, OutlivesTheThreadThatMadeIt) {
  Tape tape;
  Tensor target;
  std::thread([&] {
    tape = std::make_unique<GradientTape>();
    target = loss();
  }).join();
  GradientTape here;
  EXPECT_THAT(tape->gradient(target, w_), IsClose(Tensor({2}, {2, 4})));
  tape.reset();
  expect_gradient(here);
}

TEST_F(TapeThreads, OutlivesTheThreadThatMadeItWithOthersAroundIt) {
  std::vector<Tape> tapes(3);
  std::thread([&] {
    for (Tape& tape : tapes) tape = std::make_unique<GradientTape>();
  }).join();
  tapes[1].reset();
  tapes[2].reset();
  EXPECT_TRUE(ops::square(w_).trace().is_constant());
  tapes[0].reset();
}

TEST_F(TapeThreads, MadeInALoopAndEndedElsewhereDoNotPileUp) {
  const auto kept = std::make_shared<int>(1);
  for (int i = 0; i < 100; ++i) {
    auto tape = std::make_unique<GradientTape>();
    const Tensor x = tape->watch(Tensor(2.0f));
    autodiff::record("keeper", Tensor(1.0f), {x},
                     [held = kept](const Tensor&, autodiff::InputGradients&) {});
    end_elsewhere(std::move(tape));
    EXPECT_LE(kept.use_count(), 2);
  }
}

}  // namespace
}  // namespace strata::testing
