// Orthogonal: rows or columns at right angles, uniformly drawn.
#include "strata/initializers/orthogonal.hpp"

#include <cmath>
#include <tuple>

#include "core/parallel.hpp"
#include "strata/core/errors.hpp"
#include "strata/core/threads.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using initializers::Orthogonal;
using testing::Raises;

// The largest distance of the vectors' products from those of orthonormal ones, times gain squared.
double skew(const Tensor& matrix, std::int64_t rows, std::int64_t columns, double gain) {
  const bool by_columns = rows >= columns;
  const std::int64_t count = by_columns ? columns : rows;
  const std::int64_t length = by_columns ? rows : columns;
  const auto at = [&](std::int64_t vector, std::int64_t i) -> double {
    return matrix.data()[by_columns ? i * columns + vector : vector * columns + i];
  };
  double worst = 0.0;
  for (std::int64_t a = 0; a < count; ++a) {
    for (std::int64_t b = 0; b <= a; ++b) {
      double product = 0.0;
      for (std::int64_t i = 0; i < length; ++i) product += at(a, i) * at(b, i);
      worst = std::max(worst, std::abs(product - (a == b ? gain * gain : 0.0)));
    }
  }
  return worst;
}

TEST(Orthogonal, GivesOrthonormalVectorsOfTheShorterSide) {
  for (const auto& [rows, columns] : {std::pair{5, 5}, {40, 7}, {7, 40}, {1, 4}, {4, 1}}) {
    const Tensor matrix = Orthogonal({.seed = 1})(Shape{rows, columns});
    EXPECT_LT(skew(matrix, rows, columns, 1.0), 1e-6) << rows << " x " << columns;
  }
}

TEST(Orthogonal, MultipliesByItsGain) {
  EXPECT_LT(skew(Orthogonal({.gain = 3.0f, .seed = 1})(Shape{6, 4}), 6, 4, 3.0), 1e-5);
}

TEST(Orthogonal, TakesAKernelAsAMatrixOfItsFilters) {
  const Tensor kernel = Orthogonal({.seed = 2})(Shape{3, 3, 2, 4});
  EXPECT_EQ(kernel.shape(), Shape({3, 3, 2, 4}));
  EXPECT_LT(skew(kernel, 18, 4, 1.0), 1e-6);
}

// Without fixing R's signs, Householder's first column would always point the same way.
TEST(Orthogonal, PrefersNoDirection) {
  double sum = 0.0;
  for (int seed = 0; seed < 2000; ++seed) {
    sum += Orthogonal({.seed = seed})(Shape{2, 2}).values()[0];
  }
  EXPECT_NEAR(sum / 2000.0, 0.0, 0.06);
}

TEST(Orthogonal, ThreadsDoNotMatter) {
  const int before = num_threads();
  const KeepHelpers keep;
  const auto draw = [](int threads) {
    set_num_threads(threads);
    const Tensor matrix = Orthogonal({.seed = 3})(Shape{300, 200});
    return std::vector<float>(matrix.values().begin(), matrix.values().end());
  };
  const auto one = draw(1);
  EXPECT_EQ(draw(2), one);
  set_num_threads(before);
}

TEST(Orthogonal, RefusesVectors) {
  EXPECT_THAT([] { Orthogonal()(Shape{3}); },
              Raises<ShapeError>("Orthogonal: the shape must have rank >= 2. Received: "
                                 "shape=(3,)."));
}

}  // namespace
}  // namespace strata
