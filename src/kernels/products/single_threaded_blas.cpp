// Counts the users of the BLAS, whose threads are off while there are any.
#include "kernels/products/single_threaded_blas.hpp"

#include <cblas.h>
#include <omp.h>

#include <atomic>
#include <thread>

#include "core/fork.hpp"

// Not every BLAS that has these functions declares them in cblas.h.
extern "C" {
int openblas_get_parallel(void);
int openblas_get_num_threads(void);
void openblas_set_num_threads(int);
}

namespace strata::kernels {
namespace {

enum class BlasThreads { none, its_own, of_openmp };

BlasThreads blas_threads() {
  const int kind = openblas_get_parallel();
  return kind == 0 ? BlasThreads::none : kind == 1 ? BlasThreads::its_own : BlasThreads::of_openmp;
}

// Only the first user and the last one change the BLAS's setting; others never wait.
class Users final : ForkHook {
 public:
  Users() {
    watch_forks(*this, HeldUp::work);
    if (blas_threads() == BlasThreads::its_own)
      note_threads_at_load(openblas_get_num_threads() - 1);
  }

  void enter() {
    if (depth_++ > 0) return;
    for (;;) {
      int users = count_.load(std::memory_order_relaxed);
      if (users == kChanging || forking_.load(std::memory_order_relaxed)) {
        std::this_thread::yield();
      } else if (users > 0) {
        if (count_.compare_exchange_weak(users, users + 1, std::memory_order_acquire)) return;
      } else if (begin_change(0)) {
        turn_threads_off();
        return end_change(1);
      }
    }
  }

  void leave() {
    if (--depth_ > 0) return;
    for (;;) {
      int users = count_.load(std::memory_order_relaxed);
      if (users > 1) {
        if (count_.compare_exchange_weak(users, users - 1, std::memory_order_release)) return;
      } else if (begin_change(1)) {
        turn_threads_on();
        return end_change(0);
      }
    }
  }

 private:
  static constexpr int kChanging = -1;

  bool begin_change(int users) {
    return count_.compare_exchange_weak(users, kChanging, std::memory_order_acquire,
                                        std::memory_order_relaxed);
  }
  void end_change(int users) { count_.store(users, std::memory_order_release); }

  void turn_threads_off() {
    if (blas_threads() != BlasThreads::its_own) return;
    threads_ = openblas_get_num_threads();
    if (threads_ != 1) openblas_set_num_threads(1);
  }

  // Restores the number unless the program has set another one meanwhile.
  void turn_threads_on() {
    if (threads_ != 1 && openblas_get_num_threads() == 1) openblas_set_num_threads(threads_);
  }

  // A thread that forks while it is a user itself must not wait for itself.
  void before_fork() override {
    if (depth_ > 0) return;
    forking_ = true;
    while (!begin_change(0)) std::this_thread::yield();
  }
  void after_fork_in_parent() override {
    if (depth_ > 0) return;
    end_change(0);
    forking_ = false;
  }
  void after_fork_in_child() override { after_fork_in_parent(); }

  std::atomic<int> count_ = 0;
  std::atomic<bool> forking_ = false;
  int threads_ = 1;  // the program's setting; guarded by kChanging
  static thread_local constinit int depth_;
};

thread_local constinit int Users::depth_ = 0;

// Never destroyed, since fork hooks live as long as the process.
Users& users() {
  static Users& instance = *new Users;
  return instance;
}

// Made at load, since a fork while another thread makes it would leave the child waiting forever.
[[maybe_unused]] Users& users_made_at_load = users();

}  // namespace

SingleThreadedBlas::SingleThreadedBlas() { users().enter(); }
SingleThreadedBlas::~SingleThreadedBlas() { users().leave(); }

OpenMpForCaller::OpenMpForCaller()
    : before_(blas_threads() == BlasThreads::of_openmp ? omp_get_max_threads() : 1) {
  if (before_ != 1) omp_set_num_threads(1);
}
OpenMpForCaller::~OpenMpForCaller() {
  if (before_ != 1) omp_set_num_threads(before_);
}

}  // namespace strata::kernels
