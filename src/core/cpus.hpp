// Caches the number of CPUs that a thread may use, which can change at any time.
#pragma once

#if defined(__linux__)
#include <sched.h>

#include <cerrno>
#endif

#include <cstdint>

namespace strata {

#if defined(__linux__)

/// The number of CPUs that `ask(bytes, set)` puts into the set; like `sched_getaffinity` it fails with
/// EINVAL where the set is too small for the machine. 0 if it fails otherwise.
template <class Ask>
int count_cpus(Ask ask) {
  constexpr std::size_t kMostCpus = std::size_t{1} << 20;
  for (std::size_t cpus = CPU_SETSIZE; cpus <= kMostCpus; cpus *= 2) {
    cpu_set_t* const set = CPU_ALLOC(cpus);
    if (set == nullptr) return 0;
    const std::size_t bytes = CPU_ALLOC_SIZE(cpus);
    CPU_ZERO_S(bytes, set);
    const bool told = ask(bytes, set) == 0;
    const bool too_small = !told && errno == EINVAL;
    const int count = told ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (!too_small) return count;
  }
  return 0;
}

#endif

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
