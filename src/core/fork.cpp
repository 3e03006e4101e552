// Registers the fork handlers and calls the hooks in order.
#include "core/fork.hpp"

#include <omp.h>
#include <pthread.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <vector>

namespace strata {
namespace {

thread_local constinit bool has_helpers = false;
thread_local constinit bool helpers_left = false;
thread_local constinit int forks_behind = 0;  // that may have taken helpers

// Of the process; 0 if the system doesn't say.
int threads_there_are() {
  struct stat tasks {};
  return stat("/proc/self/task", &tasks) == 0 ? static_cast<int>(tasks.st_nlink) - 2 : 0;
}

std::atomic<int> threads_without_helpers = 1;

bool has_no_other_threads() {
  const int now = threads_there_are();
  return now > 0 && now <= threads_without_helpers;
}

constexpr std::size_t kKinds = 3;  // number of values of HeldUp

void before_fork();
void after_fork_in_parent();
void after_fork_in_child();

// The registered hooks.
struct Watch {
  Watch() { pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child); }

  std::mutex mutex;
  std::array<std::vector<ForkHook*>, kKinds> hooks;  // by HeldUp
  std::array<std::size_t, kKinds>
      held{};  // number of hooks per HeldUp that `before_fork` called in the fork under way
};

// Never destroyed, since hooks live as long as the process.
Watch& watch() {
  static Watch& instance = *new Watch;
  return instance;
}

// A fork while another thread makes it would leave the child waiting for that thread.
[[maybe_unused]] Watch& watch_made_at_load = watch();

// g++'s OpenMP keeps a thread's worker threads for its next loop, and in the child would wait for
// them forever. So they end before the fork, and the next loop makes new ones. Inside a parallel
// region they can't end; the region is then the caller's own, and the child continues in it. Where
// this thread has run no loop of Strata's they can only be the program's, and are left alone.
void end_helpers() {
  helpers_left =
      has_helpers ? omp_pause_resource_all(omp_pause_soft) != 0 : !has_no_other_threads();
}

// The next hook to call. The list may grow while `before_fork` waits for a lock: the thread it
// waits for may register a hook.
ForkHook* hook_at(std::size_t kind, std::size_t index) {
  const std::scoped_lock lock(watch().mutex);
  const std::vector<ForkHook*>& hooks = watch().hooks[kind];
  return index < hooks.size() ? hooks[index] : nullptr;
}

void before_fork() {
  end_helpers();
  std::array<std::size_t, kKinds> held{};
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    while (ForkHook* const hook = hook_at(kind, held[kind])) {
      hook->before_fork();
      ++held[kind];
    }
  }
  watch().mutex.lock();
  watch().held = held;
}

template <class After>
void after_fork(After after) {
  threads_without_helpers = 1;  // a BLAS's end when the process forks
  const std::array<std::size_t, kKinds> held = watch().held;
  for (std::size_t kind = kKinds; kind-- > 0;) {
    for (std::size_t i = held[kind]; i-- > 0;) after(*watch().hooks[kind][i]);
  }
  watch().mutex.unlock();
}

void after_fork_in_parent() {
  after_fork([](ForkHook& hook) { hook.after_fork_in_parent(); });
}

void after_fork_in_child() {
  if (helpers_left || forks_behind > 0) ++forks_behind;
  after_fork([](ForkHook& hook) { hook.after_fork_in_child(); });
}

}  // namespace

void watch_forks(ForkHook& hook, HeldUp what) {
  const std::scoped_lock lock(watch().mutex);
  watch().hooks[static_cast<std::size_t>(what)].push_back(&hook);
}

int forks_that_took_helpers() { return forks_behind; }

void note_helpers() { has_helpers = true; }

void note_threads_at_load(int count) {
  threads_without_helpers = std::min(1 + count, threads_there_are());
}

}  // namespace strata
