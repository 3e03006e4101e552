// Runs checks in forked child processes.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace strata::testing {

// ThreadSanitizer ends a child that starts a thread if its parent had several.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kMayForkWithThreads = false;
#elif defined(__has_feature)
inline constexpr bool kMayForkWithThreads = !__has_feature(thread_sanitizer);
#else
inline constexpr bool kMayForkWithThreads = true;
#endif

/// Whether `check()` returns true in a forked child. An alarm ends a child that hangs.
template <class Check>
bool holds_in_child(Check check) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    bool holds = false;
    try {
      holds = check();
    } catch (...) {
    }
    _exit(holds ? 0 : 1);
  }
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/// Expects `check()` to return true in 50 children, forked while another thread repeats `work()`.
template <class Work, class Check>
void fork_during(Work work, Check check) {
  std::atomic<bool> stop = false;
  std::atomic<int> rounds = 0;
  std::thread worker([&] {
    for (; !stop; ++rounds) work();
  });
  for (int i = 0; i < 50; ++i) {
    const int seen = rounds;
    while (rounds == seen) std::this_thread::yield();
    EXPECT_TRUE(holds_in_child(check)) << i;
  }
  stop = true;
  worker.join();
}

}  // namespace strata::testing
