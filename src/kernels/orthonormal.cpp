#include "kernels/orthonormal.hpp"

#include <cblas.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <vector>

#include "core/check.hpp"
#include "kernels/single_threaded_blas.hpp"

// OpenBLAS carries LAPACK under its Fortran names; the C wrappers would be one more library.
extern "C" {
void dgeqrf_(const blasint* rows, const blasint* columns, double* matrix, const blasint* stride,
             double* reflectors, double* work, const blasint* work_size, blasint* info);
void dorgqr_(const blasint* rows, const blasint* columns, const blasint* count, double* matrix,
             const blasint* stride, const double* reflectors, double* work,
             const blasint* work_size, blasint* info);
}

namespace strata::kernels {

void orthonormalize(double* matrix, std::int64_t rows, std::int64_t columns) {
  if (columns == 0) return;
  constexpr std::int64_t kLongest = std::numeric_limits<blasint>::max();
  check<ShapeError>(rows <= kLongest && columns <= kLongest, "orthonormalize",
                    "LAPACK takes at most {} rows and columns. Received: a matrix of {} x {}.",
                    kLongest, rows, columns);
  const SingleThreadedBlas scope;
  const OpenMpForCaller alone;
  const auto m = static_cast<blasint>(rows);
  const auto n = static_cast<blasint>(columns);
  const auto work_size =
      static_cast<blasint>(std::min(64 * columns, kLongest));  // 64: LAPACK's block size
  std::vector<double> reflectors(static_cast<std::size_t>(n));
  std::vector<double> work(static_cast<std::size_t>(work_size));
  blasint info = 0;
  dgeqrf_(&m, &n, matrix, &m, reflectors.data(), work.data(), &work_size, &info);
  assert(info == 0);
  std::vector<bool> flipped(static_cast<std::size_t>(n));
  for (std::int64_t j = 0; j < columns; ++j)
    flipped[static_cast<std::size_t>(j)] = matrix[j * (rows + 1)] < 0;
  dorgqr_(&m, &n, &n, matrix, &m, reflectors.data(), work.data(), &work_size, &info);
  assert(info == 0);
  for (std::int64_t j = 0; j < columns; ++j) {
    if (!flipped[static_cast<std::size_t>(j)]) continue;
    std::transform(matrix + j * rows, matrix + (j + 1) * rows, matrix + j * rows,
                   [](double value) { return -value; });
  }
}

}  // namespace strata::kernels
