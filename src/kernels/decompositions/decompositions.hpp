// Decompositions of matrices by LAPACK, which xtensor-blas calls: in double precision and on the
// calling thread, so that the results are the same for any number of threads. Any number of threads
// may call these functions at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace strata::kernels {

/// A matrix of doubles, column by column, as LAPACK takes it; of zeros when it is made.
struct ColumnMatrix {
  ColumnMatrix() = default;
  ColumnMatrix(std::int64_t row_count, std::int64_t column_count)
      : rows(row_count),
        columns(column_count),
        values(static_cast<std::size_t>(row_count * column_count)) {}

  double& operator()(std::int64_t i, std::int64_t j) {
    return values[static_cast<std::size_t>(j * rows + i)];
  }
  double operator()(std::int64_t i, std::int64_t j) const {
    return values[static_cast<std::size_t>(j * rows + i)];
  }

  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<double> values;
};

ColumnMatrix identity(std::int64_t extent);
ColumnMatrix transposed(const ColumnMatrix& a);
ColumnMatrix operator+(ColumnMatrix a, const ColumnMatrix& b);
ColumnMatrix operator-(ColumnMatrix a, const ColumnMatrix& b);
/// The matrix product.
ColumnMatrix operator*(const ColumnMatrix& a, const ColumnMatrix& b);

/// Raises ShapeError in `who`'s name if an extent is too long for a LAPACK routine, which counts
/// with 32-bit integers: `longest` is the longest shorter side that the routine's workspace allows.
void check_lapack_extents(const char* who, std::int64_t rows, std::int64_t columns,
                          std::int64_t longest);
/// What `check_lapack_extents` takes as `longest`.
inline constexpr std::int64_t kLongestForLapack = 0x7fffffff / 64;  // 64 doubles per column (QR)
inline constexpr std::int64_t kLongestForEigh = 32'000;             // 2 n² + 6 n + 1 doubles
inline constexpr std::int64_t kLongestForSvd = 23'000;              // 4 n² + 7 n doubles

/// `q r`: q's columns are orthonormal and r is upper triangular. Of an m x n matrix, q has m x k
/// elements and r k x n, with k = m if it is complete, else min(m, n).
struct QrDecomposition {
  ColumnMatrix q;
  ColumnMatrix r;
};
QrDecomposition qr(const ColumnMatrix& a, bool complete);

/// `u diag(s) vt`: s is in descending order and the columns of u and the rows of vt are
/// orthonormal. Empty where LAPACK does not converge.
struct SingularValues {
  ColumnMatrix u;
  ColumnMatrix s;  ///< one column
  ColumnMatrix vt;
};
enum class SingularVectors { none, reduced, all };
std::optional<SingularValues> svd(const ColumnMatrix& a, SingularVectors vectors);

/// `v diag(w) vᵀ` of a symmetric matrix, whose lower triangle is read: w is in ascending order.
/// Empty where LAPACK does not converge.
struct EigenValues {
  ColumnMatrix w;  ///< one column
  ColumnMatrix v;
};
std::optional<EigenValues> eigh(const ColumnMatrix& a);

/// The lower triangular l with `l lᵀ = a`, for a symmetric matrix, whose lower triangle is read.
/// Empty if it is not positive definite.
std::optional<ColumnMatrix> cholesky(const ColumnMatrix& a);

/// The x with `a x = b`. Empty if a is singular: if a pivot of its LU decomposition is no larger
/// than the rounding errors of the sum that it was computed from.
std::optional<ColumnMatrix> solve(const ColumnMatrix& a, const ColumnMatrix& b);

double determinant(const ColumnMatrix& a);

}  // namespace strata::kernels
