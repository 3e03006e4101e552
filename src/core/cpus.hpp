// How many CPUs a thread may use, which its owner may change at any time.
#pragma once

#include <cstdint>

namespace strata {

/// What a thread knows of them. Asking the system takes as long as a small loop, so it is asked
/// once in so much work; more often while there were too few.
class Cpus {
 public:
  /// For a loop of so many parts, which `wanted` threads could share; `ask()` tells the number of
  /// now.
  template <class Ask>
  int count_for(std::int64_t parts, int wanted, Ask ask) {
    unasked_ += parts;
    if (unasked_ >= (count_ < wanted ? kPartsWhileFew : kParts)) {
      count_ = ask();
      unasked_ = 0;
    }
    return count_;
  }

 private:
  static constexpr std::int64_t kParts = 4096;
  static constexpr std::int64_t kPartsWhileFew = 256;

  std::int64_t unasked_ = kParts;
  int count_ = 0;
};

}  // namespace strata
