// When loops stop using worker threads because the CPUs are busy, and when they try again.
#include "core/oversubscription.hpp"

#include <gtest/gtest.h>

namespace strata::testing {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// A made-up clock, at which loops follow each other.
class OversubscriptionTest : public ::testing::Test {
 protected:
  void loop(OversubscriptionGuard::Clock::duration took,
            OversubscriptionGuard::Clock::duration alone) {
    now_ += took;
    guard_.report(took, alone, now_);
  }
  // A loop that waits for a worker thread that isn't running.
  void stall() { loop(milliseconds(3), microseconds(40)); }
  bool allows_workers_after(OversubscriptionGuard::Clock::duration time) {
    return guard_.allows_workers(now_ += time);
  }

  OversubscriptionGuard guard_;
  OversubscriptionGuard::Clock::time_point now_{std::chrono::hours(1)};
};

TEST_F(OversubscriptionTest, GoesOnWhileWorkersSaveTime) {
  for (int i = 0; i < 100'000; ++i) loop(microseconds(20), microseconds(40));
  EXPECT_TRUE(guard_.allows_workers(now_));
}

TEST_F(OversubscriptionTest, GoesOnWhereLargeLoopsSaveMoreThanSmallOnesLose) {
  for (int i = 0; i < 100'000; ++i) {
    loop(microseconds(3), microseconds(1));
    loop(microseconds(20), microseconds(30));
  }
  EXPECT_TRUE(guard_.allows_workers(now_));
}

TEST_F(OversubscriptionTest, PausesOnceLoopsLoseMoreThanTheySave) {
  int loops = 0;
  for (; guard_.allows_workers(now_); ++loops) loop(microseconds(50), microseconds(40));
  EXPECT_EQ(loops, 100);
}

TEST_F(OversubscriptionTest, AStallIsNotMadeUpForByAllThatWasSavedBefore) {
  for (int i = 0; i < 100'000; ++i) loop(microseconds(20), microseconds(40));
  stall();
  EXPECT_FALSE(guard_.allows_workers(now_));
}

TEST_F(OversubscriptionTest, TriesAgainAfterAPause) {
  stall();
  EXPECT_FALSE(allows_workers_after(milliseconds(9)));
  EXPECT_TRUE(allows_workers_after(milliseconds(1)));
}

TEST_F(OversubscriptionTest, PausesLongerIfItHappensAgainSoon) {
  stall();
  for (const int pause : {10, 20, 40, 80, 160, 320, 320}) {
    EXPECT_FALSE(allows_workers_after(milliseconds(pause - 1))) << pause;
    EXPECT_TRUE(allows_workers_after(milliseconds(1))) << pause;
    stall();
  }
}

TEST_F(OversubscriptionTest, PausesShortlyIfItHappensAgainLater) {
  stall();
  allows_workers_after(milliseconds(10));
  stall();
  allows_workers_after(milliseconds(20 + 200));
  stall();
  EXPECT_FALSE(allows_workers_after(milliseconds(9)));
  EXPECT_TRUE(allows_workers_after(milliseconds(1)));
}

}  // namespace
}  // namespace strata::testing
