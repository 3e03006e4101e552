// NumPy's broadcasting, against a reference that works out every index by itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "ops/samples.hpp"
#include "strata/core/errors.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;
using testing::sample;

// The element of `x` that stands at position `position` of `result` after broadcasting.
float broadcast_at(const Tensor& x, const Shape& result, std::int64_t position) {
  std::int64_t offset = 0;
  std::int64_t stride = 1;
  for (int i = 1; i <= result.rank(); ++i) {
    const std::int64_t extent = result[result.rank() - i];
    const std::int64_t index = position % extent;
    position /= extent;
    if (i > x.rank()) continue;
    const std::int64_t own = x.shape()[x.rank() - i];
    offset += (own == 1 ? 0 : index) * stride;
    stride *= own;
  }
  return x.values()[static_cast<std::size_t>(offset)];
}

// A shape that broadcasts to `whole`: some axes of extent 1, some in front left out.
Shape smaller_shape(const Shape& whole, random::Generator& generator) {
  const auto draws = generator.permutation(100);
  Shape shape;
  const int dropped = static_cast<int>(draws[0] % (whole.rank() + 1));
  for (int i = draws[1] % 2 == 0 ? dropped : 0; i < whole.rank(); ++i)
    shape.append(draws[static_cast<std::size_t>(i + 2)] % 3 == 0 ? 1 : whole[i]);
  return shape;
}

Shape random_shape(random::Generator& generator, std::int64_t largest) {
  const auto draws = generator.permutation(100);
  Shape shape;
  for (int i = 0; i < draws[0] % 5; ++i)
    shape.append(draws[static_cast<std::size_t>(i + 1)] % largest + 1);
  return shape;
}

void expect_broadcast(const Tensor& a, const Tensor& b) {
  const Shape shape = broadcast(a.shape(), b.shape(), "test");
  const Tensor difference = a - b;
  const Tensor chosen = ops::where(b, a, 2.0f);
  ASSERT_EQ(difference.shape(), shape);
  for (std::int64_t i = 0; i < difference.size(); ++i) {
    const float x = broadcast_at(a, shape, i);
    const float y = broadcast_at(b, shape, i);
    ASSERT_EQ(difference.values()[static_cast<std::size_t>(i)], x - y)
        << to_string(a.shape()) << " - " << to_string(b.shape()) << " at " << i;
    ASSERT_EQ(chosen.values()[static_cast<std::size_t>(i)], y != 0.0f ? x : 2.0f);
  }
}

TEST(Broadcasting, FollowsNumPyForRandomShapes) {
  random::Generator generator(7);
  for (int round = 0; round < 300; ++round) {
    const Shape whole = random_shape(generator, 4);
    const Tensor a = sample(smaller_shape(whole, generator), -1, 1, 3);
    const Tensor b = ops::round(sample(smaller_shape(whole, generator), -1, 1, 4));
    expect_broadcast(a, b);
    expect_broadcast(a, ops::round(sample(whole, -1, 1, 5)));
  }
}

TEST(Broadcasting, HoldsForWorkThatIsCutIntoParts) {
  const Tensor cube = sample({40, 30, 50});
  for (const Shape& shape : {Shape{}, Shape{50}, Shape{30, 1}, Shape{40, 1, 1}, Shape{40, 1, 50},
                             Shape{1, 30, 50}, Shape{40, 30, 1}, Shape{40, 30, 50}}) {
    const Tensor other = ops::round(sample(shape, -1, 1, 9));
    expect_broadcast(cube, other);
    expect_broadcast(other, cube);
  }
  expect_broadcast(sample({400, 1}), sample({300}));
}

// Operands with short rows are first expanded in blocks.
TEST(Broadcasting, HoldsForShortRowsThatAreCutIntoParts) {
  for (const std::int64_t extent : {2, 3, 8, 9, 31, 32}) {
    const Tensor rows = sample({7, 1500, extent});
    for (const Shape& shape :
         {Shape{}, Shape{extent}, Shape{1500, 1}, Shape{7, 1, 1}, Shape{7, 1, extent},
          Shape{7, 1500, 1}, Shape{1500, extent}, Shape{7, 1500, extent}}) {
      const Tensor other = ops::round(sample(shape, -1, 1, 9));
      expect_broadcast(rows, other);
      expect_broadcast(other, rows);
    }
  }
}

TEST(Broadcasting, HoldsForInvolvedFunctions) {
  const Tensor base = sample({60, 50, 20}, 0.1f, 3.0f);
  for (const Shape& shape : {Shape{}, Shape{1}, Shape{20}, Shape{50, 1}, Shape{60, 1, 20}}) {
    const Tensor exponent = sample(shape, -2.0f, 2.0f);
    const Tensor whole = ops::broadcast_to(exponent, base.shape());
    EXPECT_THAT(ops::power(base, exponent), IsClose(ops::power(base, whole), 0.0));
    EXPECT_THAT(ops::power(exponent + 3.0f, base), IsClose(ops::power(whole + 3.0f, base), 0.0));
  }
}

TEST(Broadcasting, OfNothingIsNothing) {
  EXPECT_EQ((ops::zeros({0, 3}) + 1.0f).shape(), Shape({0, 3}));
  EXPECT_EQ((ops::zeros({0, 3}) + ops::zeros({1, 3})).shape(), Shape({0, 3}));
  EXPECT_EQ((ops::zeros({2, 0}) * ops::zeros({2, 1})).shape(), Shape({2, 0}));
}

TEST(Broadcasting, RejectsShapesThatDoNotFit) {
  EXPECT_THAT(
      [] {
        ops::zeros({2, 3}) + ops::zeros({2});
      },
      Raises<ShapeError>("ops::add: the shapes can't be broadcast together. Received: "
                         "(2, 3) and (2,)."));
  EXPECT_THAT([] { ops::less(ops::zeros({2}), ops::zeros({0})); },
              Raises<ShapeError>("ops::less: the shapes can't be broadcast together. Received: "
                                 "(2,) and (0,)."));
  EXPECT_THAT([] { ops::where(ops::zeros({2}), ops::zeros({3}), 1.0f); },
              Raises<ShapeError>("ops::where: the shapes can't be broadcast together. Received: "
                                 "(2,) and (3,)."));
}

using Pair = std::pair<Shape, Shape>;

class BroadcastGradient : public ::testing::TestWithParam<Pair> {
 protected:
  using Binary = Tensor (*)(const Tensor&, const Tensor&);
  double gap(Binary f, const Tensor& a, const Tensor& b) const {
    return gradient_gap([f](const std::vector<Tensor>& v) { return f(v[0], v[1]); }, {a, b});
  }
};

TEST_P(BroadcastGradient, MatchesCentralDifferences) {
  const auto& [first, second] = GetParam();
  const Tensor a = sample(first, 0.5f, 2.0f, 1);
  const Tensor b = sample(second, 0.5f, 2.0f, 2);
  EXPECT_LT(gap(ops::add, a, b), 1e-3);
  EXPECT_LT(gap(ops::subtract, a, b), 1e-3);
  EXPECT_LT(gap(ops::multiply, a, b), 1e-3);
  EXPECT_LT(gap(ops::divide, a, b), 1e-3);
  EXPECT_LT(gap(ops::power, a, b), 1e-3);
}

TEST_P(BroadcastGradient, OfChoicesMatchesCentralDifferences) {
  const auto& [first, second] = GetParam();
  const Tensor a = testing::spread_sample(first, 1);
  const Tensor b = testing::spread_sample(second, 2) + 0.025f;
  EXPECT_LT(gap(ops::maximum, a, b), 1e-3);
  EXPECT_LT(gap(ops::minimum, a, b), 1e-3);
  const Tensor condition({2, 3}, {0, 1, 1, 0, 2, 0});
  const auto chosen = [&](const std::vector<Tensor>& v) {
    return ops::where(condition, v[0], v[1]);
  };
  EXPECT_LT(gradient_gap(chosen, {a, b}), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Shapes, BroadcastGradient,
                         ::testing::Values(Pair{{2, 3}, {2, 3}}, Pair{{2, 3}, {3}},
                                           Pair{{3}, {2, 3}}, Pair{{2, 3}, {2, 1}},
                                           Pair{{2, 1}, {1, 3}}, Pair{{}, {2, 3}}, Pair{{2, 3}, {}},
                                           Pair{{4, 1, 3}, {2, 1}}, Pair{{1}, {}},
                                           Pair{{4, 1, 1}, {4, 2, 3}}));

TEST(Broadcasting, GradientOfAnEmptyOutputIsZero) {
  const auto f = [](const std::vector<Tensor>& v) { return v[0] * v[1]; };
  EXPECT_EQ(gradient_gap(f, {ops::zeros({0, 2}), sample({2})}), 0.0);
}

}  // namespace
}  // namespace strata
