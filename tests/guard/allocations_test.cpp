// What a step asks of the system, once the first ones have filled the buffer pool. Unlike seconds,
// the same on every machine and on a busy one.
#include <gtest/gtest.h>
#include <malloc.h>

#include <array>

#include "guard/counted_new.hpp"
#include "guard/steps.hpp"
#include "strata/callbacks/lambda_callback.hpp"
#include "strata/ops/ops.hpp"
#include "strata/tensor/random.hpp"

namespace strata::testing {
namespace {

constexpr int kWarmUp = 3;

struct Limit {
  const char* step;
  std::int64_t allocations;  ///< Of a step, at most: about a tenth above what it makes.

  friend void PrintTo(const Limit& limit, std::ostream* out) { *out << limit.step; }
};

class SteadyStep : public ::testing::TestWithParam<Limit> {
 protected:
  SteadyStep() {
    for (int i = 0; i < kWarmUp; ++i) step_.train();
  }

  Allocations of_one_step() {
    const Allocations before = allocations();
    step_.train();
    return allocations() - before;
  }

  Step step_ = make_step(GetParam().step);
};

TEST_P(SteadyStep, AsksForNoBufferMemory) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(of_one_step().buffers, 0);
}

TEST_P(SteadyStep, LeavesNothingBehind) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(of_one_step().alive, 0);
}

TEST_P(SteadyStep, MakesTheSameAllocationsEachTime) {
  const std::int64_t first = of_one_step().made;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(of_one_step().made, first);
}

TEST_P(SteadyStep, MakesFewSmallAllocations) {
  EXPECT_LE(of_one_step().made, GetParam().allocations);
}

// Also what libraries take by malloc.
TEST_P(SteadyStep, TheHeapDoesNotGrow) {
  const auto heap = [] {
    const auto info = mallinfo2();
    return info.arena + info.hblkhd;
  };
  const auto before = heap();
  for (int i = 0; i < 4; ++i) step_.train();
  EXPECT_EQ(heap(), before);
}

TEST_P(SteadyStep, PredictingAsksForNoBufferMemory) {
  for (int i = 0; i < kWarmUp; ++i) step_.model.predict_on_batch(step_.x);
  const Allocations before = allocations();
  step_.model.predict_on_batch(step_.x);
  const Allocations made = allocations() - before;
  EXPECT_EQ(made.buffers, 0);
  EXPECT_EQ(made.alive, 0);
}

INSTANTIATE_TEST_SUITE_P(Guard, SteadyStep,
                         ::testing::Values(Limit{"tiny", 230}, Limit{"mlp", 345},
                                           Limit{"convnet", 390}, Limit{"penalties", 590},
                                           Limit{"proximal", 345}, Limit{"low_rank", 315}),
                         ::testing::PrintToStringParamName());

TEST(SteadyFit, AsksForNoBufferMemoryAfterItsFirstEpochs) {
  Step step = make_step("tiny");
  std::array<std::int64_t, 5> buffers = {};
  const auto count = std::make_shared<callbacks::LambdaCallback>(
      callbacks::LambdaCallbackOptions{.on_epoch_end = [&](int epoch, const Logs&) {
        buffers.at(static_cast<std::size_t>(epoch)) = allocations().buffers;
      }});
  step.model.fit(random::uniform({100, 4}), ops::zeros({100}),
                 {.epochs = 5, .verbose = 0, .callbacks = {count}});
  EXPECT_GT(buffers[1], 0);
  EXPECT_EQ(buffers[4], buffers[1]);
}

}  // namespace
}  // namespace strata::testing
