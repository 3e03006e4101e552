#include "core/teamwork.hpp"

#include <gtest/gtest.h>

namespace strata::testing {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// A made-up clock, at which loops follow each other.
class TeamworkTest : public ::testing::Test {
 protected:
  void loop(Teamwork::Clock::duration took, Teamwork::Clock::duration alone) {
    now_ += took;
    teamwork_.report(took, alone, now_);
  }
  // A loop that waits for a worker thread that isn't running.
  void stall() { loop(milliseconds(3), microseconds(40)); }
  bool gains_after(Teamwork::Clock::duration time) { return teamwork_.gains(now_ += time); }

  Teamwork teamwork_;
  Teamwork::Clock::time_point now_{std::chrono::hours(1)};
};

TEST_F(TeamworkTest, GoesOnWhileHelpersSaveTime) {
  for (int i = 0; i < 100'000; ++i) loop(microseconds(20), microseconds(40));
  EXPECT_TRUE(teamwork_.gains(now_));
}

TEST_F(TeamworkTest, GoesOnWhereSmallLoopsLoseWhatLargeOnesSave) {
  for (int i = 0; i < 100'000; ++i) {
    loop(microseconds(3), microseconds(1));
    loop(microseconds(20), microseconds(30));
  }
  EXPECT_TRUE(teamwork_.gains(now_));
}

TEST_F(TeamworkTest, PausesOnceLoopsLoseMoreThanTheySave) {
  int loops = 0;
  for (; teamwork_.gains(now_); ++loops) loop(microseconds(50), microseconds(40));
  EXPECT_EQ(loops, 100);
}

TEST_F(TeamworkTest, AStallIsNotMadeUpForByAllThatWasSavedBefore) {
  for (int i = 0; i < 100'000; ++i) loop(microseconds(20), microseconds(40));
  stall();
  EXPECT_FALSE(teamwork_.gains(now_));
}

TEST_F(TeamworkTest, TriesAgainAfterAPause) {
  stall();
  EXPECT_FALSE(gains_after(milliseconds(9)));
  EXPECT_TRUE(gains_after(milliseconds(1)));
}

TEST_F(TeamworkTest, PausesLongerIfItHappensAgainSoon) {
  stall();
  for (const int pause : {10, 20, 40, 80, 160, 320, 320}) {
    EXPECT_FALSE(gains_after(milliseconds(pause - 1))) << pause;
    EXPECT_TRUE(gains_after(milliseconds(1))) << pause;
    stall();
  }
}

TEST_F(TeamworkTest, PausesShortlyIfItHappensAgainLater) {
  stall();
  gains_after(milliseconds(10));
  stall();
  gains_after(milliseconds(20 + 200));
  stall();
  EXPECT_FALSE(gains_after(milliseconds(9)));
  EXPECT_TRUE(gains_after(milliseconds(1)));
}

}  // namespace
}  // namespace strata::testing
