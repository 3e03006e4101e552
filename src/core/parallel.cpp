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

void parallel_parts(std::int64_t parts, const std::function<void(std::int64_t)>& body) {
  const int threads = static_cast<int>(std::min<std::int64_t>(num_threads(), parts));
  if (threads <= 1 || omp_in_parallel() != 0) {
    for (std::int64_t part = 0; part < parts; ++part) body(part);
    return;
  }
  profile::ParallelProducts products(threads);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (std::int64_t part = 0; part < parts; ++part) {
    const profile::ParallelProducts::Part timed(products);
    body(part);
  }
}

}  // namespace strata
