// Whether the parallel loops of a thread gain by worker threads. If another program keeps a CPU
// busy, a worker may not be running when the others have finished their parts, and they wait for
// the scheduler as long as a thousand small loops take.
#pragma once

#include <algorithm>
#include <chrono>

namespace strata {

/// Adds up the time that worker threads save. Once too much is lost, the thread works alone for a
/// pause, which grows if that happens again soon.
class Teamwork {
 public:
  using Clock = std::chrono::steady_clock;

  /// Whether worker threads should take part in a loop that begins now.
  bool gains(Clock::time_point now) const { return now >= alone_until_; }

  /// Reports how long a loop that ends now took with worker threads, and about how long it would
  /// have taken alone.
  void report(Clock::duration took, Clock::duration alone, Clock::time_point now) {
    balance_ = std::min(balance_ + (alone - took), kMost);
    if (balance_ > -kMost) return;
    const bool again = now - alone_until_ < kSoon;
    pause_ = again ? std::min(2 * pause_, kLongestPause) : kShortestPause;
    alone_until_ = now + pause_;
    balance_ = Clock::duration::zero();
  }

 private:
  static constexpr Clock::duration kMost = std::chrono::milliseconds(1);
  static constexpr Clock::duration kSoon = std::chrono::milliseconds(200);
  static constexpr Clock::duration kShortestPause = std::chrono::milliseconds(10);
  static constexpr Clock::duration kLongestPause = std::chrono::milliseconds(320);

  Clock::duration balance_ = Clock::duration::zero();
  Clock::duration pause_ = kShortestPause;
  Clock::time_point alone_until_;
};

}  // namespace strata
