// What the buffer pool keeps and what it returns, measured by the memory it requests from the
// system.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <new>
#include <thread>
#include <vector>

#include "guard/counted_new.hpp"
#include "guard/steps.hpp"
#include "strata/core/buffer.hpp"
#include "strata/core/memory.hpp"

namespace {

std::atomic<std::int64_t> locks = 0;

// Whether the caller of a mutex function is in this program, which includes the library.
bool is_ours(const void* caller) {
  Dl_info caller_info{};
  Dl_info own_info{};
  return dladdr(caller, &caller_info) != 0 &&
         dladdr(reinterpret_cast<const void*>(&is_ours), &own_info) != 0 &&
         caller_info.dli_fbase == own_info.dli_fbase;
}

}  // namespace

// Replaces the C library's function, counts the call and forwards it.
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  static const auto lock =
      reinterpret_cast<int (*)(pthread_mutex_t*)>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  if (is_ours(__builtin_return_address(0))) locks.fetch_add(1, std::memory_order_relaxed);
  return lock(mutex);
}

namespace strata::testing {
namespace {

constexpr std::size_t kMegabyte = (std::size_t{1} << 20) / sizeof(float);

using Buffers = std::vector<Buffer>;

Buffers taken(int count, std::size_t floats) {
  Buffers buffers;
  for (int i = 0; i < count; ++i) buffers.push_back(Buffer::uninitialized(floats));
  return buffers;
}

// The number of blocks requested from the system when `count` buffers are made.
std::int64_t asked_for(int count, std::size_t floats) {
  const Allocations before = allocations();
  taken(count, floats);
  return (allocations() - before).buffers;
}

class PoolMemory : public ::testing::Test {
 protected:
  PoolMemory() { release_idle_memory(); }
  ~PoolMemory() override { release_idle_memory(); }
};

// Buffers are released in destructors, where an exception for lack of memory couldn't be caught.
TEST_F(PoolMemory, GivingBackAsksForNone) {
  for (const std::size_t floats : {std::size_t{10}, 9 * kMegabyte}) {
    Buffers buffers = taken(100, floats);
    const Allocations before = allocations();
    for (Buffer& buffer : buffers) buffer = Buffer();
    EXPECT_EQ((allocations() - before).made, 0) << floats;
  }
}

TEST_F(PoolMemory, OfOneSizeMakesRoomForOthers) {
  taken(300, 4 * kMegabyte);
  EXPECT_EQ(asked_for(1, 160 * kMegabyte), 1);
  EXPECT_EQ(asked_for(1, 160 * kMegabyte), 0);
}

TEST_F(PoolMemory, IdleLongestGoesFirst) {
  taken(6, 90 * kMegabyte);
  taken(6, 50 * kMegabyte);
  taken(6, 70 * kMegabyte);
  EXPECT_EQ(asked_for(6, 70 * kMegabyte), 0);
  EXPECT_EQ(asked_for(6, 50 * kMegabyte), 0);
  const std::int64_t gone = asked_for(6, 90 * kMegabyte);
  EXPECT_GT(gone, 0);
  EXPECT_LT(gone, 6);
}

TEST_F(PoolMemory, IdleIsAtMostSoMuch) {
  const Allocations before = allocations();
  taken(400, 4 * kMegabyte);
  EXPECT_LT((allocations() - before).alive, (1024 + 32) / 4);
}

TEST_F(PoolMemory, IsReleasedOnDemandAndNotWhatIsInUse) {
  const Buffers kept = taken(2, 100);
  kept[0].data()[0] = 3.0f;
  const Allocations before = allocations();
  taken(50, 100);
  taken(5, 20 * kMegabyte);
  EXPECT_EQ((allocations() - before).alive, 55);
  release_idle_memory();
  EXPECT_EQ((allocations() - before).alive, 0);
  EXPECT_EQ(kept[0].data()[0], 3.0f);
}

TEST_F(PoolMemory, IsReleasedWhereTheSystemHasNoMore) {
  const Allocations before = allocations();
  taken(50, 100);
  taken(5, 20 * kMegabyte);
  refuse_buffers(1);
  const Buffer one = Buffer::uninitialized(40 * kMegabyte);
  EXPECT_EQ((allocations() - before).alive, 1);
}

TEST_F(PoolMemory, ThatTheSystemStillHasNotIsRefusedAndTheNextIsFound) {
  taken(5, 20 * kMegabyte);
  refuse_buffers(2);
  EXPECT_THROW(Buffer::uninitialized(40 * kMegabyte), std::bad_alloc);
  EXPECT_EQ(asked_for(5, 20 * kMegabyte), 5);
  EXPECT_EQ(asked_for(5, 20 * kMegabyte), 0);
}

TEST_F(PoolMemory, OfAThreadThatEndedIsHandedOnByAge) {
  const float* last = nullptr;
  std::thread([&] {
    Buffers buffers = taken(20, 1000);
    last = buffers.back().data();
    for (Buffer& buffer : buffers) buffer = Buffer();
  }).join();
  EXPECT_EQ(Buffer::uninitialized(1000).data(), last);
}

TEST_F(PoolMemory, OfAnotherThreadIsReleasedWhenItNextUsesSome) {
  const Allocations before = allocations();
  std::atomic<int> phase = 0;
  std::thread other([&] {
    taken(50, 100);
    phase = 1;
    while (phase == 1) std::this_thread::yield();
    { const Buffer one = Buffer::uninitialized(100); }
    phase = 3;
    while (phase == 3) std::this_thread::yield();
  });
  while (phase == 0) std::this_thread::yield();
  release_idle_memory();
  phase = 2;
  while (phase == 2) std::this_thread::yield();
  const std::int64_t buffers_alive = (allocations() - before).alive;
  phase = 4;
  other.join();
  EXPECT_LT(buffers_alive, 10);  // the one buffer, and a few that the thread itself uses
}

TEST_F(PoolMemory, IsHandedOnByThreadsThatEnd) {
  const auto in_a_thread = [] { std::thread([] { taken(20, 1000); }).join(); };
  in_a_thread();
  const Allocations before = allocations();
  for (int i = 0; i < 100; ++i) in_a_thread();
  EXPECT_EQ((allocations() - before).buffers, 0);
  EXPECT_EQ(asked_for(20, 1000), 0);
}

TEST_F(PoolMemory, OfAThreadThatEndedAfterItWasToBeReleasedIsReleased) {
  std::atomic<int> phase = 0;
  const Allocations before = allocations();
  std::thread other([&] {
    taken(50, 100);
    phase = 1;
    while (phase == 1) std::this_thread::yield();
  });
  while (phase == 0) std::this_thread::yield();
  release_idle_memory();
  phase = 2;
  other.join();
  EXPECT_LT((allocations() - before).alive, 10);
}

// One thread makes buffers that another destroys, as when batches are prepared ahead.
TEST_F(PoolMemory, GoesRoundBetweenThreads) {
  const auto pass_on = [] {
    Buffers buffers = taken(100, 100'000);
    std::thread([own = std::move(buffers)]() mutable { own.clear(); }).join();
  };
  pass_on();
  const Allocations before = allocations();
  for (int i = 0; i < 20; ++i) pass_on();
  EXPECT_EQ((allocations() - before).buffers, 0);
}

// The buffer is held by a thread-local object that outlives those of the library.
TEST_F(PoolMemory, MayBeGivenBackWhileAThreadEnds) {
  struct Late {
    Buffer buffer;
  };
  const Allocations before = allocations();
  std::thread([] {
    thread_local Late late;
    late.buffer = Buffer::uninitialized(100);
  }).join();
  release_idle_memory();
  EXPECT_LT((allocations() - before).alive, 10);
}

TEST_F(PoolMemory, TakesNoLockInTheSteadyState) {
  const auto all_sizes = [] {
    for (std::size_t floats = 1; floats < kMegabyte; floats *= 3) taken(3, floats);
  };
  all_sizes();
  const std::int64_t before = locks;
  all_sizes();
  EXPECT_EQ(locks, before);
  taken(1, 20 * kMegabyte);  // large enough to go to the pool that threads share
  EXPECT_GT(locks, before);
}

TEST(SteadyPrediction, TakesNoLock) {
  for (const char* which : {"tiny", "mlp"}) {
    Step step = make_step(which);
    for (int i = 0; i < 3; ++i) step.model.predict_on_batch(step.x);
    const std::int64_t before = locks;
    for (int i = 0; i < 3; ++i) step.model.predict_on_batch(step.x);
    EXPECT_EQ(locks, before) << which;
  }
}

}  // namespace
}  // namespace strata::testing
