// Starts a thread's stand-in and hands it work.
#include "core/stand_in.hpp"

#include <thread>

#include "core/fork.hpp"

namespace strata {

StandIn& StandIn::of_this_thread() {
  thread_local constinit StandIn* instance = nullptr;
  thread_local constinit int made_after = 0;
  const int forks = forks_that_took_helpers();
  if (instance == nullptr || made_after != forks) {
    instance = new StandIn;
    made_after = forks;
  }
  return *instance;
}

void StandIn::run(const std::function<void()>& work) {
  work_ = &work;
  begin_.release();
  end_.acquire();
}

StandIn::StandIn() {
  std::thread([this] {
    for (;;) {
      begin_.acquire();
      (*work_)();
      end_.release();
    }
  }).detach();
}

}  // namespace strata
