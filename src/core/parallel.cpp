#include "core/parallel.hpp"

#include <omp.h>
#if defined(__linux__)
#include <sched.h>
#endif

#include <atomic>
#include <utility>

#include "core/check.hpp"
#include "core/cpus.hpp"
#include "core/first_exception.hpp"
#include "core/fork.hpp"
#include "core/profile.hpp"
#include "core/subnormals.hpp"
#include "core/teamwork.hpp"
#include "strata/core/threads.hpp"

namespace strata {
namespace {
std::atomic<int> chosen_threads = 0;  // 0: OpenMP's own
thread_local constinit bool keep_helpers = false;
thread_local constinit int pretended_cpus = 0;  // 0: the actual number
thread_local constinit Cpus known_cpus;

// Asks the system, since some OpenMP libraries cache the number of CPUs. If OpenMP binds threads to
// CPUs, the affinity of one thread may be a single CPU, and only OpenMP knows the total.
int cpus_of_now() {
#if defined(__linux__)
  cpu_set_t cpus;
  if (omp_get_proc_bind() == omp_proc_bind_false && sched_getaffinity(0, sizeof(cpus), &cpus) == 0)
    return CPU_COUNT(&cpus);
#endif
  return omp_get_num_procs();
}

}  // namespace

void set_num_threads(int count) {
  check(count >= 1, "set_num_threads", "the number of threads must be at least 1. Received: {}.",
        count);
  chosen_threads = count;
}

int num_threads() {
  const int chosen = chosen_threads;
  return chosen > 0 ? chosen : omp_get_max_threads();
}

KeepHelpers::KeepHelpers(int cpus)
    : before_(std::exchange(keep_helpers, true)),
      cpus_before_(std::exchange(pretended_cpus, cpus)) {}
KeepHelpers::~KeepHelpers() {
  keep_helpers = before_;
  pretended_cpus = cpus_before_;
}

int worker_count(std::int64_t parts) {
  const auto wanted = static_cast<int>(std::min<std::int64_t>(parts, num_threads()));
  if (wanted <= 1 || omp_in_parallel() != 0 || helpers_lost_in_fork()) return 1;
  if (pretended_cpus > 0) return std::min(wanted, pretended_cpus);
  return std::min(wanted, known_cpus.count_for(parts, wanted, cpus_of_now));
}

void parallel_parts(std::int64_t parts, int workers,
                    const std::function<void(std::int64_t, int)>& body) {
  using Clock = Teamwork::Clock;
  thread_local Teamwork teamwork;
  const auto work_alone = [&] {
    for (std::int64_t part = 0; part < parts; ++part) body(part, 0);
  };
  if (workers == 1) return work_alone();
  const Clock::time_point began = Clock::now();
  if (!keep_helpers && !teamwork.gains(began)) return work_alone();
  profile::ParallelProducts products(workers);
  Clock::duration a_part{};  // what one takes
  FirstException thrown;
  const FloatingPointMode mode = FloatingPointMode::of_this_thread();
#pragma omp parallel num_threads(workers)
  {
    const FloatingPointScope as_the_caller(mode);
    const int worker = omp_get_thread_num();
    const Part own = Part::of(parts, worker, omp_get_num_threads());
    const Clock::time_point start = Clock::now();
    thrown.guard(own.begin, [&] {
      for (std::int64_t part = own.begin; part < own.end; ++part) {
        const profile::ParallelProducts::Part timed(products);
        body(part, worker);
      }
    });
    if (worker == 0 && own.end > 0) a_part = (Clock::now() - start) / own.end;
  }
  thrown.rethrow();
  const Clock::time_point ended = Clock::now();
  teamwork.report(ended - began, parts * a_part, ended);
}

void parallel_parts(std::int64_t parts, const std::function<void(std::int64_t)>& body) {
  parallel_parts(parts, worker_count(parts), [&](std::int64_t part, int) { body(part); });
}

}  // namespace strata
