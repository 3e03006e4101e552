// What a forked child can do, whatever its parent's threads were doing.
#include "core/fork.hpp"

#include <gtest/gtest.h>
#include <omp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "core/parallel.hpp"
#include "strata/core/buffer.hpp"
#include "strata/core/memory.hpp"
#include "strata/core/threads.hpp"
#include "support/children.hpp"

namespace strata::testing {
namespace {

class Fork : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kMayForkWithThreads) GTEST_SKIP() << "ThreadSanitizer refuses threads after a fork";
    set_num_threads(2);
  }
  ~Fork() override { set_num_threads(before_); }
  const int before_ = num_threads();
};

// Whether a loop with several threads runs each of its parts exactly once.
bool loop_works() {
  const KeepHelpers keep(2);
  std::vector<int> calls(64, 0);
  parallel_parts(64, [&](std::int64_t part) { ++calls[static_cast<std::size_t>(part)]; });
  return calls == std::vector<int>(64, 1);
}

// The number of threads that a loop uses.
int threads_of_loop() {
  const KeepHelpers keep(2);
  std::vector<std::thread::id> by(64);
  parallel_parts(64, [&](std::int64_t part) {
    by[static_cast<std::size_t>(part)] = std::this_thread::get_id();
  });
  return by.front() == by.back() ? 1 : 2;
}

TEST_F(Fork, ChildWorksAfterItsParentHasWorkedWithHelpers) {
  ASSERT_TRUE(loop_works());
  EXPECT_TRUE(holds_in_child(loop_works));
  EXPECT_TRUE(loop_works());
}

TEST_F(Fork, ChildHasHelpersOfItsOwnAndSoHasTheParent) {
  ASSERT_EQ(threads_of_loop(), 2);
  EXPECT_TRUE(holds_in_child([] { return threads_of_loop() == 2; }));
  EXPECT_EQ(threads_of_loop(), 2);
}

TEST_F(Fork, ChildOfAChildWorks) {
  ASSERT_TRUE(loop_works());
  EXPECT_TRUE(holds_in_child([] { return loop_works() && holds_in_child(loop_works); }));
  EXPECT_TRUE(holds_in_child([] { return holds_in_child(loop_works) && loop_works(); }));
}

TEST_F(Fork, ChildWorksAfterParallelRegionsOfTheProcesssOwn) {
  const Buffer buffer =
      Buffer::uninitialized(1);  // so that the parent has used the library before it forks
  int threads = 0;
#pragma omp parallel num_threads(3)
#pragma omp atomic
  ++threads;
  ASSERT_GT(threads, 0);
  EXPECT_TRUE(holds_in_child(loop_works));
}

// What OpenMP's threads of this thread keep for themselves.
thread_local int kept = 0;

// A thread's helpers, those of the process's own regions, go on where none can be Strata's.
TEST_F(Fork, LeavesTheProcesssOwnHelpersAlone) {
  ASSERT_TRUE(loop_works());
  int sum = 0;
  bool works = false;
  std::thread([&] {
#pragma omp parallel num_threads(3)
    kept = 1;
    works = holds_in_child([] { return threads_of_loop() == 2 && loop_works(); });
#pragma omp parallel num_threads(3) reduction(+ : sum)
    sum += kept;
  }).join();
  EXPECT_TRUE(works);
  EXPECT_EQ(sum, 3);
}

TEST_F(Fork, ChildOfAProcessWithoutThreadsLeadsItsLoopsItself) {
#if defined(__clang__)
  GTEST_SKIP() << "clang's OpenMP keeps the worker threads of the tests before this one";
#endif
  const auto leads = [] {
    const KeepHelpers keep(2);
    std::thread::id first;
    parallel_parts(64, [&](std::int64_t part) {
      if (part == 0) first = std::this_thread::get_id();
    });
    return first == std::this_thread::get_id();
  };
  EXPECT_TRUE(holds_in_child([&] { return leads() && holds_in_child(leads); }));
  EXPECT_TRUE(holds_in_child(leads));
}

TEST_F(Fork, ChildrenOfAChildWithHelpersOfTheProcesssOwnWork) {
  const Buffer buffer = Buffer::uninitialized(1);  // the parent has used the library
  bool works = false;
  std::thread([&] {
#pragma omp parallel num_threads(3)
    kept = 1;
    works = holds_in_child([] {
      return threads_of_loop() == 2 && holds_in_child([] { return threads_of_loop() == 2; }) &&
             loop_works();
    });
  }).join();
  EXPECT_TRUE(works);
}

TEST_F(Fork, ChildMadeInsideARegionOfOneThreadWorks) {
  ASSERT_TRUE(loop_works());
  bool works = false;
#pragma omp parallel num_threads(1)
  works = holds_in_child(loop_works);
  EXPECT_TRUE(works);
}

TEST_F(Fork, ChildOfAnotherThreadWorks) {
  ASSERT_TRUE(loop_works());
  bool works = false;
  std::thread([&] { works = loop_works() && holds_in_child(loop_works); }).join();
  EXPECT_TRUE(works);
}

TEST_F(Fork, ThreadsOfAChildWork) {
  ASSERT_TRUE(loop_works());
  EXPECT_TRUE(holds_in_child([] {
    bool works = false;
    std::thread([&] { works = loop_works(); }).join();
    return works && loop_works();
  }));
}

// Whether large buffers, from the pool that threads share, and small ones can be made.
bool buffers_work() {
  for (const std::size_t count : {std::size_t{100}, std::size_t{4} << 20}) {
    const Buffer one = Buffer::uninitialized(count);
    const Buffer other = Buffer::uninitialized(count);
    one.data()[0] = 1.0f;
    other.data()[0] = 2.0f;
    if (one.data()[0] != 1.0f) return false;
  }
  release_idle_memory();
  return true;
}

TEST_F(Fork, LeavesThePoolFree) {
  testing::fork_during(
      [] {
        for (const std::size_t count : {std::size_t{100}, std::size_t{4} << 20})
          Buffer::uninitialized(count);
      },
      buffers_work);
}

TEST_F(Fork, LeavesAMutexFree) {
  static auto& mutex = *new ForkSafe<std::mutex>;
  static long guarded[2] = {};
  testing::fork_during(
      [] {
        const std::scoped_lock lock(mutex);
        guarded[0] += 1;
        guarded[1] += 1;
      },
      [] {
        const std::scoped_lock lock(mutex);
        return guarded[0] == guarded[1];
      });
}

TEST_F(Fork, LeavesASharedMutexFree) {
  static auto& mutex = *new ForkSafe<std::shared_mutex>;
  const auto read = [] { const std::shared_lock lock(mutex); };
  testing::fork_during(read, [&] {
    read();
    const std::unique_lock lock(mutex);
    return true;
  });
  read();
}

// A thread may fork while it builds a layer, for instance in a user's initializer.
TEST_F(Fork, KeepsAMutexThatTheForkingThreadHas) {
  static auto& mutex = *new ForkSafe<std::recursive_mutex>(HeldUp::builds);
  const auto free_for_others = [] {
    bool is_free = false;
    std::thread([&] {
      const std::scoped_lock lock(mutex);
      is_free = true;
    }).join();
    return is_free;
  };
  std::unique_lock outer(mutex);
  std::unique_lock inner(mutex);
  EXPECT_TRUE(holds_in_child([&] {
    inner.unlock();
    outer.unlock();
    return free_for_others();
  }));
  inner.unlock();
  outer.unlock();
  EXPECT_TRUE(free_for_others());
}

// A thread that the fork waits for may lock later mutexes, and make some for the first time.
TEST_F(Fork, WaitsForBuildersThatTakeOtherLocks) {
  static auto& builds = *new ForkSafe<std::recursive_mutex>(HeldUp::builds);
  static auto& moments = *new ForkSafe<std::mutex>;
  static int made = 0;
  testing::fork_during(
      [] {
        const std::scoped_lock building(builds);
        if (made < 1000) {
          ++made;
          new ForkSafe<std::mutex>;
        }
        const std::scoped_lock lock(moments);
      },
      [] {
        const std::scoped_lock building(builds);
        const std::scoped_lock lock(moments);
        return true;
      });
}

}  // namespace
}  // namespace strata::testing
