#include "core/parallel.hpp"

#include <omp.h>

#include <atomic>
#include <utility>

#include "core/check.hpp"
#include "core/first_exception.hpp"
#include "core/profile.hpp"
#include "core/subnormals.hpp"
#include "core/teamwork.hpp"
#include "strata/core/threads.hpp"

namespace strata {
namespace {
std::atomic<int> chosen_threads = 0;  // 0: OpenMP's own
thread_local bool keep_helpers = false;
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

KeepHelpers::KeepHelpers() : before_(std::exchange(keep_helpers, true)) {}
KeepHelpers::~KeepHelpers() { keep_helpers = before_; }

int worker_count(std::int64_t parts) {
  if (omp_in_parallel() != 0) return 1;
  static const int cpus = omp_get_num_procs();  // asks the system
  const int most = std::min(num_threads(), cpus);
  return static_cast<int>(std::clamp<std::int64_t>(parts, 1, most));
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
  const bool flush = FlushSubnormals::on();
  FirstException thrown;
#pragma omp parallel num_threads(workers)
  {
    const FlushSubnormals as_the_caller(flush);
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
