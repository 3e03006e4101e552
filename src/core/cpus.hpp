// Caches the number of CPUs that a thread may use, which can change at any time.
#pragma once

#include <cstdint>

namespace strata {

/// Asking the system takes as long as a small loop, so it is asked again only after a number of
/// parts of work, sooner if the last answer was fewer CPUs than wanted.
class Cpus {
 public:
  /// The number of CPUs for a loop of `parts` parts that `wanted` threads could share; `ask()`
  /// returns the present number.
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
