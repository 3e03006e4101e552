// The BLAS computes on its callers' threads only, and the program's own settings of BLAS and OpenMP
// threads are preserved. Run with each available OpenBLAS: tests/blas_cores.
#include "kernels/products/single_threaded_blas.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/parallel.hpp"
#include "kernels/arrays.hpp"
#include "kernels/decompositions/decompositions.hpp"
#include "kernels/products/gemm.hpp"
#include "support/children.hpp"

extern "C" {
int openblas_get_parallel(void);
int openblas_get_num_threads(void);
void openblas_set_num_threads(int);
}

namespace strata::kernels {
namespace {

constexpr int kOpenMp = 2;

// Sets numbers of threads that are neither 1 nor, most likely, the number of CPUs.
class BlasThreads : public ::testing::Test {
 protected:
  BlasThreads() {
    openblas_set_num_threads(5);
    omp_set_num_threads(3);
    blas_ = openblas_get_num_threads();
  }
  ~BlasThreads() override {
    openblas_set_num_threads(blas_before_);
    omp_set_num_threads(openmp_before_);
  }

  void expect_kept() const {
    EXPECT_EQ(omp_get_max_threads(), 3);
    EXPECT_EQ(openblas_get_num_threads(), blas_);
  }

  // With both factors transposed the kernels call the BLAS; an eighth of this work is enough for the
  // BLAS to use threads.
  static constexpr std::int64_t kRows = 16;
  static constexpr std::int64_t kExtent = 400;
  static void multiply_into(std::vector<float>& c) {
    static const std::vector<float> a = whole_numbers(kRows * kExtent, 1);
    static const std::vector<float> b = whole_numbers(kExtent * kExtent, 2);
    gemm({kRows,
          kExtent,
          kExtent,
          {a.data(), kRows, true},
          {b.data(), kExtent, true},
          c.data(),
          kExtent});
  }
  static std::vector<float> product() {
    std::vector<float> c(static_cast<std::size_t>(kRows * kExtent));
    multiply_into(c);
    return c;
  }

  static std::vector<double> basis() {
    ColumnMatrix matrix(100, 50);
    std::vector<double>& values = matrix.values;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i * i % 101);
    return qr(matrix, false).q.values;
  }

 private:
  const int openmp_before_ = omp_get_max_threads();
  const int blas_before_ = openblas_get_num_threads();
  int blas_ = 0;
};

TEST_F(BlasThreads, AreThoseOfTheFlavourThatIsToBeTested) {
  const char* flavour = std::getenv("STRATA_TEST_OPENBLAS");
  if (flavour == nullptr) GTEST_SKIP() << "whichever is linked";
  EXPECT_EQ(openblas_get_parallel() == kOpenMp, std::string(flavour) == "openmp");
}

TEST_F(BlasThreads, AreAsManyAsBeforeAfterProducts) {
  product();
  expect_kept();
  basis();
  expect_kept();
}

TEST_F(BlasThreads, AreAsManyAsBeforeAfterAnException) {
  try {
    const SingleThreadedBlas scope;
    const OpenMpForCaller alone;
    throw std::runtime_error("of a product");
  } catch (const std::runtime_error&) {
    expect_kept();
  }
}

TEST_F(BlasThreads, AreAsManyAsBeforeAfterManyAtOnce) {
  const std::vector<float> expected = product();
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      omp_set_num_threads(3);
      for (int round = 0; round < 200; ++round) wrong += product() == expected ? 0 : 1;
      wrong += omp_get_max_threads() == 3 ? 0 : 1;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  expect_kept();
}

TEST_F(BlasThreads, AreNotUsedInside) {
  const SingleThreadedBlas scope;
  { const SingleThreadedBlas inner; }
  const OpenMpForCaller alone;
  const int used =
      openblas_get_parallel() == kOpenMp ? omp_get_max_threads() : openblas_get_num_threads();
  EXPECT_EQ(used, 1);
}

TEST_F(BlasThreads, OfTheProcesssOwnChoiceMeanwhileStay) {
  if (openblas_get_parallel() == kOpenMp) GTEST_SKIP() << "nothing is changed meanwhile";
  {
    const SingleThreadedBlas scope;
    openblas_set_num_threads(2);
  }
  EXPECT_EQ(openblas_get_num_threads(), 2);
}

TEST_F(BlasThreads, DoNotKeepLoopsFromHavingHelpers) {
  const int before = worker_count(64);
  const SingleThreadedBlas scope;
  EXPECT_EQ(worker_count(64), before);
}

TEST_F(BlasThreads, OfAParentDoNotMatterToAChild) {
  if (!testing::kMayForkWithThreads) GTEST_SKIP() << "ThreadSanitizer refuses it";
  const std::vector<float> expected = product();
  // AddressSanitizer's allocator may be locked where a child begins, so that nothing is allocated.
  std::vector<float> here = expected;
  std::vector<float> there(expected.size());
  testing::fork_during([&] { multiply_into(here); },
                       [&] {
                         multiply_into(there);
                         return there == expected;
                       });
  expect_kept();
}

}  // namespace
}  // namespace strata::kernels
