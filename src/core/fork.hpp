// What a fork leaves in the child, where only the thread that forked lives on: no lock that another
// thread held, and no helpers to wait for that aren't there.
#pragma once

#include <memory>

namespace strata {

/// Told of every fork of the process, by the thread that forks. Lives as long as the process.
class ForkHook {
 public:
  virtual void before_fork() = 0;
  virtual void after_fork_in_parent() = 0;
  virtual void after_fork_in_child() = 0;

 protected:
  ~ForkHook() = default;
};

/// What a hook holds up while the process forks, in the order in which it is: who builds works, and
/// who works takes locks for moments.
enum class HeldUp { builds, work, locks };

void watch_forks(ForkHook& hook, HeldUp what);

/// Whether this thread had OpenMP helpers before a fork and can neither use nor replace them.
bool helpers_lost_in_fork();

/// A mutex that no fork leaves taken by a thread that the child hasn't got: who forks holds it
/// meanwhile. While it is held only what comes later in `HeldUp` is taken. Lives as long as the
/// process.
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
  // A new one, since some kinds know their owner by a number that is another in the child. A thread
  // that had taken it before it forked has it still.
  void after_fork_in_child() override {
    std::construct_at(&mutex_);
    for (int i = --depth_; i > 0; --i) mutex_.lock();
  }

  Mutex mutex_;
  int depth_ = 0;  // of its owner's locks
};

}  // namespace strata
