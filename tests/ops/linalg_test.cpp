// Decompositions against Keras's values and gradients, against central differences, and where they
// must be refused.
#include "strata/ops/linalg.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "core/parallel.hpp"
#include "kernels/decompositions/decompositions.hpp"
#include "ops/samples.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "strata/ops/reduction.hpp"
#include "support/golden.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

namespace linalg = ops::linalg;
using testing::golden_tensor;
using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;
using testing::sample;

using TensorList = std::vector<Tensor>;

Tensor swapped(const Tensor& x) {
  std::vector<int> axes(static_cast<std::size_t>(x.rank()));
  for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<int>(i);
  std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
  return ops::transpose(x, axes);
}

// The singular and eigenvectors' signs are arbitrary, so their squares stand for them.
TensorList results_of(const std::string& op, const Config& arguments, const TensorList& inputs) {
  const Tensor& x = inputs[0];
  if (op == "qr") {
    const auto [q, r] = linalg::qr(x);
    return {q, r};
  }
  if (op == "svd") {
    const auto [u, s, vh] = linalg::svd(x, {.full_matrices = arguments.value("full_matrices", true),
                                            .compute_uv = arguments.value("compute_uv", true)});
    if (!u.defined()) return {s};
    return {ops::square(u), s, ops::square(vh), ops::matmul(u, vh)};
  }
  if (op == "eigh") {
    const auto [w, v] = linalg::eigh(x);
    return {w, ops::square(v)};
  }
  if (op == "cholesky") {
    return {linalg::cholesky(x, {.upper = arguments.value("upper", false)})};
  }
  if (op == "solve") return {linalg::solve(x, inputs[1])};
  if (op == "inv") return {linalg::inv(x)};
  return {linalg::det(x)};
}

TensorList golden_tensors(const Config& values) {
  TensorList tensors;
  for (const Config& value : values) tensors.push_back(golden_tensor(value));
  return tensors;
}

TEST(LinalgGolden, ValuesAndGradientsAreKerass) {
  int number = 0;
  for (const Config& golden : testing::golden_cases("linalg")) {
    SCOPED_TRACE("case " + std::to_string(number++) + ": " + golden.at("op").get<std::string>());
    TensorList inputs = golden_tensors(golden.at("inputs"));
    const TensorList expected = golden_tensors(golden.at("results"));
    const TensorList weights = golden_tensors(golden.at("weights"));
    const TensorList gradients = golden_tensors(golden.at("gradients"));
    GradientTape tape;
    for (Tensor& input : inputs) input = tape.watch(input);
    const TensorList results = results_of(golden.at("op"), golden.at("arguments"), inputs);
    ASSERT_EQ(results.size(), expected.size());
    TensorList terms;
    for (std::size_t i = 0; i < results.size(); ++i) {
      EXPECT_THAT(results[i], IsClose(expected[i])) << "result " << i;
      terms.push_back(ops::sum(results[i] * weights[i]));
    }
    const TensorList found = tape.gradient(ops::sum(terms), inputs);
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_THAT(found[i], IsClose(gradients[i], 1e-4)) << "gradient of input " << i;
  }
  EXPECT_GE(number, 20);
}

// What decompositions are for: their factors make the matrix again, and are what they are said to
// be.
TEST(Qr, TakesAnyShapeApart) {
  for (const Shape& shape : {Shape{3, 3}, {5, 2}, {2, 5}, {1, 4}, {4, 1}, {1, 1}, {2, 3, 4, 2}}) {
    for (const char* mode : {"reduced", "complete"}) {
      const Tensor x = sample(shape);
      const auto [q, r] = linalg::qr(x, {.mode = mode});
      EXPECT_THAT(ops::matmul(q, r), IsClose(x)) << shape << mode;
      const std::int64_t columns = q.shape().back();
      EXPECT_EQ(columns, mode == std::string("complete")
                             ? shape[shape.rank() - 2]
                             : std::min(shape[shape.rank() - 2], shape.back()));
      EXPECT_THAT(ops::matmul(swapped(q), q) - ops::eye(columns),
                  IsClose(ops::zeros(q.shape().with(q.rank() - 2, columns)), 1e-3))
          << shape << mode;
    }
  }
}

TEST(Svd, TakesAnyShapeApart) {
  for (const Shape& shape : {Shape{3, 3}, {5, 2}, {2, 5}, {1, 4}, {4, 1}, {1, 1}, {2, 3, 4, 2}}) {
    const Tensor x = sample(shape);
    const auto [u, s, vh] = linalg::svd(x, {.full_matrices = false});
    EXPECT_THAT(ops::matmul(u * ops::expand_dims(s, -2), vh), IsClose(x)) << shape;
    EXPECT_THAT(linalg::svd(x, {.compute_uv = false}).s, IsClose(s)) << shape;
    const auto full = linalg::svd(x);
    EXPECT_EQ(full.u.shape().back(), shape[shape.rank() - 2]);
    EXPECT_EQ(full.vh.shape()[shape.rank() - 2], shape.back());
    EXPECT_THAT(ops::matmul(full.u, swapped(full.u)) - ops::eye(full.u.shape().back()),
                IsClose(ops::zeros(full.u.shape()), 1e-3))
        << shape;
  }
}

TEST(Linalg, TakesEmptyMatrices) {
  EXPECT_EQ(linalg::qr(ops::zeros({3, 0})).q.shape(), Shape({3, 0}));
  EXPECT_THAT(linalg::qr(ops::zeros({2, 0}), {.mode = "complete"}).q, IsClose(ops::eye(2)));
  EXPECT_EQ(linalg::qr(ops::zeros({0, 3, 2})).r.shape(), Shape({0, 2, 2}));
  EXPECT_EQ(linalg::svd(ops::zeros({0, 3})).s.shape(), Shape({0}));
  EXPECT_THAT(linalg::svd(ops::zeros({0, 3})).vh, IsClose(ops::eye(3)));
  EXPECT_EQ(linalg::eigh(ops::zeros({0, 0})).w.shape(), Shape({0}));
  EXPECT_EQ(linalg::cholesky(ops::zeros({0, 0})).shape(), Shape({0, 0}));
  EXPECT_EQ(linalg::inv(ops::zeros({0, 0})).shape(), Shape({0, 0}));
  EXPECT_EQ(linalg::solve(ops::zeros({0, 0}), ops::zeros({0})).shape(), Shape({0}));
  EXPECT_EQ(linalg::solve(ops::eye(2), ops::zeros({2, 0})).shape(), Shape({2, 0}));
  EXPECT_THAT(linalg::det(ops::zeros({0, 0})), IsClose(Tensor(1.0f)));
  EXPECT_THAT(linalg::det(ops::zeros({2, 0, 0})), IsClose(ops::ones({2})));
}

// ---- gradients by central differences

constexpr double kGap = 2e-3;
constexpr float kStep = 2e-3f;  // small, since results are computed in double precision

TEST(QrGradient, IsTheDifferenceQuotient) {
  for (const Shape& shape : {Shape{3, 3}, {4, 2}, {2, 4}, {1, 3}, {3, 1}, {2, 3, 2}, {2, 2, 3}}) {
    EXPECT_LT(gradient_gap([](const Tensor& x) { return linalg::qr(x).q; }, sample(shape), kStep),
              kGap)
        << shape;
    EXPECT_LT(gradient_gap([](const Tensor& x) { return linalg::qr(x).r; }, sample(shape), kStep),
              kGap)
        << shape;
  }
}

TEST(QrGradient, OfCompleteRIsThatOfReducedR) {
  const Tensor x = sample({4, 2});
  EXPECT_LT(gradient_gap([](const Tensor& at) { return linalg::qr(at, {.mode = "complete"}).r; }, x,
                         kStep),
            kGap);
  EXPECT_LT(gradient_gap([](const Tensor& at) { return linalg::qr(at, {.mode = "complete"}).q; },
                         sample({2, 4}), kStep),
            kGap);
}

TEST(SvdGradient, IsTheDifferenceQuotient) {
  for (const Shape& shape : {Shape{3, 3}, {4, 2}, {2, 4}, {1, 3}, {2, 3, 2}}) {
    const auto gap = [&](auto part) {
      return gradient_gap(
          [&](const Tensor& x) { return part(linalg::svd(x, {.full_matrices = false})); },
          sample(shape), kStep);
    };
    EXPECT_LT(gap([](const linalg::SvdResult& r) { return ops::square(r.u); }), kGap) << shape;
    EXPECT_LT(gap([](const linalg::SvdResult& r) { return r.s; }), kGap) << shape;
    EXPECT_LT(gap([](const linalg::SvdResult& r) { return ops::square(r.vh); }), kGap) << shape;
    EXPECT_LT(gap([](const linalg::SvdResult& r) { return ops::matmul(r.u, r.vh); }), kGap)
        << shape;
  }
}

TEST(SvdGradient, OfFullMatricesIsThatOfWhatIsDetermined) {
  const Tensor tall = sample({4, 2});
  EXPECT_LT(
      gradient_gap([](const Tensor& x) { return ops::square(linalg::svd(x).vh); }, tall, kStep),
      kGap);
  EXPECT_LT(gradient_gap([](const Tensor& x) { return linalg::svd(x).s; }, tall, kStep), kGap);
  EXPECT_LT(gradient_gap([](const Tensor& x) { return ops::square(linalg::svd(x).u); },
                         sample({2, 4}), kStep),
            kGap);
}

// Of orthonormal columns all singular values are 1. The nearest orthonormal matrix, u vh, does not
// depend on which vectors stand for them.
TEST(SvdGradient, OfEqualSingularValuesIsExactWhereTheVectorsDontMatter) {
  const auto nearest = [](const Tensor& x) {
    const auto [u, s, vh] = linalg::svd(x, {.full_matrices = false});
    return ops::matmul(u, vh);
  };
  EXPECT_LT(gradient_gap(nearest, 2.0f * ops::eye(3), 1e-2f), kGap);
  EXPECT_LT(gradient_gap(nearest, linalg::qr(sample({4, 3})).q, 1e-2f), kGap);
  EXPECT_LT(gradient_gap([](const Tensor& x) { return ops::sum(linalg::svd(x).s); },
                         2.0f * ops::eye(3), kStep),
            kGap);
}

TEST(SvdGradient, IsFiniteForAMatrixOfZeros) {
  const Tensor x = ops::zeros({3, 2});
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  const auto [u, s, vh] = linalg::svd(watched, {.full_matrices = false});
  const Tensor gradient = tape.gradient(ops::sum(u) + ops::sum(s) + ops::sum(vh), watched);
  for (const float value : gradient.values()) EXPECT_TRUE(std::isfinite(value));
}

TEST(EighGradient, IsTheDifferenceQuotient) {
  const Tensor x = sample({2, 3, 3});
  EXPECT_LT(gradient_gap([](const Tensor& at) { return linalg::eigh(at).w; }, x, kStep), kGap);
  EXPECT_LT(
      gradient_gap([](const Tensor& at) { return ops::square(linalg::eigh(at).v); }, x, kStep),
      kGap);
}

// A function of the projection onto the space of two equal eigenvalues.
TEST(EighGradient, OfEqualEigenvaluesIsExactWhereTheVectorsDontMatter) {
  const Tensor x({3, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 3});
  const auto projection = [](const Tensor& at) {
    const Tensor v = ops::slice(linalg::eigh(at).v, {0, 0}, {3, 2});
    return ops::matmul(v, ops::transpose(v));
  };
  EXPECT_LT(gradient_gap(projection, x, kStep), kGap);
}

TEST(CholeskyGradient, IsTheDifferenceQuotient) {
  const Tensor half = sample({2, 3, 3});
  const Tensor x = ops::matmul(half, swapped(half)) + ops::eye(3);
  EXPECT_LT(gradient_gap([](const Tensor& at) { return linalg::cholesky(at); }, x, kStep), kGap);
  EXPECT_LT(gradient_gap([](const Tensor& at) { return linalg::cholesky(at, {.upper = true}); }, x,
                         kStep),
            kGap);
}

TEST(SolveGradient, IsTheDifferenceQuotient) {
  const auto solve = [](const TensorList& inputs) { return linalg::solve(inputs[0], inputs[1]); };
  const Tensor a = sample({2, 3, 3}) + 3.0f * ops::eye(3);
  EXPECT_LT(gradient_gap(solve, {a, sample({2, 3})}, kStep), kGap);
  EXPECT_LT(gradient_gap(solve, {a, sample({2, 3, 2})}, kStep), kGap);
  EXPECT_LT(gradient_gap([](const Tensor& x) { return linalg::solve(x, x * x); }, a, kStep), kGap);
}

TEST(InvGradient, IsTheDifferenceQuotient) {
  EXPECT_LT(gradient_gap([](const Tensor& x) { return linalg::inv(x); },
                         sample({2, 3, 3}) + 3.0f * ops::eye(3), kStep),
            kGap);
}

TEST(DetGradient, IsTheDifferenceQuotientForSingularMatricesToo) {
  const auto det = [](const Tensor& x) { return linalg::det(x); };
  EXPECT_LT(gradient_gap(det, sample({2, 3, 3}), kStep), kGap);
  EXPECT_LT(gradient_gap(det, Tensor({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}), kStep), kGap);
  EXPECT_LT(gradient_gap(det, ops::eye(3) * Tensor({3}, {1, 0, 0}), kStep), kGap);
  EXPECT_LT(gradient_gap(det, Tensor({1, 1}, {3}), kStep), kGap);
}

// Gradients are added to what is there already.
TEST(Linalg, GradientsOfSeveralResultsAddUp) {
  const Tensor x = sample({3, 3}) + 3.0f * ops::eye(3);
  EXPECT_LT(gradient_gap(
                [](const Tensor& at) {
                  const auto [q, r] = linalg::qr(at);
                  return ops::matmul(q, r) + linalg::inv(at) + q;
                },
                x, kStep),
            kGap);
}

// ---- errors

TEST(Linalg, RefusesWhatIsNoMatrix) {
  EXPECT_THAT([] { linalg::qr(Tensor()); },
              Raises<InvalidArgument>(
                  "ops::linalg::qr: the inputs must be defined. Received: an undefined tensor."));
  EXPECT_THAT([] { linalg::svd(ops::ones({3})); },
              Raises<ShapeError>("ops::linalg::svd: the input must have at least two axes. "
                                 "Received: shape=(3,)."));
  EXPECT_THAT(
      [] {
        linalg::inv(ops::ones({2, 3}));
      },
      Raises<ShapeError>("ops::linalg::inv: the matrix must be square: the last two axes "
                         "of the input as long as each other. Received: shape=(2, 3)."));
  for (const auto& square : {+[](const Tensor& x) { return linalg::eigh(x).w; },
                             +[](const Tensor& x) { return linalg::cholesky(x); },
                             +[](const Tensor& x) { return linalg::det(x); },
                             +[](const Tensor& x) { return linalg::solve(x, ops::ones({2})); }}) {
    EXPECT_THROW(square(ops::ones({2, 3})), ShapeError);
    EXPECT_THROW(square(Tensor(1.0f)), ShapeError);
    EXPECT_THROW(square(Tensor()), InvalidArgument);
  }
}

TEST(Linalg, RefusesWhatIsNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(
      [&] {
        linalg::svd(Tensor({2, 2}, {1, 2, 3, nan}));
      },
      Raises<InvalidArgument>("ops::linalg::svd: the elements must be finite. Received: "
                              "nan as element 3 of shape=(2, 2)."));
  for (const float bad : {nan, -nan, INFINITY, -INFINITY}) {
    const Tensor x({2, 2}, {1, bad, bad, 3});
    EXPECT_THROW(linalg::qr(x), InvalidArgument);
    EXPECT_THROW(linalg::svd(x), InvalidArgument);
    EXPECT_THROW(linalg::eigh(x), InvalidArgument);
    EXPECT_THROW(linalg::cholesky(x), InvalidArgument);
    EXPECT_THROW(linalg::solve(x, ops::ones({2})), InvalidArgument);
    EXPECT_THROW(linalg::inv(x), InvalidArgument);
    EXPECT_THROW(linalg::det(x), InvalidArgument);
  }
}

TEST(Linalg, RefusesSingularMatrices) {
  const Tensor singular({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  EXPECT_THAT([&] { linalg::inv(singular); },
              Raises<InvalidArgument>("ops::linalg::inv: the matrix must not be singular. "
                                      "Received: shape=(3, 3)."));
  EXPECT_THAT([&] { linalg::solve(singular, ops::ones({3})); },
              Raises<InvalidArgument>("ops::linalg::solve: the matrix must not be singular. "
                                      "Received: shape=(3, 3)."));
  EXPECT_THAT(
      [&] {
        linalg::inv(Tensor({3, 1, 1}, {1, 0, 0}));
      },
      Raises<InvalidArgument>("ops::linalg::inv: the matrix must not be singular. "
                              "Received: matrix 1 of a tensor with shape=(3, 1, 1)."));
  EXPECT_THAT(linalg::det(singular), IsClose(Tensor(0.0f)));
  // Rows or columns of very different size make no matrix singular.
  EXPECT_THAT(linalg::inv(Tensor({2, 2}, {1e-20f, 0, 0, 1})),
              IsClose(Tensor({2, 2}, {1e20f, 0, 0, 1})));
  EXPECT_NO_THROW(linalg::inv(Tensor({2, 2}, {1, 1, 1e-20f, 2e-20f})));
}

TEST(Cholesky, RefusesWhatIsNotPositiveDefinite) {
  EXPECT_THAT(
      [] {
        linalg::cholesky(Tensor({2, 2}, {1, 2, 2, 1}));
      },
      Raises<InvalidArgument>("ops::linalg::cholesky: the matrix must be positive definite. "
                              "Received: shape=(2, 2)."));
  EXPECT_THROW(linalg::cholesky(ops::zeros({1, 1})), InvalidArgument);
  EXPECT_THAT(
      [] {
        linalg::cholesky(Tensor({2, 1, 1}, {1, -1}));
      },
      Raises<InvalidArgument>("ops::linalg::cholesky: the matrix must be positive definite. "
                              "Received: matrix 1 of a tensor with shape=(2, 1, 1)."));
}

TEST(Solve, RefusesShapesThatDontFit) {
  EXPECT_THAT([] { linalg::solve(ops::eye(3), ops::ones({2})); },
              Raises<ShapeError>("ops::linalg::solve: the second input must have the shape of the "
                                 "first without its last axis, or with one of any extent in its "
                                 "place. Received: shapes (3, 3) and (2,)."));
  EXPECT_THROW(linalg::solve(ops::eye(3), ops::ones({2, 3})), ShapeError);
  EXPECT_THROW(linalg::solve(ops::eye(3), ops::ones({2, 3, 1})), ShapeError);
  EXPECT_THROW(linalg::solve(ops::eye(3), Tensor(1.0f)), ShapeError);
  EXPECT_THROW(linalg::solve(ops::eye(3), Tensor()), InvalidArgument);
}

TEST(Qr, RefusesUnknownModes) {
  EXPECT_THAT([] { linalg::qr(ops::eye(2), {.mode = "raw"}); },
              Raises<InvalidArgument>("ops::linalg::qr: mode must be \"reduced\" or \"complete\". "
                                      "Received: mode=\"raw\"."));
}

template <class Function>
auto gradient_of(const Function& function, const Tensor& x) {
  return [=] {
    GradientTape tape;
    const Tensor watched = tape.watch(x);
    tape.gradient(ops::sum(function(watched)), watched);
  };
}

TEST(QrGradient, IsRefusedForDependentColumnsWhateverTheirRounding) {
  for (const Tensor& x :
       {Tensor({2, 2}, {1.0f, 3.0f, 2.0f, 6.0f}), Tensor({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9})}) {
    EXPECT_THROW(gradient_of([](const Tensor& a) { return linalg::qr(a).q; }, x)(),
                 InvalidArgument);
  }
}

// The factor's rows are scaled so differently that pivoting would take it for singular.
TEST(CholeskyGradient, TakesBadlyScaledMatrices) {
  const Tensor l({3, 3}, {1e-3f, 0, 0, 1, 3.75e-4f, 0, 2, 1e13f, 1e13f});
  const Tensor a = ops::matmul(l, ops::transpose(l));
  try {
    linalg::cholesky(a);
  } catch (const InvalidArgument&) {
    GTEST_SKIP() << "not positive definite as it was rounded here";
  }
  EXPECT_NO_THROW(gradient_of([](const Tensor& x) { return linalg::cholesky(x); }, a)());
}

TEST(Det, HasAValueAndAGradientWhereAPartOfTheProductWouldOverflow) {
  std::vector<float> diagonal(80, 1e10f);
  std::fill(diagonal.begin() + 40, diagonal.end(), 1e-10f);
  Tensor x = ops::zeros({80, 80});
  std::vector<float> values(x.values().begin(), x.values().end());
  for (std::size_t i = 0; i < 80; ++i) values[81 * i] = diagonal[i];
  x = Tensor({80, 80}, values);
  EXPECT_NEAR(linalg::det(x).item(), 1.0f, 1e-4f);
  GradientTape tape;
  const Tensor watched = tape.watch(x);
  const Tensor gradient = tape.gradient(linalg::det(watched), watched);
  EXPECT_NEAR(gradient.values()[0], 1e-10f, 1e-14f);
  EXPECT_NEAR(gradient.values()[80 * 80 - 1], 1e10f, 1e6f);
}

TEST(Solve, RefusesRightSidesThatAreNotFinite) {
  EXPECT_THAT(
      [] {
        linalg::solve(ops::ones({1, 1}), Tensor({1}, {NAN}));
      },
      Raises<InvalidArgument>("ops::linalg::solve: the elements must be finite. Received: "
                              "nan as element 0 of shape=(1,)."));
}

TEST(Linalg, RefusesGradientsThatNothingDetermines) {
  EXPECT_THAT(
      gradient_of([](const Tensor& x) { return linalg::qr(x).q; }, ops::ones({2, 2})),
      Raises<InvalidArgument>("ops::linalg::qr: the gradient needs matrices whose first min(m, n) "
                              "columns are linearly independent. Received: shape=(2, 2)."));
  EXPECT_THAT(
      gradient_of([](const Tensor& x) { return linalg::qr(x, {.mode = "complete"}).q; },
                  sample({3, 2})),
      Raises<StateError>("ops::linalg::qr: a complete q of matrices with more rows than columns "
                         "has no gradient, since nothing determines its added columns. Received: "
                         "mode=\"complete\" and shape=(3, 2)."));
  EXPECT_THAT(
      gradient_of([](const Tensor& x) { return linalg::svd(x).u; }, sample({3, 2})),
      Raises<StateError>("ops::linalg::svd: with full matrices u has no gradient here, since "
                         "nothing determines the singular vectors that make it square. Received: "
                         "full_matrices=true and shape=(3, 2)."));
  EXPECT_THROW(gradient_of([](const Tensor& x) { return linalg::svd(x).vh; }, sample({2, 3}))(),
               StateError);
}

TEST(Linalg, RefusesWhatLapackCannotCount) {
  constexpr std::int64_t kTooLong = std::int64_t{1} << 31;
  EXPECT_THAT([] { kernels::check_lapack_extents("qr", kTooLong, 1, 100); },
              Raises<ShapeError>("qr: LAPACK takes at most 2147483647 rows and columns, and of the "
                                 "fewer of both at most 100. Received: a matrix of 2147483648 x "
                                 "1."));
  EXPECT_THROW(kernels::check_lapack_extents("qr", 101, 101, 100), ShapeError);
  EXPECT_NO_THROW(kernels::check_lapack_extents("qr", 101, 100, 100));
}

// ---- threads

std::vector<float> everything_of(const Tensor& x) {
  const auto [q, r] = linalg::qr(x);
  const auto [u, s, vh] = linalg::svd(x);
  const auto [w, v] = linalg::eigh(x);
  const Tensor symmetric = ops::matmul(x, swapped(x)) + ops::eye(x.shape().back());
  std::vector<float> all;
  for (const Tensor& part : {q, r, u, s, vh, w, v, linalg::cholesky(symmetric),
                             linalg::inv(symmetric), linalg::det(x)}) {
    all.insert(all.end(), part.values().begin(), part.values().end());
  }
  return all;
}

TEST(Linalg, ThreadsDoNotMatter) {
  const int before = num_threads();
  const KeepHelpers keep;
  const Tensor x = sample({40, 30, 30});
  set_num_threads(1);
  const auto one = everything_of(x);
  for (const int threads : {2, 3}) {
    set_num_threads(threads);
    EXPECT_EQ(everything_of(x), one);
  }
  set_num_threads(before);
}

TEST(Linalg, MayBeCalledFromSeveralThreads) {
  const Tensor x = sample({3, 20, 20});
  const auto alone = everything_of(x);
  std::vector<std::thread> threads;
  std::vector<int> same(4);
  for (int& result : same)
    threads.emplace_back([&] { result = everything_of(x) == alone ? 1 : 0; });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(same, std::vector<int>(4, 1));
}

// The lowest of several matrices that fail is the one that is named, however many threads there are.
TEST(Linalg, NamesTheFirstMatrixThatFails) {
  std::vector<float> values(64 * 30 * 30);
  const Tensor x({64, 30, 30}, values);
  const KeepHelpers keep;
  EXPECT_THAT([&] { linalg::inv(x); },
              Raises<InvalidArgument>("ops::linalg::inv: the matrix must not be singular. "
                                      "Received: matrix 0 of a tensor with shape=(64, 30, 30)."));
}

}  // namespace
}  // namespace strata
