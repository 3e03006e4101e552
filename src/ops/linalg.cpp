// Decompositions as ops: checks, the loop over the matrices of a tensor, and what the tape records.
// An op with several results records each by itself, with the part of the gradient that follows
// from it; gradients are linear, so their sum is that of all results.
#include "strata/ops/linalg.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "kernels/decompositions/decompositions.hpp"
#include "kernels/products/single_threaded_blas.hpp"
#include "ops/gradient_target.hpp"
#include "ops/inputs.hpp"
#include "ops/linalg_gradients.hpp"
#include "strata/autodiff/record.hpp"
#include "tensor/format.hpp"

namespace strata::ops::linalg {
namespace {

using autodiff::InputGradients;
using kernels::SingularVectors;
using kernels::transposed;

constexpr const char* kQr = "ops::linalg::qr";
constexpr const char* kSvd = "ops::linalg::svd";
constexpr const char* kEigh = "ops::linalg::eigh";
constexpr const char* kCholesky = "ops::linalg::cholesky";
constexpr const char* kSolve = "ops::linalg::solve";
constexpr const char* kInv = "ops::linalg::inv";
constexpr const char* kDet = "ops::linalg::det";

Shape joined(Shape leading, std::initializer_list<std::int64_t> extents) {
  for (const std::int64_t extent : extents) leading.append(extent);
  return leading;
}

// The matrices of a tensor, one behind the other.
class Matrices {
 public:
  Matrices(Tensor tensor, std::int64_t rows, std::int64_t columns)
      : tensor_(std::move(tensor)), rows_(rows), columns_(columns) {}
  // Those in the last two axes.
  explicit Matrices(const Tensor& tensor)
      : Matrices(tensor, tensor.shape()[tensor.rank() - 2], tensor.shape().back()) {}

  const Tensor& tensor() const { return tensor_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  std::int64_t shorter() const { return std::min(rows_, columns_); }

  // The axes before the last two.
  Shape leading() const {
    return tensor_.shape().without(tensor_.rank() - 1).without(tensor_.rank() - 2);
  }

  ColumnMatrix operator[](std::int64_t index) const {
    ColumnMatrix matrix(rows_, columns_);
    const float* from = tensor_.data() + index * rows_ * columns_;
    for (std::int64_t i = 0; i < rows_; ++i) {
      for (std::int64_t j = 0; j < columns_; ++j) matrix(i, j) = *from++;
    }
    return matrix;
  }

  // What a text of an error calls one of them.
  std::string name(std::int64_t index) const {
    const std::string shape = "shape=" + to_string(tensor_.shape());
    return tensor_.rank() == 2 ? shape : fmt::format("matrix {} of a tensor with {}", index, shape);
  }

 private:
  Tensor tensor_;
  std::int64_t rows_;
  std::int64_t columns_;
};

// Columns of `extent` elements, as a result of one axis less holds them.
Matrices vectors(const Tensor& tensor, std::int64_t extent) { return {tensor, extent, 1}; }

void check_finite(const char* who, const Tensor& x) {
  const auto bad = std::find_if_not(x.values().begin(), x.values().end(),
                                    [](float value) { return std::isfinite(value); });
  if (bad == x.values().end()) return;
  raise(who, "the elements must be finite. Received: {} as element {} of shape={}.", *bad,
        bad - x.values().begin(), x.shape());
}

Matrices checked(const char* who, const Tensor& x,
                 std::int64_t longest = kernels::kLongestForLapack) {
  check_defined(who, x);
  check<ShapeError>(x.rank() >= 2, who,
                    "the input must have at least two axes. Received: shape={}.", x.shape());
  Matrices matrices(x);
  kernels::check_lapack_extents(who, matrices.rows(), matrices.columns(), longest);
  check_finite(who, x);
  return matrices;
}

Matrices checked_square(const char* who, const Tensor& x,
                        std::int64_t longest = kernels::kLongestForLapack) {
  Matrices matrices = checked(who, x, longest);
  check<ShapeError>(matrices.rows() == matrices.columns(), who,
                    "the matrix must be square: the last two axes of the input as long as each "
                    "other. Received: shape={}.",
                    x.shape());
  return matrices;
}

// The value of matrix `index`'s result, or an error that says what the matrix must be.
template <class T>
T required(const char* who, std::optional<T> result, const char* rule, const Matrices& matrices,
           std::int64_t index) {
  if (!result) raise(who, "{}. Received: {}.", Whole{rule}, Whole{matrices.name(index)});
  return *std::move(result);
}

constexpr const char* kNotSingular = "the matrix must not be singular";
constexpr const char* kConverges = "LAPACK's iteration must converge, and did not";

void write(const ColumnMatrix& matrix, float* to, bool add) {
  for (std::int64_t i = 0; i < matrix.rows; ++i) {
    for (std::int64_t j = 0; j < matrix.columns; ++j, ++to) {
      const auto value = static_cast<float>(matrix(i, j));
      *to = add ? *to + value : value;
    }
  }
}

// A result of as many matrices as there are.
class Result {
 public:
  explicit Result(const Shape& shape) : tensor_(TensorAccess::uninitialized(shape)) {}

  void set(std::int64_t index, const ColumnMatrix& matrix) {
    const auto size = static_cast<std::int64_t>(matrix.values.size());
    write(matrix, TensorAccess::data(tensor_) + index * size, false);
  }
  const Tensor& tensor() const { return tensor_; }

 private:
  Tensor tensor_;
};

// Calls `body(index)` for each matrix, in parallel where there are many. Each is computed on one
// thread, so the results don't depend on the number of threads.
template <class Body>
void for_each_matrix(const Matrices& matrices, const Body& body) {
  const std::int64_t count = matrices.leading().element_count();
  const std::int64_t products =
      count * matrices.rows() * matrices.columns() * std::max<std::int64_t>(matrices.shorter(), 1);
  const std::int64_t parts = product_parts(products, count, most_product_parts(products));
  const kernels::SingleThreadedBlas scope;
  const auto run = [&](std::int64_t part) {
    const IndexRange range = IndexRange::of_part(count, part, parts);
    for (std::int64_t i = range.begin; i < range.end; ++i) body(i);
  };
  if (parts == 1) return run(0);
  parallel_parts(parts, run);
}

// Adds `gradient_of(index)` of each matrix to the gradient of input 0.
template <class GradientOf>
void add_gradients(InputGradients& inputs, const Matrices& matrices,
                   const GradientOf& gradient_of) {
  GradientTarget target(inputs, 0, matrices.tensor().shape());
  if (target.data() == nullptr) return;
  for_each_matrix(matrices, [&](std::int64_t i) {
    write(gradient_of(i), target.data() + i * matrices.rows() * matrices.columns(),
          !target.fresh());
  });
  target.finish();
}

}  // namespace

QrResult qr(const Tensor& x, const QrOptions& options) {
  const bool complete = options.mode == "complete";
  check(complete || options.mode == "reduced", kQr,
        "mode must be \"reduced\" or \"complete\". Received: mode=\"{}\".", options.mode);
  const Matrices a = checked(kQr, x);
  const std::int64_t inner = complete ? a.rows() : a.shorter();
  Result q(joined(a.leading(), {a.rows(), inner}));
  Result r(joined(a.leading(), {inner, a.columns()}));
  for_each_matrix(a, [&](std::int64_t i) {
    const auto result = kernels::qr(a[i], complete);
    q.set(i, result.q);
    r.set(i, result.r);
  });

  const Matrices qs(q.tensor());
  const Matrices rs(r.tensor());
  const bool has_added_columns = inner > a.shorter();
  const auto gradient_of = [a, qs, rs, has_added_columns](std::int64_t i, ColumnMatrix dq,
                                                          ColumnMatrix dr) {
    ColumnMatrix q_i = qs[i];
    ColumnMatrix r_i = rs[i];
    if (has_added_columns) {  // they don't meet anything but r's rows of zeros
      const auto reduced = kernels::qr(a[i], false);
      const std::int64_t k = a.shorter();
      q_i = reduced.q;
      r_i = reduced.r;
      ColumnMatrix upper(k, k);
      for (std::int64_t column = 0; column < k; ++column) {
        for (std::int64_t row = 0; row < k; ++row) upper(row, column) = dr(row, column);
      }
      dr = std::move(upper);
      dq = ColumnMatrix(a.rows(), k);
    }
    auto da = a.rows() >= a.columns() ? qr_gradient(q_i, r_i, dq, dr)
                                      : wide_qr_gradient(a[i], q_i, r_i, std::move(dq), dr);
    return required(kQr, std::move(da),
                    "the gradient needs matrices whose first min(m, n) columns are linearly "
                    "independent",
                    a, i);
  };
  return {autodiff::record(kQr, q.tensor(), {x},
                           [=](const Tensor& dq, InputGradients& inputs) {
                             check<StateError>(
                                 !has_added_columns, kQr,
                                 "a complete q of matrices with more rows than columns has no "
                                 "gradient, since nothing determines its added columns. "
                                 "Received: mode=\"complete\" and shape={}.",
                                 a.tensor().shape());
                             const Matrices dqs(dq);
                             add_gradients(inputs, a, [&](std::int64_t i) {
                               return gradient_of(i, dqs[i], {rs.rows(), rs.columns()});
                             });
                           }),
          autodiff::record(kQr, r.tensor(), {x}, [=](const Tensor& dr, InputGradients& inputs) {
            const Matrices drs(dr);
            add_gradients(inputs, a, [&](std::int64_t i) {
              return gradient_of(i, {qs.rows(), qs.columns()}, drs[i]);
            });
          })};
}

SvdResult svd(const Tensor& x, const SvdOptions& options) {
  const Matrices a = checked(kSvd, x, kernels::kLongestForSvd);
  const std::int64_t k = a.shorter();
  const bool full = options.full_matrices;
  Result s(joined(a.leading(), {k}));
  const auto decomposed = [a](std::int64_t i, SingularVectors wanted) {
    return required(kSvd, kernels::svd(a[i], wanted), kConverges, a, i);
  };
  if (!options.compute_uv) {
    for_each_matrix(a, [&](std::int64_t i) { s.set(i, decomposed(i, SingularVectors::none).s); });
    return {{},
            autodiff::record(kSvd, s.tensor(), {x},
                             [=](const Tensor& ds, InputGradients& inputs) {
                               const Matrices dss = vectors(ds, k);
                               add_gradients(inputs, a, [&](std::int64_t i) {
                                 return svd_gradient_of_s(decomposed(i, SingularVectors::reduced),
                                                          dss[i]);
                               });
                             }),
            {}};
  }

  Result u(joined(a.leading(), {a.rows(), full ? a.rows() : k}));
  Result vh(joined(a.leading(), {full ? a.columns() : k, a.columns()}));
  for_each_matrix(a, [&](std::int64_t i) {
    const auto result = decomposed(i, full ? SingularVectors::all : SingularVectors::reduced);
    u.set(i, result.u);
    s.set(i, result.s);
    vh.set(i, result.vt);
  });

  const Matrices us(u.tensor());
  const Matrices ss = vectors(s.tensor(), k);
  const Matrices vhs(vh.tensor());
  const auto reduced = [us, ss, vhs, k](std::int64_t i) {  // without the added vectors
    kernels::SingularValues svd{us[i], ss[i], vhs[i]};
    svd.u.values.resize(static_cast<std::size_t>(svd.u.rows * k));
    svd.u.columns = k;
    if (svd.vt.rows == k) return svd;
    ColumnMatrix v = transposed(svd.vt);
    v.values.resize(static_cast<std::size_t>(v.rows * k));
    v.columns = k;
    svd.vt = transposed(v);
    return svd;
  };
  const auto check_determined = [a, k](const char* name, std::int64_t count) {
    check<StateError>(count == k, kSvd,
                      "with full matrices {} has no gradient here, since nothing determines the "
                      "singular vectors that make it square. Received: full_matrices=true and "
                      "shape={}.",
                      name, a.tensor().shape());
  };
  return {autodiff::record(kSvd, u.tensor(), {x},
                           [=](const Tensor& du, InputGradients& inputs) {
                             check_determined("u", us.columns());
                             const Matrices dus(du);
                             add_gradients(inputs, a, [&](std::int64_t i) {
                               return svd_gradient_of_u(reduced(i), dus[i]);
                             });
                           }),
          autodiff::record(kSvd, s.tensor(), {x},
                           [=](const Tensor& ds, InputGradients& inputs) {
                             const Matrices dss = vectors(ds, k);
                             add_gradients(inputs, a, [&](std::int64_t i) {
                               return svd_gradient_of_s(reduced(i), dss[i]);
                             });
                           }),
          autodiff::record(kSvd, vh.tensor(), {x}, [=](const Tensor& dvh, InputGradients& inputs) {
            check_determined("vh", vhs.rows());
            const Matrices dvhs(dvh);
            add_gradients(inputs, a,
                          [&](std::int64_t i) { return svd_gradient_of_vt(reduced(i), dvhs[i]); });
          })};
}

EighResult eigh(const Tensor& x) {
  const Matrices a = checked_square(kEigh, x, kernels::kLongestForEigh);
  Result w(joined(a.leading(), {a.rows()}));
  Result v(x.shape());
  for_each_matrix(a, [&](std::int64_t i) {
    const auto result = required(kEigh, kernels::eigh(symmetric_part(a[i])), kConverges, a, i);
    w.set(i, result.w);
    v.set(i, result.v);
  });
  const Matrices ws = vectors(w.tensor(), a.rows());
  const Matrices vs(v.tensor());
  return {autodiff::record(kEigh, w.tensor(), {x},
                           [=](const Tensor& dw, InputGradients& inputs) {
                             const Matrices dws = vectors(dw, a.rows());
                             add_gradients(inputs, a, [&](std::int64_t i) {
                               return eigh_gradient_of_w(vs[i], dws[i]);
                             });
                           }),
          autodiff::record(kEigh, v.tensor(), {x}, [=](const Tensor& dv, InputGradients& inputs) {
            const Matrices dvs(dv);
            add_gradients(inputs, a,
                          [&](std::int64_t i) { return eigh_gradient_of_v(ws[i], vs[i], dvs[i]); });
          })};
}

Tensor cholesky(const Tensor& x, const CholeskyOptions& options) {
  const Matrices a = checked_square(kCholesky, x);
  const bool upper = options.upper;
  Result result(x.shape());
  for_each_matrix(a, [&](std::int64_t i) {
    const ColumnMatrix l = required(kCholesky, kernels::cholesky(symmetric_part(a[i])),
                                    "the matrix must be positive definite", a, i);
    result.set(i, upper ? transposed(l) : l);
  });
  const Matrices factors(result.tensor());
  return autodiff::record(
      kCholesky, result.tensor(), {x}, [=](const Tensor& gradient, InputGradients& inputs) {
        const Matrices gradients(gradient);
        add_gradients(inputs, a, [&](std::int64_t i) {
          return upper ? cholesky_gradient(transposed(factors[i]), transposed(gradients[i]))
                       : cholesky_gradient(factors[i], gradients[i]);
        });
      });
}

// x = a^-1 b,   db = a'^-1 dx,   da = -db x'
Tensor solve(const Tensor& a, const Tensor& b) {
  const Matrices as = checked_square(kSolve, a);
  check_defined(kSolve, b);
  const bool one_column = b.rank() == a.rank() - 1;
  const std::int64_t columns = one_column || b.rank() == 0 ? 1 : b.shape().back();
  const Shape expected = joined(as.leading(), {as.rows()});
  check<ShapeError>(b.shape() == (one_column ? expected : joined(expected, {columns})), kSolve,
                    "the second input must have the shape of the first without its last axis, or "
                    "with one of any extent in its place. Received: shapes {} and {}.",
                    a.shape(), b.shape());
  kernels::check_lapack_extents(kSolve, as.rows(), columns, kernels::kLongestForLapack);
  check_finite(kSolve, b);
  const Matrices bs(b, as.rows(), columns);
  Result x(b.shape());
  for_each_matrix(as, [&](std::int64_t i) {
    x.set(i, required(kSolve, kernels::solve(as[i], bs[i]), kNotSingular, as, i));
  });
  const Matrices xs(x.tensor(), as.rows(), columns);
  return autodiff::record(
      kSolve, x.tensor(), {a, b}, [=](const Tensor& gradient, InputGradients& inputs) {
        const Matrices dxs(gradient, as.rows(), columns);
        GradientTarget da(inputs, 0, as.tensor().shape());
        GradientTarget db(inputs, 1, bs.tensor().shape());
        for_each_matrix(as, [&](std::int64_t i) {
          const ColumnMatrix db_i =
              required(kSolve, kernels::solve(transposed(as[i]), dxs[i]), kNotSingular, as, i);
          if (db.data() != nullptr) write(db_i, db.data() + i * as.rows() * columns, !db.fresh());
          if (da.data() == nullptr) return;
          write(ColumnMatrix(as.rows(), as.rows()) - db_i * transposed(xs[i]),
                da.data() + i * as.rows() * as.rows(), !da.fresh());
        });
        da.finish();
        db.finish();
      });
}

// y = x^-1,   dx = -y' dy y'
Tensor inv(const Tensor& x) {
  const Matrices a = checked_square(kInv, x);
  Result result(x.shape());
  for_each_matrix(a, [&](std::int64_t i) {
    result.set(
        i, required(kInv, kernels::solve(a[i], kernels::identity(a.rows())), kNotSingular, a, i));
  });
  const Matrices ys(result.tensor());
  return autodiff::record(kInv, result.tensor(), {x},
                          [=](const Tensor& dy, InputGradients& inputs) {
                            const Matrices dys(dy);
                            add_gradients(inputs, a, [&](std::int64_t i) {
                              const ColumnMatrix y = transposed(ys[i]);
                              return ColumnMatrix(y.rows, y.columns) - y * dys[i] * y;
                            });
                          });
}

Tensor det(const Tensor& x) {
  const Matrices a = checked_square(kDet, x, kernels::kLongestForSvd);
  Result result(a.leading());
  for_each_matrix(a, [&](std::int64_t i) {
    ColumnMatrix value(1, 1);
    value(0, 0) = kernels::determinant(a[i]);
    result.set(i, value);
  });
  return autodiff::record(kDet, result.tensor(), {x},
                          [=](const Tensor& gradient, InputGradients& inputs) {
                            add_gradients(inputs, a, [&](std::int64_t i) {
                              ColumnMatrix da = required(kDet, cofactors(a[i]), kConverges, a, i);
                              for (double& value : da.values) value *= gradient.data()[i];
                              return da;
                            });
                          });
}

}  // namespace strata::ops::linalg
