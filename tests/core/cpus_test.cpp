// When a thread asks the system again how many CPUs it may use.
#include "core/cpus.hpp"

#include <gtest/gtest.h>

namespace strata::testing {
namespace {

// A system whose number of CPUs changes, and which counts how often it is asked.
class CpusTest : public ::testing::Test {
 protected:
  int loop(std::int64_t parts, int wanted) {
    return cpus_.count_for(parts, wanted, [this] { return ++asked_, there_are_; });
  }

  Cpus cpus_;
  int there_are_ = 8;
  int asked_ = 0;
};

TEST_F(CpusTest, AreAskedForByTheFirstLoop) {
  EXPECT_EQ(loop(16, 2), 8);
  EXPECT_EQ(asked_, 1);
}

TEST_F(CpusTest, AreAskedForOnceInMuchWork) {
  for (int i = 0; i < 64; ++i) loop(64, 8);
  EXPECT_EQ(asked_, 1);
  there_are_ = 1;
  loop(64, 8);
  EXPECT_EQ(asked_, 2);
  EXPECT_EQ(loop(64, 1), 1);
}

TEST_F(CpusTest, AreAskedForSoonWhereThereWereTooFew) {
  there_are_ = 1;
  loop(64, 2);
  there_are_ = 2;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(loop(64, 2), 1);
  EXPECT_EQ(loop(64, 2), 2);
  EXPECT_EQ(asked_, 2);
}

}  // namespace
}  // namespace strata::testing
