#include "kernels/orthonormal.hpp"

#include <cblas.h>

#include <algorithm>
#include <cassert>
#include <vector>

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
  const SingleThreadedBlas scope;
  const OpenMpForCaller alone;
  const auto m = static_cast<blasint>(rows);
  const auto n = static_cast<blasint>(columns);
  const blasint work_size = 64 * n;  // LAPACK's own block size, at most
  std::vector<double> reflectors(static_cast<std::size_t>(n));
  std::vector<double> work(static_cast<std::size_t>(work_size));
  blasint info = 0;
  dgeqrf_(&m, &n, matrix, &m, reflectors.data(), work.data(), &work_size, &info);
  assert(info == 0);
  std::vector<bool> flipped(static_cast<std::size_t>(n));
  for (blasint j = 0; j < n; ++j) flipped[static_cast<std::size_t>(j)] = matrix[j * (rows + 1)] < 0;
  dorgqr_(&m, &n, &n, matrix, &m, reflectors.data(), work.data(), &work_size, &info);
  assert(info == 0);
  for (std::int64_t j = 0; j < columns; ++j) {
    if (!flipped[static_cast<std::size_t>(j)]) continue;
    std::transform(matrix + j * rows, matrix + (j + 1) * rows, matrix + j * rows,
                   [](double value) { return -value; });
  }
}

}  // namespace strata::kernels
