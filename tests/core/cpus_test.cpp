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

#if defined(__linux__)

// A machine whose kernel asks for sets of at least so many CPUs, the first and the last of which
// may be used.
auto machine_of(std::size_t cpus) {
  return [cpus](std::size_t bytes, cpu_set_t* set) {
    if (bytes * 8 < cpus) {
      errno = EINVAL;
      return -1;
    }
    CPU_SET_S(0, bytes, set);
    CPU_SET_S(cpus - 1, bytes, set);
    return 0;
  };
}

TEST(CountCpus, OfMachinesLargeAndSmall) {
  for (const std::size_t cpus : {2U, 1024U, 1025U, 5000U, 1U << 20}) {
    EXPECT_EQ(count_cpus(machine_of(cpus)), 2) << cpus;
  }
}

TEST(CountCpus, IsNoneWhereTheSystemWillNotSay) {
  EXPECT_EQ(count_cpus(machine_of(std::size_t{1} << 40)), 0);
  int asked = 0;
  const auto refuse = [&](std::size_t, cpu_set_t*) {
    ++asked;
    errno = EPERM;
    return -1;
  };
  EXPECT_EQ(count_cpus(refuse), 0);
  EXPECT_EQ(asked, 1);
}

#endif

}  // namespace
}  // namespace strata::testing
