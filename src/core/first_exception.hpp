// Carries an exception out of a parallel loop, where it must not leave the thread that threw it.
#pragma once

#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>

namespace strata {

/// Keeps one of the exceptions that the threads of a parallel loop throw: that of the lowest part,
/// so that the caller gets the same exception for any number of threads.
class FirstException {
 public:
  /// Runs `body`, which works on the parts from `part` on, and keeps what it throws.
  template <class Body>
  void guard(std::int64_t part, const Body& body) noexcept {
    try {
      body();
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      if (part >= part_) return;
      part_ = part;
      exception_ = std::current_exception();
    }
  }

  /// Throws the exception that was kept, if any. Called once all threads are done.
  void rethrow() const {
    if (exception_ != nullptr) std::rethrow_exception(exception_);
  }

 private:
  std::mutex mutex_;
  std::int64_t part_ = std::numeric_limits<std::int64_t>::max();
  std::exception_ptr exception_;
};

}  // namespace strata
