// The formulas behind the gradients of decompositions. In the comments ' transposes.
#include "ops/linalg_gradients.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace strata::ops::linalg {
namespace {

using kernels::SingularValues;
using kernels::transposed;

// Values whose difference is smaller than this, relative to the largest one, can't be told apart in
// float32, in which the matrix was given.
constexpr double kEqual = 8.0 * std::numeric_limits<float>::epsilon();

double largest(const ColumnMatrix& values) {
  double largest = 0.0;
  for (const double value : values.values) largest = std::max(largest, std::abs(value));
  return largest;
}

// The x with `r x = b`, for an upper triangular r of a QR decomposition. Empty if the columns that it
// came from depend on each other: if what is left of one is no larger than its rounding errors.
std::optional<ColumnMatrix> solve_upper(const ColumnMatrix& r, ColumnMatrix b, std::int64_t rows) {
  for (std::int64_t i = 0; i < r.columns; ++i) {
    double square = 0.0;
    for (std::int64_t k = 0; k <= i; ++k) square += r(k, i) * r(k, i);
    const double rounding = static_cast<double>(std::max(rows, r.columns)) *
                            std::numeric_limits<double>::epsilon() * std::sqrt(square);
    if (std::abs(r(i, i)) <= rounding) return std::nullopt;
  }
  for (std::int64_t j = 0; j < b.columns; ++j) {
    for (std::int64_t i = r.columns; i-- > 0;) {
      double rest = b(i, j);
      for (std::int64_t k = i + 1; k < r.columns; ++k) rest -= r(i, k) * b(k, j);
      b(i, j) = rest / r(i, i);
    }
  }
  return b;
}

// The inverse of a lower triangular matrix without a 0 on its diagonal.
ColumnMatrix inverse_of_lower(const ColumnMatrix& l) {
  ColumnMatrix inverse = kernels::identity(l.rows);
  for (std::int64_t j = 0; j < l.rows; ++j) {
    for (std::int64_t i = j; i < l.rows; ++i) {
      double rest = inverse(i, j);
      for (std::int64_t k = j; k < i; ++k) rest -= l(i, k) * inverse(k, j);
      inverse(i, j) = rest / l(i, i);
    }
  }
  return inverse;
}

ColumnMatrix skew_part(const ColumnMatrix& a) { return a - transposed(a); }

ColumnMatrix columns_of(const ColumnMatrix& a, std::int64_t begin, std::int64_t end) {
  ColumnMatrix part(a.rows, end - begin);
  std::copy_n(a.values.begin() + begin * a.rows, part.values.size(), part.values.begin());
  return part;
}

// `a diag(1 / s)`, where 1 / s is taken as 0 if s is.
ColumnMatrix divided_by_columns(ColumnMatrix a, const ColumnMatrix& s) {
  const double least = kEqual * largest(s);
  for (std::int64_t j = 0; j < a.columns; ++j) {
    const double factor = s(j, 0) > least ? 1.0 / s(j, 0) : 0.0;
    for (std::int64_t i = 0; i < a.rows; ++i) a(i, j) *= factor;
  }
  return a;
}

// With `scale` one of the singular vectors' two factors in
//     s_j / (s_j^2 - s_i^2) = 1/2 (1 / (s_j - s_i) + 1 / (s_j + s_i)),
//     s_i / (s_j^2 - s_i^2) = 1/2 (1 / (s_j - s_i) - 1 / (s_j + s_i)),
// multiplies each element by it; `sign` is that of the second fraction. Where s_i and s_j are
// equal, only the first fraction is left out: in a function that doesn't depend on the choice of
// vectors, those of u and vt cancel each other there, and the second ones remain.
ColumnMatrix times_vector_factors(ColumnMatrix a, const ColumnMatrix& s, double sign) {
  const double least = kEqual * largest(s);
  for (std::int64_t j = 0; j < a.columns; ++j) {
    for (std::int64_t i = 0; i < a.rows; ++i) {
      const double difference = s(j, 0) - s(i, 0);
      const double sum = s(j, 0) + s(i, 0);
      const double first = std::abs(difference) > least ? 0.5 / difference : 0.0;
      const double second = sum > least ? 0.5 / sum : 0.0;
      a(i, j) *= first + sign * second;
    }
  }
  return a;
}

}  // namespace

// Walter and Lehmann, "Algorithmic differentiation of linear algebra functions": with
//     m = r dr' - dq' q,   da = (dq + q (lower(m) + strictly_lower(m)')) r'^-1.
std::optional<ColumnMatrix> qr_gradient(const ColumnMatrix& q, const ColumnMatrix& r,
                                        const ColumnMatrix& dq, const ColumnMatrix& dr) {
  ColumnMatrix m = r * transposed(dr) - transposed(dq) * q;
  for (std::int64_t j = 0; j < m.columns; ++j) {
    for (std::int64_t i = 0; i < j; ++i) m(i, j) = m(j, i);
  }
  auto da = solve_upper(r, transposed(dq + q * m), q.rows);
  if (!da) return std::nullopt;
  return transposed(*da);
}

// Roberts and Roberts, "QR and LQ decomposition matrix backpropagation algorithms for square, wide,
// and deep matrices": with a = [x y] and r = [u v], where x and u are square, q u = x and v = q' y.
std::optional<ColumnMatrix> wide_qr_gradient(const ColumnMatrix& a, const ColumnMatrix& q,
                                             const ColumnMatrix& r, ColumnMatrix dq,
                                             const ColumnMatrix& dr) {
  const std::int64_t m = a.rows;
  const ColumnMatrix dv = columns_of(dr, m, a.columns);
  dq = std::move(dq) + columns_of(a, m, a.columns) * transposed(dv);
  auto dx = qr_gradient(q, columns_of(r, 0, m), dq, columns_of(dr, 0, m));
  if (!dx) return std::nullopt;
  const ColumnMatrix dy = q * dv;
  dx->values.insert(dx->values.end(), dy.values.begin(), dy.values.end());
  dx->columns = a.columns;
  return dx;
}

// Townsend, "Differentiating the singular value decomposition".
//     da = u diag(ds) v'
ColumnMatrix svd_gradient_of_s(const SingularValues& svd, const ColumnMatrix& ds) {
  ColumnMatrix scaled = svd.u;
  for (std::int64_t j = 0; j < scaled.columns; ++j) {
    for (std::int64_t i = 0; i < scaled.rows; ++i) scaled(i, j) *= ds(j, 0);
  }
  return scaled * svd.vt;
}

//     da = (u (s_j / (s_j^2 - s_i^2) * (u' du - du' u)) + (1 - u u') du / s) v'
ColumnMatrix svd_gradient_of_u(const SingularValues& svd, const ColumnMatrix& du) {
  const auto& [u, s, vt] = svd;
  const ColumnMatrix inner = transposed(u) * du;
  ColumnMatrix left = u * times_vector_factors(skew_part(inner), s, 1.0);
  if (u.rows > u.columns) left = std::move(left) + divided_by_columns(du - u * inner, s);
  return left * vt;
}

//     da = u ((s_i / (s_j^2 - s_i^2) * (v' dv - dv' v)) v' + (dv' - dv' v v') / s)
ColumnMatrix svd_gradient_of_vt(const SingularValues& svd, const ColumnMatrix& dvt) {
  const auto& [u, s, vt] = svd;
  const ColumnMatrix inner = vt * transposed(dvt);
  ColumnMatrix right = times_vector_factors(skew_part(inner), s, -1.0) * vt;
  if (vt.columns > vt.rows) {
    const ColumnMatrix rest = transposed(dvt) - transposed(vt) * inner;
    right = std::move(right) + transposed(divided_by_columns(rest, s));
  }
  return u * right;
}

//     da = v diag(dw) v'
ColumnMatrix eigh_gradient_of_w(const ColumnMatrix& v, const ColumnMatrix& dw) {
  return svd_gradient_of_s({v, {}, transposed(v)}, dw);
}

//     da = v (1/2 (v' dv - dv' v) / (w_j - w_i)) v'
ColumnMatrix eigh_gradient_of_v(const ColumnMatrix& w, const ColumnMatrix& v,
                                const ColumnMatrix& dv) {
  ColumnMatrix inner = skew_part(transposed(v) * dv);
  const double least = kEqual * largest(w);
  for (std::int64_t j = 0; j < inner.columns; ++j) {
    for (std::int64_t i = 0; i < inner.rows; ++i) {
      const double difference = w(j, 0) - w(i, 0);
      inner(i, j) *= std::abs(difference) > least ? 0.5 / difference : 0.0;
    }
  }
  return v * inner * transposed(v);
}

// Murray, "Differentiation of the Cholesky decomposition":
//     da = symmetric_part(l'^-1 lower(l' dl, its diagonal halved) l^-1)
ColumnMatrix cholesky_gradient(const ColumnMatrix& l, const ColumnMatrix& dl) {
  ColumnMatrix inner = transposed(l) * dl;
  for (std::int64_t j = 0; j < inner.columns; ++j) {
    std::fill_n(&inner(0, j), j, 0.0);
    inner(j, j) *= 0.5;
  }
  const ColumnMatrix inverse = inverse_of_lower(l);
  return symmetric_part(transposed(inverse) * inner * inverse);
}

// det(a) a'^-1. Of a singular matrix, from its singular values:
//     det(u) det(vt) u diag(product of the other singular values) vt
std::optional<ColumnMatrix> cofactors(const ColumnMatrix& a) {
  if (auto inverse = kernels::solve(a, kernels::identity(a.rows))) {
    const double determinant = kernels::determinant(a);
    for (double& value : inverse->values) value *= determinant;
    return transposed(*inverse);
  }
  const auto svd = kernels::svd(a, kernels::SingularVectors::all);
  if (!svd) return std::nullopt;
  const std::int64_t n = a.rows;
  const double sign = kernels::determinant(svd->u) * kernels::determinant(svd->vt);
  // By logarithms, since a product of some may overflow where that of all does not.
  ColumnMatrix products(n, 1);
  double sum = 0.0;
  for (std::int64_t i = 0; i < n; ++i) {
    products(i, 0) = sum;
    sum += std::log(svd->s(i, 0));
  }
  sum = 0.0;
  for (std::int64_t i = n; i-- > 0;) {
    products(i, 0) = std::copysign(std::exp(products(i, 0) + sum), sign);
    sum += std::log(svd->s(i, 0));
  }
  return svd_gradient_of_s(*svd, products);
}

ColumnMatrix symmetric_part(const ColumnMatrix& a) {
  ColumnMatrix sum = a + transposed(a);
  for (double& value : sum.values) value *= 0.5;
  return sum;
}

}  // namespace strata::ops::linalg
