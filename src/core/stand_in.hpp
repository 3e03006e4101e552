// Who leads a thread's OpenMP teams where it can't itself: after a fork its own helpers may be gone,
// and g++'s OpenMP would wait for them.
#pragma once

#include <functional>
#include <semaphore>

namespace strata {

/// A thread that works while its owner waits.
class StandIn {
 public:
  /// The first call on a thread makes one; after a fork the first call in the child makes another,
  /// since the parent's thread isn't there. It lives as long as the process.
  static StandIn& of_this_thread();

  /// `work` must not throw.
  void run(const std::function<void()>& work);

 private:
  StandIn();

  std::binary_semaphore begin_{0};
  std::binary_semaphore end_{0};
  const std::function<void()>* work_ = nullptr;
};

}  // namespace strata
