// How many threads a loop gets, and the loop on an OpenMP team.
#include "core/parallel.hpp"

#include <omp.h>
#if defined(__linux__)
#include <sched.h>
#endif

#include <atomic>
#include <cstdlib>
#include <limits>
#include <utility>

#include "core/check.hpp"
#include "core/cpus.hpp"
#include "core/first_exception.hpp"
#include "core/fork.hpp"
#include "core/oversubscription.hpp"
#include "core/profile.hpp"
#include "core/stand_in.hpp"
#include "core/subnormals.hpp"
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
  if (omp_get_proc_bind() == omp_proc_bind_false) {
    const int count = count_cpus(
        [](std::size_t bytes, cpu_set_t* set) { return sched_getaffinity(0, bytes, set); });
    if (count > 0) return count;
  }
#endif
  return omp_get_num_procs();
}

// OpenMP's default number of threads when the program was loaded, or 0 if the environment or the
// program had already set it.
const int unasked_threads = [] {
  const bool asked = std::getenv("OMP_NUM_THREADS") != nullptr ||
                     std::getenv("OMP_NUM_THREADS_ALL") != nullptr ||
                     omp_get_max_threads() != omp_get_num_procs();
  return asked ? 0 : omp_get_max_threads();
}();

// The number of threads that the user or OpenMP asks for; 0: as many as there are CPUs.
int wanted_threads() {
  if (const int chosen = chosen_threads; chosen > 0) return chosen;
  const int of_openmp = omp_get_max_threads();
  return of_openmp == unasked_threads ? 0 : of_openmp;
}

// Calls `work(worker, team size)` on each thread of an OpenMP team.
template <class Work>
void on_team(int workers, const Work& work) {
  const auto run_team = [&] {
#pragma omp parallel num_threads(workers)
    work(omp_get_thread_num(), omp_get_num_threads());
  };
  if (forks_that_took_helpers() > 0) return StandIn::of_this_thread().run(run_team);
  note_helpers();
  run_team();
}

}  // namespace

void set_num_threads(int count) {
  check(count >= 1, "set_num_threads", "the number of threads must be at least 1. Received: {}.",
        count);
  chosen_threads = count;
}

int num_threads() {
  const int wanted = wanted_threads();
  return wanted > 0 ? wanted : cpus_of_now();
}

KeepHelpers::KeepHelpers(int cpus)
    : before_(std::exchange(keep_helpers, true)),
      cpus_before_(std::exchange(pretended_cpus, cpus)) {}
KeepHelpers::~KeepHelpers() {
  keep_helpers = before_;
  pretended_cpus = cpus_before_;
}

int worker_count(std::int64_t parts) {
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  const int threads = wanted_threads();
  const auto most = static_cast<int>(std::min(parts, threads > 0 ? threads : kMost));
  if (most <= 1 || omp_in_parallel() != 0) return 1;
  if (pretended_cpus > 0) return std::min(most, pretended_cpus);
  const int expected = threads > 0 ? most : std::min(most, unasked_threads);
  return std::min(most, known_cpus.count_for(parts, expected, cpus_of_now));
}

void parallel_parts(std::int64_t parts, int workers,
                    const std::function<void(std::int64_t, int)>& body) {
  using Clock = OversubscriptionGuard::Clock;
  thread_local OversubscriptionGuard oversubscription;
  const auto run_alone = [&] {
    for (std::int64_t part = 0; part < parts; ++part) body(part, 0);
  };
  if (workers == 1) return run_alone();
  const Clock::time_point began = Clock::now();
  if (!keep_helpers && !oversubscription.allows_workers(began)) return run_alone();
  profile::ParallelProducts products(workers);
  Clock::duration time_per_part{};
  FirstException thrown;
  const FloatingPointMode mode = FloatingPointMode::of_this_thread();
  on_team(workers, [&](int worker, int team_size) {
    const FloatingPointScope mode_of_caller(mode);
    const IndexRange own = IndexRange::of_part(parts, worker, team_size);
    const Clock::time_point start = Clock::now();
    thrown.guard(own.begin, [&] {
      for (std::int64_t part = own.begin; part < own.end; ++part) {
        const profile::ParallelProducts::PartTimer timed(products);
        body(part, worker);
      }
    });
    if (worker == 0 && own.end > 0) time_per_part = (Clock::now() - start) / own.end;
  });
  thrown.rethrow();
  const Clock::time_point ended = Clock::now();
  oversubscription.report(ended - began, parts * time_per_part, ended);
}

void parallel_parts(std::int64_t parts, const std::function<void(std::int64_t)>& body) {
  parallel_parts(parts, worker_count(parts), [&](std::int64_t part, int) { body(part); });
}

}  // namespace strata
