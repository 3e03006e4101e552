// transpose, broadcast_to, concatenate, stack, slice and pad.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

#include "ops/samples.hpp"
#include "strata/core/errors.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace moving_test {

using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;
using testing::sample;

const Tensor kMatrix({2, 3}, {1, 2, 3, 4, 5, 6});

TEST(Transpose, ReversesTheAxes) {
  EXPECT_THAT(ops::transpose(kMatrix), IsClose(Tensor({3, 2}, {1, 4, 2, 5, 3, 6})));
  EXPECT_EQ(ops::transpose(ops::zeros({2, 3, 4})).shape(), Shape({4, 3, 2}));
  EXPECT_THAT(ops::transpose(Tensor(3.0f)), IsClose(Tensor(3.0f)));
  EXPECT_EQ(ops::transpose(ops::zeros({0, 3})).shape(), Shape({3, 0}));
}

// Elements of `moved` that are not where the order says.
std::int64_t misplaced(const Tensor& x, const Tensor& moved, const std::vector<int>& order) {
  std::int64_t count = 0;
  for (std::int64_t position = 0; position < moved.size(); ++position) {
    std::int64_t rest = position;
    std::array<std::int64_t, 4> index{};  // along x's axes
    for (std::size_t i = 4; i-- > 0;) {
      const std::int64_t extent = moved.shape()[static_cast<int>(i)];
      index[static_cast<std::size_t>(order[i])] = rest % extent;
      rest /= extent;
    }
    std::int64_t from = 0;
    for (std::size_t i = 0; i < 4; ++i) from = from * x.shape()[static_cast<int>(i)] + index[i];
    count += moved.data()[position] != x.data()[from] ? 1 : 0;
  }
  return count;
}

TEST(Transpose, TakesAnyOrder) {
  const Shape shape{3, 37, 40, 35};
  const Tensor x = ops::reshape(ops::arange(0, static_cast<float>(shape.element_count())), shape);
  std::vector<int> order = {0, 1, 2, 3};
  do {
    EXPECT_EQ(misplaced(x, ops::transpose(x, order), order), 0) << ::testing::PrintToString(order);
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_THAT(ops::transpose(x, {2, 0, -1, 1}), IsClose(ops::transpose(x, {2, 0, 3, 1}), 0.0));
}

TEST(Transpose, RejectsAnythingButAPermutation) {
  EXPECT_THAT(
      [] {
        ops::transpose(kMatrix, {0, 0});
      },
      Raises<ShapeError>("ops::transpose: axes must name each axis once. Received: "
                         "axes=[0, 0], shape=(2, 3)."));
  EXPECT_THAT(
      [] {
        ops::transpose(kMatrix, {0, 2});
      },
      Raises<ShapeError>("ops::transpose: axes must name each axis once. Received: "
                         "axes=[0, 2], shape=(2, 3)."));
  EXPECT_THAT([] { ops::transpose(kMatrix, {0}); },
              Raises<ShapeError>("ops::transpose: axes must name each axis once. Received: "
                                 "axes=[0], shape=(2, 3)."));
}

TEST(BroadcastTo, RepeatsWhereTheExtentIsOne) {
  EXPECT_THAT(ops::broadcast_to(Tensor({2, 1}, {1, 2}), {2, 2, 3}),
              IsClose(Tensor({2, 2, 3}, {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2})));
  EXPECT_THAT(ops::broadcast_to(7.0f, {2}), IsClose(Tensor({2}, {7, 7})));
  EXPECT_EQ(ops::broadcast_to(7.0f, {0, 2}).size(), 0);
}

TEST(BroadcastTo, RejectsShrinking) {
  EXPECT_THAT(
      [] {
        ops::broadcast_to(kMatrix, {1, 3});
      },
      Raises<ShapeError>("ops::broadcast_to: an axis can only grow from extent 1. "
                         "Received: from (2, 3) to (1, 3)."));
  EXPECT_THAT([] { ops::broadcast_to(kMatrix, {3}); },
              Raises<ShapeError>("ops::broadcast_to: an axis can only grow from extent 1. "
                                 "Received: from (2, 3) to (3,)."));
  EXPECT_THAT(
      [] {
        ops::broadcast_to(kMatrix, {2, 4});
      },
      Raises<ShapeError>("ops::broadcast_to: the shapes can't be broadcast together. "
                         "Received: (2, 3) and (2, 4)."));
}

TEST(Concatenate, PutsOneBehindTheOther) {
  const Tensor tail({2, 1}, {7, 8});
  EXPECT_THAT(ops::concatenate({kMatrix, tail}), IsClose(Tensor({2, 4}, {1, 2, 3, 7, 4, 5, 6, 8})));
  EXPECT_THAT(ops::concatenate({tail, ops::zeros({0, 1}), tail}, 0),
              IsClose(Tensor({4, 1}, {7, 8, 7, 8})));
}

TEST(Concatenate, RejectsWhatDoesNotFit) {
  EXPECT_THAT([] { ops::concatenate({}); },
              Raises<InvalidArgument>(
                  "ops::concatenate: there must be at least one tensor. Received: none."));
  EXPECT_THAT(
      [] {
        ops::concatenate({kMatrix, ops::zeros({3, 3})}, -1);
      },
      Raises<ShapeError>("ops::concatenate: the shapes must agree but for axis -1. "
                         "Received: (2, 3) and (3, 3)."));
  EXPECT_THAT(
      [] {
        ops::concatenate({kMatrix, ops::zeros({2})}, 0);
      },
      Raises<ShapeError>("ops::concatenate: the shapes must agree but for axis 0. "
                         "Received: (2, 3) and (2,)."));
  EXPECT_THAT(
      [] {
        ops::concatenate({Tensor(1.0f), Tensor(2.0f)}, 0);
      },
      Raises<ShapeError>("ops::concatenate: axis must lie in [-0, 0) for rank 0. Received: "
                         "axis=0, shape=()."));
}

TEST(Stack, AddsAnAxis) {
  const Tensor a({2}, {1, 2});
  const Tensor b({2}, {3, 4});
  EXPECT_THAT(ops::stack({a, b}), IsClose(Tensor({2, 2}, {1, 2, 3, 4})));
  EXPECT_THAT(ops::stack({a, b}, -1), IsClose(Tensor({2, 2}, {1, 3, 2, 4})));
  EXPECT_THAT(ops::stack({Tensor(1.0f), Tensor(2.0f)}), IsClose(Tensor({2}, {1, 2})));
}

TEST(Stack, RejectsDifferentShapes) {
  EXPECT_THAT(
      [] { ops::stack({}); },
      Raises<InvalidArgument>("ops::stack: there must be at least one tensor. Received: none."));
  EXPECT_THAT(
      [] {
        ops::stack({ops::zeros({2}), ops::zeros({3})});
      },
      Raises<ShapeError>("ops::stack: the shapes must be the same. Received: (2,) and (3,)."));
  EXPECT_THAT(
      [] { ops::stack({ops::zeros({2})}, 2); },
      Raises<ShapeError>("ops::stack: axis must lie in [-2, 2). Received: axis=2, shape=(2,)."));
}

TEST(Slice, CutsABox) {
  EXPECT_THAT(ops::slice(kMatrix, {0, 1}, {2, 1}), IsClose(Tensor({2, 1}, {2, 5})));
  EXPECT_THAT(ops::slice(kMatrix, {1, 1}, {-1, -1}), IsClose(Tensor({1, 2}, {5, 6})));
  EXPECT_EQ(ops::slice(kMatrix, {2, 0}, {-1, 3}).shape(), Shape({0, 3}));
}

TEST(Slice, RejectsABoxThatReachesOut) {
  EXPECT_THAT(
      [] {
        ops::slice(kMatrix, {0, 1}, {2, 3});
      },
      Raises<ShapeError>("ops::slice: start and size must name a part of each axis. "
                         "Received: start=[0, 1], size=[2, 3], shape=(2, 3)."));
  EXPECT_THAT([] { ops::slice(kMatrix, {0}, {2}); },
              Raises<ShapeError>("ops::slice: start and size must name a part of each axis. "
                                 "Received: start=[0], size=[2], shape=(2, 3)."));
  EXPECT_THAT(
      [] {
        ops::slice(kMatrix, {-1, 0}, {1, 1});
      },
      Raises<ShapeError>("ops::slice: start and size must name a part of each axis. "
                         "Received: start=[-1, 0], size=[1, 1], shape=(2, 3)."));
  EXPECT_THAT(
      [] {
        ops::slice(kMatrix, {3, 0}, {-1, 1});
      },
      Raises<ShapeError>("ops::slice: start and size must name a part of each axis. "
                         "Received: start=[3, 0], size=[-1, 1], shape=(2, 3)."));
}

TEST(Concatenate, RejectsAnExtentBeyond64Bits) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const Tensor wide = ops::zeros({0, kMost});
  EXPECT_THAT(
      [&] {
        ops::concatenate({wide, wide}, 1);
      },
      Raises<ShapeError>("ops::concatenate: the joined extent must fit 64 bits. Received: "
                         "shape=(0, 9223372036854775807) after 9223372036854775807 along axis "
                         "1."));
}

TEST(Pad, SurroundsWithAValue) {
  EXPECT_THAT(ops::pad(Tensor({2}, {1, 2}), {{1, 2}}), IsClose(Tensor({5}, {0, 1, 2, 0, 0})));
  EXPECT_THAT(ops::pad(Tensor({1, 2}, {1, 2}), {{0, 1}, {1, 0}}, 9.0f),
              IsClose(Tensor({2, 3}, {9, 1, 2, 9, 9, 9})));
}

TEST(Pad, RejectsPaddingThatDoesNotFit) {
  EXPECT_THAT(
      [] {
        ops::pad(kMatrix, {{1, 1}});
      },
      Raises<ShapeError>(
          "ops::pad: there must be one pair an axis. Received: 1 pairs, shape=(2, 3)."));
  EXPECT_THAT(
      [] {
        ops::pad(kMatrix, {{0, 0}, {0, -1}});
      },
      Raises<ShapeError>("ops::pad: padding must not be negative. Received: (0, -1) for axis 1."));
  static constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(
      [] {
        ops::pad(ops::zeros({3}), {{kMost, kMost}});
      },
      Raises<ShapeError>("ops::pad: a padded extent must fit 64 bits. Received: "
                         "(9223372036854775807, 9223372036854775807) for axis 0."));
  EXPECT_THROW(ops::pad(ops::zeros({3}), {{0, kMost}}), ShapeError);
}

TEST(Moving, GradientsOfOneInputMatchCentralDifferences) {
  const Tensor x = sample({2, 3, 4});
  const auto gap = [&](const std::function<Tensor(const Tensor&)>& f) {
    return gradient_gap(f, x);
  };
  EXPECT_LT(gap([](const Tensor& v) { return ops::transpose(v); }), 1e-3);
  EXPECT_LT(gap([](const Tensor& v) { return ops::transpose(v, {1, 2, 0}); }), 1e-3);
  EXPECT_LT(gap([](const Tensor& v) { return ops::broadcast_to(v, {2, 2, 3, 4}); }), 1e-3);
  EXPECT_LT(gap([](const Tensor& v) { return ops::slice(v, {1, 0, 2}, {1, -1, 2}); }), 1e-3);
  EXPECT_LT(gap([](const Tensor& v) { return ops::pad(v, {{1, 0}, {0, 2}, {1, 1}}, 3.0f); }), 1e-3);
  EXPECT_LT(gradient_gap(
                [](const Tensor& v) {
                  return ops::broadcast_to(v, {2, 3, 4});
                },
                sample({3, 1})),
            1e-3);
}

TEST(Slice, GradientIsAddedToWhatIsThere) {
  const auto twice = [](const Tensor& v) {
    return ops::slice(v, {1}, {2}) * ops::slice(v, {0}, {2});
  };
  EXPECT_LT(gradient_gap(twice, sample({4})), 1e-3);
}

TEST(Moving, GradientsOfSeveralInputsMatchCentralDifferences) {
  const std::vector<Tensor> parts = {sample({2, 3}), sample({2, 1}, -1, 1, 5), sample({2, 2})};
  const auto joined = [](const std::vector<Tensor>& v) {
    return ops::concatenate({v[0], v[1], v[2], v[1]}, -1);
  };
  EXPECT_LT(gradient_gap(joined, parts), 1e-3);
  const auto stacked = [](const std::vector<Tensor>& v) { return ops::stack({v[0], v[1]}, 1); };
  EXPECT_LT(gradient_gap(stacked, {sample({2, 3}), sample({2, 3}, -1, 1, 5)}), 1e-3);
}

TEST(Moving, RejectsUndefinedTensors) {
  const std::string rule = ": the inputs must be defined. Received: an undefined tensor.";
  EXPECT_THAT([] { ops::transpose({}); }, Raises<InvalidArgument>("ops::transpose" + rule));
  EXPECT_THAT([] { ops::broadcast_to({}, {1}); },
              Raises<InvalidArgument>("ops::broadcast_to" + rule));
  EXPECT_THAT(
      [] {
        ops::concatenate({kMatrix, {}});
      },
      Raises<InvalidArgument>("ops::concatenate" + rule));
  EXPECT_THAT([] { ops::stack({kMatrix, {}}); }, Raises<InvalidArgument>("ops::stack" + rule));
  EXPECT_THAT([] { ops::slice({}, {0}, {1}); }, Raises<InvalidArgument>("ops::slice" + rule));
  EXPECT_THAT([] { ops::pad({}, {}); }, Raises<InvalidArgument>("ops::pad" + rule));
}

}  // namespace moving_test
}  // namespace strata
