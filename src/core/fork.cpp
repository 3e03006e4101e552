// Registers the fork handlers and calls the hooks in order.
#include "core/fork.hpp"

#include <omp.h>
#include <pthread.h>

#include <array>
#include <mutex>
#include <vector>

namespace strata {
namespace {

thread_local constinit bool helpers_left = false;
thread_local constinit bool helpers_lost = false;

constexpr std::size_t kKinds = 3;  // number of values of HeldUp

// The registered hooks.
struct Watch {
  std::mutex mutex;
  std::array<std::vector<ForkHook*>, kKinds> hooks;  // by HeldUp
  std::array<std::size_t, kKinds>
      held{};  // number of hooks per HeldUp that `before_fork` called in the fork under way
};

// Never destroyed, since hooks live as long as the process. Made when the first hook registers.
Watch& watch() {
  static Watch& instance = *new Watch;
  return instance;
}

// g++'s OpenMP keeps a thread's worker threads for its next loop, and in the child would wait for
// them forever. So they end before the fork, and the next loop makes new ones. Inside a parallel
// region they can't end; the region is then the caller's own, and the child continues in it.
void end_helpers() { helpers_left = omp_pause_resource_all(omp_pause_soft) != 0; }

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
  helpers_lost = helpers_lost || helpers_left;
  after_fork([](ForkHook& hook) { hook.after_fork_in_child(); });
}

}  // namespace

void watch_forks(ForkHook& hook, HeldUp what) {
  static const bool watched [[maybe_unused]] =
      pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) == 0;
  const std::scoped_lock lock(watch().mutex);
  watch().hooks[static_cast<std::size_t>(what)].push_back(&hook);
}

bool helpers_lost_in_fork() { return helpers_lost; }

}  // namespace strata
