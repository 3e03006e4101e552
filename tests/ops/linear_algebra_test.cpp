// Matrix products of all ranks, their gradients, and errors.
#include "strata/ops/linear_algebra.hpp"

#include <gtest/gtest.h>

#include "core/parallel.hpp"
#include "ops/samples.hpp"
#include "strata/core/errors.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace linear_algebra_test {

using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;
using testing::sample;

const Tensor kMatrix({2, 3}, {1, 2, 3, 4, 5, 6});

// Sum over k of a[i, k] * b[k, j]; vectors stand for a row and a column.
Tensor reference_product(const Tensor& a, const Tensor& b, const Shape& shape) {
  const Tensor left = a.rank() == 1 ? ops::reshape(a, {1, -1, 1}) : ops::expand_dims(a, -1);
  const Tensor right = b.rank() == 1 ? ops::reshape(b, {1, -1, 1}) : ops::expand_dims(b, -3);
  return ops::reshape(ops::sum(left * right, -2), shape);
}

TEST(Matmul, MultipliesMatrices) {
  EXPECT_THAT(ops::matmul(kMatrix, ops::transpose(kMatrix)),
              IsClose(Tensor({2, 2}, {14, 32, 32, 77})));
}

TEST(Matmul, TakesVectorsAsRowsAndColumns) {
  const Tensor vector({3}, {1, 0, -1});
  EXPECT_THAT(ops::matmul(kMatrix, vector), IsClose(Tensor({2}, {-2, -2})));
  EXPECT_THAT(ops::matmul(Tensor({2}, {1, 1}), kMatrix), IsClose(Tensor({3}, {5, 7, 9})));
  EXPECT_THAT(ops::matmul(vector, vector), IsClose(Tensor(2.0f)));
  EXPECT_EQ(ops::matmul(ops::ones({4, 2, 3}), vector).shape(), Shape({4, 2}));
  EXPECT_EQ(ops::matmul(vector, ops::ones({4, 3, 2})).shape(), Shape({4, 2}));
}

TEST(Matmul, OfEmptyMatricesIsZero) {
  EXPECT_THAT(ops::matmul(ops::zeros({2, 0}), ops::zeros({0, 3})), IsClose(ops::zeros({2, 3})));
  EXPECT_EQ(ops::matmul(ops::zeros({0, 3}), ops::zeros({3, 2})).shape(), Shape({0, 2}));
  EXPECT_EQ(ops::matmul(ops::zeros({0, 2, 3}), ops::zeros({3, 2})).shape(), Shape({0, 2, 2}));
}

TEST(Matmul, IsTheSameForAnyNumberOfThreads) {
  const int before = num_threads();
  const KeepHelpers keep;
  for (const Shape& left : {Shape{300, 200}, Shape{40, 45, 200}}) {
    ASSERT_GT(product_parts(left.element_count() * (left.rank() == 2 ? 150 : 15), 40, kMostParts),
              1);
    const Tensor a = sample(left);
    const Tensor b = sample(left.rank() == 2 ? Shape{200, 150} : Shape{40, 200, 15}, -1, 1, 2);
    set_num_threads(1);
    const Tensor alone = ops::matmul(a, b);
    set_num_threads(3);
    EXPECT_THAT(ops::matmul(a, b), IsClose(alone, 0.0));
  }
  set_num_threads(before);
}

TEST(Matmul, RejectsShapesThatDoNotFit) {
  EXPECT_THAT([] { ops::matmul(kMatrix, kMatrix); },
              Raises<ShapeError>("ops::matmul: the last axis of the first input must be as long as "
                                 "the second last (of a vector: the only) one of the second. "
                                 "Received: shapes (2, 3) and (2, 3)."));
  EXPECT_THAT([] { ops::matmul(kMatrix, 2.0f); },
              Raises<ShapeError>("ops::matmul: the inputs must have at least one axis. Received: "
                                 "shapes (2, 3) and ()."));
  EXPECT_THAT(
      [] {
        ops::matmul(ops::zeros({2, 1, 1}), ops::zeros({3, 1, 1}));
      },
      Raises<ShapeError>("ops::matmul: the shapes can't be broadcast together. Received: "
                         "(2,) and (3,)."));
}

TEST(Matmul, RejectsUndefinedTensors) {
  EXPECT_THAT([] { ops::matmul(kMatrix, {}); },
              Raises<InvalidArgument>(
                  "ops::matmul: the inputs must be defined. Received: an undefined tensor."));
}

using Pair = std::pair<Shape, Shape>;

class MatmulShapes : public ::testing::TestWithParam<Pair> {
 protected:
  Tensor a = sample(GetParam().first, -1, 1, 1);
  Tensor b = sample(GetParam().second, -1, 1, 2);
};

TEST_P(MatmulShapes, AgreesWithTheDefinition) {
  const Tensor product = ops::matmul(a, b);
  EXPECT_THAT(product, IsClose(reference_product(a, b, product.shape())));
}

TEST_P(MatmulShapes, GradientMatchesCentralDifferences) {
  const auto product = [](const std::vector<Tensor>& v) { return ops::matmul(v[0], v[1]); };
  EXPECT_LT(gradient_gap(product, {a, b}), 1e-3);
}

TEST_P(MatmulShapes, GradientIsAddedToWhatIsThere) {
  const auto more = [](const std::vector<Tensor>& v) {
    return ops::matmul(v[0], v[1]) + ops::sum(2.0f * v[0]) + ops::sum(3.0f * v[1]);
  };
  EXPECT_LT(gradient_gap(more, {a, b}), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(
    All, MatmulShapes,
    ::testing::Values(Pair{{2, 3}, {3, 4}}, Pair{{3}, {3, 4}}, Pair{{2, 3}, {3}}, Pair{{3}, {3}},
                      Pair{{5, 2, 3}, {3, 4}}, Pair{{5, 2, 3}, {3}}, Pair{{5, 2, 3}, {5, 3, 4}},
                      Pair{{2, 3}, {5, 3, 4}}, Pair{{3}, {5, 3, 4}}, Pair{{5, 1, 2, 3}, {4, 3, 2}},
                      Pair{{1, 2, 3}, {4, 3, 2}}, Pair{{2, 1, 2, 3}, {1, 3, 3, 2}},
                      Pair{{18, 2, 3}, {18, 3, 2}}));

}  // namespace linear_algebra_test
}  // namespace strata
