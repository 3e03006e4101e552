// Whether a thread's parallel loops should use worker threads while other programs keep CPUs busy:
// a worker may then not be running when the others have finished their parts, and they wait for the
// scheduler as long as a thousand small loops take.
#pragma once

#include <algorithm>
#include <chrono>

namespace strata {

/// Adds up the time that worker threads save a thread's loops. Once they have lost too much, the
/// thread's loops run without workers for a pause, which grows if that happens again soon.
class OversubscriptionGuard {
 public:
  using Clock = std::chrono::steady_clock;

  /// Whether worker threads should take part in a loop that begins now.
  bool allows_workers(Clock::time_point now) const { return now >= pause_ends_; }

  /// Reports how long a loop that ends now took with worker threads, and about how long it would
  /// have taken alone.
  void report(Clock::duration took, Clock::duration alone, Clock::time_point now) {
    balance_ = std::min(balance_ + (alone - took), kMost);
    if (balance_ > -kMost) return;
    const bool again = now - pause_ends_ < kSoonAfterPause;
    pause_ = again ? std::min(2 * pause_, kLongestPause) : kShortestPause;
    pause_ends_ = now + pause_;
    balance_ = Clock::duration::zero();
  }

 private:
  static constexpr Clock::duration kMost = std::chrono::milliseconds(1);
  static constexpr Clock::duration kSoonAfterPause = std::chrono::milliseconds(200);
  static constexpr Clock::duration kShortestPause = std::chrono::milliseconds(10);
  static constexpr Clock::duration kLongestPause = std::chrono::milliseconds(320);

  Clock::duration balance_ = Clock::duration::zero();
  Clock::duration pause_ = kShortestPause;
  Clock::time_point pause_ends_;
};

}  // namespace strata
