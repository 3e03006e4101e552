#include "core/parallel.hpp"

#include <omp.h>

#include <atomic>

#include "core/check.hpp"
#include "core/profile.hpp"
#include "strata/core/threads.hpp"

namespace strata {
namespace {
std::atomic<int> chosen_threads = 0;  // 0: OpenMP's own
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

int worker_count(std::int64_t parts) {
  if (omp_in_parallel() != 0) return 1;
  return static_cast<int>(std::clamp<std::int64_t>(parts, 1, num_threads()));
}

void parallel_parts(std::int64_t parts, int workers,
                    const std::function<void(std::int64_t, int)>& body) {
  if (workers == 1) {
    for (std::int64_t part = 0; part < parts; ++part) body(part, 0);
    return;
  }
  profile::ParallelProducts products(workers);
#pragma omp parallel for num_threads(workers) schedule(static)
  for (std::int64_t part = 0; part < parts; ++part) {
    const profile::ParallelProducts::Part timed(products);
    body(part, omp_get_thread_num());
  }
}

void parallel_parts(std::int64_t parts, const std::function<void(std::int64_t)>& body) {
  parallel_parts(parts, worker_count(parts), [&](std::int64_t part, int) { body(part); });
}

}  // namespace strata
