// Parallel loops: partitions, exceptions, numbers of threads.
#include "core/parallel.hpp"

#include <gtest/gtest.h>
#include <omp.h>
#if defined(__linux__)
#include <sched.h>
#endif

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "strata/core/threads.hpp"
#include "support/children.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using Ranges = std::vector<std::pair<std::int64_t, std::int64_t>>;

class Parallel : public ::testing::Test {
 protected:
  ~Parallel() override { set_num_threads(before_); }
  const int before_ = num_threads();
};

// Where each item's range begins and ends.
Ranges ranges_of(std::int64_t count, std::int64_t cost) {
  Ranges ranges(static_cast<std::size_t>(count), {-1, -1});
  parallel_for(count, cost, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) ranges[static_cast<std::size_t>(i)] = {begin, end};
  });
  return ranges;
}

TEST_F(Parallel, ForVisitsEveryItemOnce) {
  for (const std::int64_t count : {1, 7, 64, 65, 100'003, 1'000'000}) {
    std::vector<int> visits(static_cast<std::size_t>(count), 0);
    parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
    });
    EXPECT_TRUE(std::all_of(visits.begin(), visits.end(), [](int n) { return n == 1; })) << count;
  }
}

TEST_F(Parallel, ForOfNothingIsOneEmptyRange) {
  Ranges seen;
  parallel_for(0, 1, [&](std::int64_t begin, std::int64_t end) { seen.emplace_back(begin, end); });
  EXPECT_EQ(seen, (Ranges{{0, 0}}));
}

TEST_F(Parallel, PartitionDoesNotDependOnTheThreads) {
  set_num_threads(1);
  const Ranges alone = ranges_of(500'001, 3);
  for (const int threads : {2, 3, 7, 64}) {
    set_num_threads(threads);
    EXPECT_EQ(ranges_of(500'001, 3), alone) << threads;
  }
}

TEST_F(Parallel, LittleWorkIsOnePart) {
  EXPECT_EQ(part_count(0), 1);
  EXPECT_EQ(part_count(kFewestParts * kItemsPerPart - 1), 1);
  EXPECT_EQ(part_count(kFewestParts * kItemsPerPart), kFewestParts);
}

TEST_F(Parallel, PartsAreNoMoreThanItems) {
  EXPECT_EQ(part_count(3, std::int64_t{1} << 30), 3);
  EXPECT_EQ(product_parts(std::int64_t{1} << 40, 5, kMostParts), 5);
}

TEST_F(Parallel, MoreThanSixtyFourPartsAreForMuchWork) {
  EXPECT_EQ(part_count(std::int64_t{1} << 22), 64);
  EXPECT_EQ(part_count(std::int64_t{1} << 24), 256);
  EXPECT_EQ(part_count(std::int64_t{1} << 40), 1024);
  EXPECT_EQ(most_product_parts(std::int64_t{1} << 28), 64);
  EXPECT_EQ(most_product_parts(std::int64_t{1} << 30), 256);
  EXPECT_EQ(most_product_parts(std::int64_t{1} << 60), 1024);
}

TEST_F(Parallel, PartsOfColumnSumsHaveManyRowsOrAreFew) {
  EXPECT_EQ(column_sum_parts(0, 7), 1);
  EXPECT_EQ(column_sum_parts(20, 1 << 20), 20);
  EXPECT_EQ(column_sum_parts(1 << 14, 1 << 12), 64);
  EXPECT_EQ(column_sum_parts(1 << 18, 1 << 12), 1024);
}

TEST_F(Parallel, LittleWorkStaysOnTheCallingThread) {
  std::thread::id seen;
  parallel_for(100, 1, [&](std::int64_t, std::int64_t) { seen = std::this_thread::get_id(); });
  EXPECT_EQ(seen, std::this_thread::get_id());
}

TEST_F(Parallel, PartsRunInOrderOnOneThread) {
  set_num_threads(1);
  std::vector<std::int64_t> order;
  parallel_parts(5, [&](std::int64_t part) { order.push_back(part); });
  EXPECT_EQ(order, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST_F(Parallel, NestedLoopsRunTheInnerOneInPlace) {
  set_num_threads(2);
  std::vector<std::int64_t> sums(4, 0);
  parallel_parts(4, [&](std::int64_t outer) {
    parallel_parts(3, [&](std::int64_t inner) { sums[static_cast<std::size_t>(outer)] += inner; });
  });
  EXPECT_EQ(sums, (std::vector<std::int64_t>{3, 3, 3, 3}));
}

TEST_F(Parallel, WorkersAreNoMoreThanPartsThreadsAndCpus) {
  set_num_threads(1000);
  EXPECT_EQ(worker_count(0), 1);
  EXPECT_EQ(worker_count(1), 1);
  EXPECT_EQ(worker_count(2000), omp_get_num_procs());
  set_num_threads(1);
  EXPECT_EQ(worker_count(2000), 1);
}

TEST_F(Parallel, WorkersAreAsManyAsPretendedCpus) {
  set_num_threads(1000);
  const int there_are = worker_count(2000);
  {
    const KeepHelpers keep(200);
    EXPECT_EQ(worker_count(2000), 200);
    EXPECT_EQ(worker_count(150), 150);
  }
  EXPECT_EQ(worker_count(2000), there_are);
}

#if defined(__linux__)
TEST_F(Parallel, WorkersFollowTheCpusOfNow) {
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
  if (CPU_COUNT(&all) < 2) GTEST_SKIP() << "needs two CPUs";
  set_num_threads(2);
  const auto after_loops = [](int loops) {
    for (int i = 1; i < loops; ++i) worker_count(64);
    return worker_count(64);
  };
  int first = 0;
  while (!CPU_ISSET(first, &all)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  EXPECT_EQ(after_loops(100), 2);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(after_loops(100), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof(all), &all), 0);
  EXPECT_EQ(after_loops(20), 2);
}
#endif

#if defined(__linux__)

// Has this process, or the program it becomes, the first of its CPUs alone.
bool keep_one_cpu() {
  cpu_set_t cpus;
  if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0) return false;
  int first = 0;
  while (!CPU_ISSET(first, &cpus)) ++first;
  CPU_ZERO(&cpus);
  CPU_SET(first, &cpus);
  return sched_setaffinity(0, sizeof(cpus), &cpus) == 0;
}

// All that the system lets it have.
bool take_all_cpus() {
  cpu_set_t cpus;
  std::memset(&cpus, 0xff, sizeof(cpus));
  return sched_setaffinity(0, sizeof(cpus), &cpus) == 0;
}

constexpr const char* kStartedWithOneCpu = "STRATA_TEST_STARTED_WITH_ONE_CPU";

// Runs a test of this program in a new process that starts with one CPU, and with so many threads
// asked for.
bool passes_with_one_cpu_at_start(const char* test, const char* openmp_threads) {
  return holds_in_child([&] {
    setenv(kStartedWithOneCpu, "1", 1);
    openmp_threads == nullptr ? unsetenv("OMP_NUM_THREADS")
                              : setenv("OMP_NUM_THREADS", openmp_threads, 1);
    const std::string filter = std::string("--gtest_filter=") + test;
    if (keep_one_cpu())
      execl("/proc/self/exe", "core_tests", filter.c_str(), "--gtest_brief=1", nullptr);
    return false;
  });
}

// Under an emulator the system refuses to execute this program: it is another architecture's.
bool can_be_started_from_here() {
  return holds_in_child([] {
    execl("/proc/self/exe", "core_tests", "--gtest_filter=-*", "--gtest_brief=1", nullptr);
    return errno != ENOEXEC;
  });
}

bool started_with_one_cpu() { return std::getenv(kStartedWithOneCpu) != nullptr; }

int workers_after_loops() {
  for (int i = 0; i < 100; ++i) worker_count(64);
  return worker_count(64);
}

TEST(DefaultThreads, FollowTheCpusOfNow) {
  if (!started_with_one_cpu()) {
    if (!can_be_started_from_here()) GTEST_SKIP() << "an emulator starts no emulated program";
    EXPECT_TRUE(passes_with_one_cpu_at_start("DefaultThreads.FollowTheCpusOfNow", nullptr));
    return;
  }
  EXPECT_EQ(num_threads(), 1);
  EXPECT_EQ(workers_after_loops(), 1);
  ASSERT_TRUE(take_all_cpus());
  cpu_set_t cpus;
  ASSERT_EQ(sched_getaffinity(0, sizeof(cpus), &cpus), 0);
  EXPECT_EQ(num_threads(), CPU_COUNT(&cpus));
  EXPECT_EQ(workers_after_loops(), std::min(64, CPU_COUNT(&cpus)));
  omp_set_num_threads(3);
  EXPECT_EQ(num_threads(), 3);
  set_num_threads(1);
  EXPECT_EQ(num_threads(), 1);
  EXPECT_EQ(workers_after_loops(), 1);
}

TEST(DefaultThreads, AreThoseAskedForInTheEnvironment) {
  if (!started_with_one_cpu()) {
    if (!can_be_started_from_here()) GTEST_SKIP() << "an emulator starts no emulated program";
    const char* const test = "DefaultThreads.AreThoseAskedForInTheEnvironment";
    EXPECT_TRUE(passes_with_one_cpu_at_start(test, "1"));
    return;
  }
  ASSERT_TRUE(take_all_cpus());
  EXPECT_EQ(num_threads(), 1);
  EXPECT_EQ(workers_after_loops(), 1);
}

#endif

TEST_F(Parallel, PartsRunOnceEachWhateverTheWorkers) {
  for (const int workers : {1, 2, 3, 5}) {
    std::vector<int> calls(7, 0);
    std::vector<int> by(7, -1);
    parallel_parts(7, workers, [&](std::int64_t part, int worker) {
      ++calls[static_cast<std::size_t>(part)];
      by[static_cast<std::size_t>(part)] = worker;
    });
    EXPECT_EQ(calls, std::vector<int>(7, 1)) << workers;
    EXPECT_TRUE(std::is_sorted(by.begin(), by.end())) << workers;
    EXPECT_GE(by.front(), 0) << workers;
    EXPECT_LT(by.back(), workers) << workers;
  }
}

TEST_F(Parallel, ThreadsAreAsManyAsWereSet) {
  set_num_threads(3);
  EXPECT_EQ(num_threads(), 3);
}

TEST_F(Parallel, FewerThanOneThreadIsRefusedAndNothingIsChanged) {
  set_num_threads(2);
  EXPECT_THAT([] { set_num_threads(0); },
              Raises<InvalidArgument>(
                  "set_num_threads: the number of threads must be at least 1. Received: 0."));
  EXPECT_THAT([] { set_num_threads(-4); },
              Raises<InvalidArgument>(
                  "set_num_threads: the number of threads must be at least 1. Received: -4."));
  EXPECT_EQ(num_threads(), 2);
}

// Whichever threads take part, the caller gets the exception of the lowest part that threw.
TEST_F(Parallel, WhatABodyThrowsReachesTheCaller) {
  const KeepHelpers keep;
  for (const int threads : {1, 2, 3, 8}) {
    set_num_threads(threads);
    const auto failing = [](std::int64_t part) {
      if (part >= 5) throw std::out_of_range("part " + std::to_string(part));
    };
    EXPECT_THAT([&] { parallel_parts(64, failing); }, Raises<std::out_of_range>("part 5"))
        << threads;
    std::atomic<int> parts = 0;
    parallel_parts(64, [&](std::int64_t) { ++parts; });
    EXPECT_EQ(parts, 64);  // the next loop works
  }
}

}  // namespace
}  // namespace strata::testing
