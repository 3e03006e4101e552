// The one place that computes by xtensor-blas. Its own declarations of the BLAS's C functions differ
// from those of cblas.h, so this file includes no other header of a BLAS.
#include "kernels/decompositions/decompositions.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <utility>
#include <xtensor-blas/xlinalg.hpp>

#include "core/check.hpp"
#include "kernels/products/single_threaded_blas.hpp"

namespace strata::kernels {
namespace {

// xt::linalg overwrites a copy of what it is given, which therefore must own its elements.
using Array = xt::xtensor<double, 2, xt::layout_type::column_major>;

Array array_of(const ColumnMatrix& a) {
  Array array(std::array<std::size_t, 2>{static_cast<std::size_t>(a.rows),
                                         static_cast<std::size_t>(a.columns)});
  std::copy(a.values.begin(), a.values.end(), array.data());
  return array;
}

// Of a column-major array; one with a single axis is a column.
template <class A>
ColumnMatrix matrix_of(const A& array) {
  const auto extent = [&](std::size_t axis) {
    return axis < array.dimension() ? static_cast<std::int64_t>(array.shape()[axis]) : 1;
  };
  ColumnMatrix matrix(extent(0), extent(1));
  std::copy_n(array.data(), matrix.values.size(), matrix.values.begin());
  return matrix;
}

// What `call` returns; nothing if xtensor-blas reports a failure of LAPACK's, which it does by
// throwing an exception.
template <class Call>
auto unless_it_fails(const Call& call) -> std::optional<decltype(call())> {
  const SingleThreadedBlas scope;
  const OpenMpForCaller alone;
  try {
    return call();
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

bool is_empty(const ColumnMatrix& a) { return a.values.empty(); }

// Whether some pivot is no larger than the rounding errors of the sum `(l u)(i, i)` that it comes
// from, where `lu` holds the triangles of both factors.
bool is_singular(const Array& lu) {
  const std::size_t n = lu.shape()[0];
  const double rounding = static_cast<double>(n) * std::numeric_limits<double>::epsilon();
  for (std::size_t i = 0; i < n; ++i) {
    double terms = std::abs(lu(i, i));
    for (std::size_t k = 0; k < i; ++k) terms += std::abs(lu(i, k) * lu(k, i));
    if (std::abs(lu(i, i)) <= rounding * terms) return true;
  }
  return false;
}

}  // namespace

ColumnMatrix identity(std::int64_t extent) {
  ColumnMatrix matrix(extent, extent);
  for (std::int64_t i = 0; i < extent; ++i) matrix(i, i) = 1.0;
  return matrix;
}

ColumnMatrix transposed(const ColumnMatrix& a) {
  ColumnMatrix result(a.columns, a.rows);
  for (std::int64_t j = 0; j < a.columns; ++j) {
    for (std::int64_t i = 0; i < a.rows; ++i) result(j, i) = a(i, j);
  }
  return result;
}

ColumnMatrix operator+(ColumnMatrix a, const ColumnMatrix& b) {
  std::transform(a.values.begin(), a.values.end(), b.values.begin(), a.values.begin(),
                 std::plus<>());
  return a;
}

ColumnMatrix operator-(ColumnMatrix a, const ColumnMatrix& b) {
  std::transform(a.values.begin(), a.values.end(), b.values.begin(), a.values.begin(),
                 std::minus<>());
  return a;
}

ColumnMatrix operator*(const ColumnMatrix& a, const ColumnMatrix& b) {
  if (is_empty(a) || is_empty(b)) return {a.rows, b.columns};
  const SingleThreadedBlas scope;
  const OpenMpForCaller alone;
  const Array product = xt::linalg::dot(array_of(a), array_of(b));
  return matrix_of(product);
}

void check_lapack_extents(const char* who, std::int64_t rows, std::int64_t columns,
                          std::int64_t longest) {
  constexpr std::int64_t kLongest = std::numeric_limits<xt::blas_index_t>::max();
  check<ShapeError>(std::max(rows, columns) <= kLongest && std::min(rows, columns) <= longest, who,
                    "LAPACK takes at most {} rows and columns, and of the fewer of both at most "
                    "{}. Received: a matrix of {} x {}.",
                    kLongest, longest, rows, columns);
}

QrDecomposition qr(const ColumnMatrix& a, bool complete) {
  const std::int64_t shorter = std::min(a.rows, a.columns);
  if (shorter == 0) {
    return complete ? QrDecomposition{identity(a.rows), {a.rows, a.columns}}
                    : QrDecomposition{{a.rows, 0}, {0, a.columns}};
  }
  auto result = unless_it_fails([&] {
    const auto mode = complete ? xt::linalg::qrmode::complete : xt::linalg::qrmode::reduced;
    const auto [q, r] = xt::linalg::qr(array_of(a), mode);
    return QrDecomposition{matrix_of(q), matrix_of(r)};
  });
  assert(result.has_value());  // Householder reflections can't fail
  return std::move(result).value();
}

std::optional<SingularValues> svd(const ColumnMatrix& a, SingularVectors vectors) {
  const bool all = vectors == SingularVectors::all;
  if (is_empty(a)) {
    return SingularValues{all ? identity(a.rows) : ColumnMatrix(a.rows, 0),
                          {0, 1},
                          all ? identity(a.columns) : ColumnMatrix(0, a.columns)};
  }
  return unless_it_fails([&] {
    const auto [u, s, vt] = xt::linalg::svd(array_of(a), all, vectors != SingularVectors::none);
    return SingularValues{matrix_of(u), matrix_of(s), matrix_of(vt)};
  });
}

std::optional<EigenValues> eigh(const ColumnMatrix& a) {
  if (is_empty(a)) return EigenValues{{0, 1}, {0, 0}};
  return unless_it_fails([&] {
    const auto [w, v] = xt::linalg::eigh(array_of(a));
    return EigenValues{matrix_of(w), matrix_of(v)};
  });
}

std::optional<ColumnMatrix> cholesky(const ColumnMatrix& a) {
  if (is_empty(a)) return a;
  return unless_it_fails([&] { return matrix_of(xt::linalg::cholesky(array_of(a))); });
}

// xt::linalg::solve keeps the LU decomposition to itself, by which a matrix is seen to be singular.
std::optional<ColumnMatrix> solve(const ColumnMatrix& a, const ColumnMatrix& b) {
  if (is_empty(b)) return b;
  Array lu = array_of(a);
  Array x = array_of(b);
  const auto info = unless_it_fails([&] { return xt::lapack::gesv(lu, x); });
  if (info != 0 || is_singular(lu)) return std::nullopt;
  return matrix_of(x);
}

double determinant(const ColumnMatrix& a) {
  if (is_empty(a)) return 1.0;
  const SingleThreadedBlas scope;
  const OpenMpForCaller alone;
  // By logarithms, since a product of some pivots may overflow where that of all does not.
  const auto [sign, logarithm] = xt::linalg::slogdet(array_of(a));
  return sign * std::exp(logarithm);
}

}  // namespace strata::kernels
