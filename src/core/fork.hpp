// Makes fork safe: only the thread that forks exists in the child, so no lock may be held by
// another thread, and no OpenMP worker threads may be expected.
#pragma once

#include <memory>

namespace strata {

/// Called on every fork of the process, by the thread that forks. Lives as long as the process.
class ForkHook {
 public:
  virtual void before_fork() = 0;
  virtual void after_fork_in_parent() = 0;
  virtual void after_fork_in_child() = 0;

 protected:
  ~ForkHook() = default;
};

/// What a hook waits for and blocks while the process forks, in the order in which hooks are
/// called: building a layer involves parallel work, and parallel work takes short locks.
enum class HeldUp { builds, work, locks };

void watch_forks(ForkHook& hook, HeldUp what);

/// The number of forks of this thread since the first one before which it may have had OpenMP worker
/// threads that it now can neither use nor replace; 0 if there was none.
int forks_that_took_helpers();

/// Records that this thread now has OpenMP worker threads for Strata's loops, which end before it
/// forks.
void note_helpers();

/// Records that a library has had `count` threads of its own since the program was loaded, which no
/// OpenMP loop waits for and which end when the process forks.
void note_threads_at_load(int count);

/// A mutex that no other thread holds while the process forks, since the forking thread acquires it
/// first; so it is never locked by a missing thread in the child. A thread that holds one may only
/// acquire mutexes of a later value of `HeldUp`. Lives as long as the process.
template <class Mutex>
class ForkSafe final : ForkHook {
 public:
  explicit ForkSafe(HeldUp what = HeldUp::locks) { watch_forks(*this, what); }
  ForkSafe(const ForkSafe&) = delete;
  ForkSafe& operator=(const ForkSafe&) = delete;

  void lock() {
    mutex_.lock();
    ++depth_;
  }
  void unlock() {
    --depth_;
    mutex_.unlock();
  }
  void lock_shared() { mutex_.lock_shared(); }
  void unlock_shared() { mutex_.unlock_shared(); }

 private:
  void before_fork() override { lock(); }
  void after_fork_in_parent() override { unlock(); }
  // Makes a new mutex, since some kinds store their owner's thread id, which differs in the child.
  // If the forking thread held it before the fork, it is locked again as often.
  void after_fork_in_child() override {
    std::construct_at(&mutex_);
    for (int i = --depth_; i > 0; --i) mutex_.lock();
  }

  Mutex mutex_;
  int depth_ = 0;  // how often its owner has locked it
};

}  // namespace strata
