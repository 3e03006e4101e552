// Making and reshaping tensors.
#include "strata/ops/array.hpp"

#include <gtest/gtest.h>

#include "ops/samples.hpp"
#include "strata/core/errors.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;
using testing::sample;

const Tensor kMatrix({2, 3}, {1, 2, 3, 4, 5, 6});

TEST(Full, FillsTheShape) {
  EXPECT_THAT(ops::full({2, 1}, 3.0f), IsClose(Tensor({2, 1}, {3, 3})));
  EXPECT_THAT(ops::zeros({2}), IsClose(Tensor({2}, {0, 0})));
  EXPECT_THAT(ops::ones({}), IsClose(Tensor(1.0f)));
  EXPECT_EQ(ops::ones({0, 3}).size(), 0);
}

TEST(Full, LikeTakesTheShapeAlone) {
  EXPECT_THAT(ops::zeros_like(kMatrix), IsClose(ops::zeros({2, 3})));
  EXPECT_THAT(ops::ones_like(kMatrix), IsClose(ops::ones({2, 3})));
}

TEST(Full, RejectsAnUnknownExtent) {
  EXPECT_THAT(
      [] {
        ops::zeros({2, -1});
      },
      Raises<ShapeError>("Shape: extents must not be negative and their product must fit "
                         "64 bits. Received: shape=(2, None)."));
}

TEST(Eye, HasOnesOnTheDiagonal) {
  EXPECT_THAT(ops::eye(2), IsClose(Tensor({2, 2}, {1, 0, 0, 1})));
  EXPECT_THAT(ops::eye(3, 2), IsClose(Tensor({3, 2}, {1, 0, 0, 1, 0, 0})));
  EXPECT_EQ(ops::eye(0).size(), 0);
}

TEST(Eye, RejectsNegativeExtents) {
  EXPECT_THAT(
      [] { ops::eye(-2); },
      Raises<ShapeError>("ops::eye: extents must not be negative. Received: rows=-2, columns=-2."));
}

TEST(Arange, StopsBelowTheEnd) {
  EXPECT_THAT(ops::arange(0.0f, 1.0f, 0.25f), IsClose(Tensor({4}, {0, 0.25f, 0.5f, 0.75f})));
  EXPECT_THAT(ops::arange(3.0f, 0.0f, -2.0f), IsClose(Tensor({2}, {3, 1})));
  EXPECT_EQ(ops::arange(1.0f, 1.0f).size(), 0);
  EXPECT_EQ(ops::arange(1.0f, 0.0f).size(), 0);
}

TEST(Arange, RejectsAStepOfZero) {
  EXPECT_THAT([] { ops::arange(0.0f, 1.0f, 0.0f); },
              Raises<InvalidArgument>("ops::arange: start, stop and step must be finite, and step "
                                      "not 0. Received: start=0, stop=1, step=0."));
  EXPECT_THAT([] { ops::arange(0.0f, INFINITY); },
              Raises<InvalidArgument>("ops::arange: start, stop and step must be finite, and step "
                                      "not 0. Received: start=0, stop=inf, step=1."));
}

TEST(Arange, RejectsMoreElementsThan64BitsCount) {
  EXPECT_THAT([] { ops::arange(0.0f, 1e38f, 1e-3f); },
              Raises<InvalidArgument>("ops::arange: the number of elements must fit 64 bits. "
                                      "Received: start=0, stop=1e+38, step=0.001."));
  EXPECT_EQ(ops::arange(1e38f, 0.0f, 1e-3f).size(), 0);
}

TEST(Reshape, SharesTheElements) {
  const Tensor reshaped = ops::reshape(kMatrix, {3, 2});
  EXPECT_EQ(reshaped.shape(), Shape({3, 2}));
  EXPECT_EQ(reshaped.data(), kMatrix.data());
}

TEST(Reshape, WorksOutOneExtent) {
  EXPECT_EQ(ops::reshape(kMatrix, {-1}).shape(), Shape({6}));
  EXPECT_EQ(ops::reshape(kMatrix, {3, -1, 1}).shape(), Shape({3, 2, 1}));
  EXPECT_EQ(ops::reshape(ops::zeros({0, 3}), {-1, 2}).shape(), Shape({0, 2}));
  EXPECT_EQ(ops::reshape(Tensor(5.0f), {-1}).shape(), Shape({1}));
}

TEST(Reshape, RejectsAnotherNumberOfElements) {
  EXPECT_THAT(
      [] {
        ops::reshape(kMatrix, {4, 2});
      },
      Raises<ShapeError>("ops::reshape: the number of elements must stay the same. "
                         "Received: from (2, 3) to [4, 2]."));
  EXPECT_THAT(
      [] {
        ops::reshape(kMatrix, {4, -1});
      },
      Raises<ShapeError>("ops::reshape: the number of elements must stay the same. "
                         "Received: from (2, 3) to [4, -1]."));
  EXPECT_THAT(
      [] {
        ops::reshape(ops::zeros({0}), {0, -1});
      },
      Raises<ShapeError>("ops::reshape: the number of elements must stay the same. "
                         "Received: from (0,) to [0, -1]."));
}

TEST(Reshape, RejectsExtentsWhoseProductOverflows) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 32;  // its square is 0 in 64 bits
  EXPECT_THAT(
      [] {
        ops::reshape(kMatrix, {kHuge, kHuge, -1});
      },
      Raises<ShapeError>("ops::reshape: the extents' product must fit 64 bits. Received: "
                         "[4294967296, 4294967296, -1]."));
}

TEST(Reshape, RejectsTwoUnknownExtents) {
  EXPECT_THAT(
      [] {
        ops::reshape(kMatrix, {-1, -1});
      },
      Raises<ShapeError>("ops::reshape: extents must not be negative, but for a single -1. "
                         "Received: [-1, -1]."));
  EXPECT_THAT(
      [] {
        ops::reshape(kMatrix, {-3, 2});
      },
      Raises<ShapeError>("ops::reshape: extents must not be negative, but for a single -1. "
                         "Received: [-3, 2]."));
}

TEST(ExpandDims, AddsAnAxisAnywhere) {
  EXPECT_EQ(ops::expand_dims(kMatrix, 0).shape(), Shape({1, 2, 3}));
  EXPECT_EQ(ops::expand_dims(kMatrix, 1).shape(), Shape({2, 1, 3}));
  EXPECT_EQ(ops::expand_dims(kMatrix, -1).shape(), Shape({2, 3, 1}));
  EXPECT_EQ(ops::expand_dims(Tensor(1.0f), 0).shape(), Shape({1}));
  EXPECT_THAT([] { ops::expand_dims(kMatrix, 3); },
              Raises<ShapeError>("ops::expand_dims: axis must lie in [-3, 3). Received: axis=3, "
                                 "shape=(2, 3)."));
}

TEST(Squeeze, DropsAxesOfExtentOne) {
  const Tensor x = ops::zeros({1, 2, 1});
  EXPECT_EQ(ops::squeeze(x).shape(), Shape({2}));
  EXPECT_EQ(ops::squeeze(x, 0).shape(), Shape({2, 1}));
  EXPECT_EQ(ops::squeeze(x, -1).shape(), Shape({1, 2}));
  EXPECT_EQ(ops::squeeze(ops::zeros({1, 1})).shape(), Shape());
}

TEST(Squeeze, RejectsALongerAxis) {
  EXPECT_THAT([] { ops::squeeze(kMatrix, -1); },
              Raises<ShapeError>("ops::squeeze: only an axis of extent 1 can be dropped. Received: "
                                 "axis=-1, shape=(2, 3)."));
  EXPECT_THAT([] { ops::squeeze(kMatrix, 2); },
              Raises<ShapeError>("ops::squeeze: axis must lie in [-2, 2) for rank 2. Received: "
                                 "axis=2, shape=(2, 3)."));
}

TEST(Reshape, GradientsMatchCentralDifferences) {
  const Tensor x = sample({2, 1, 3});
  EXPECT_LT(gradient_gap([](const Tensor& v) { return ops::reshape(v, {3, -1}); }, x), 1e-3);
  EXPECT_LT(gradient_gap([](const Tensor& v) { return ops::expand_dims(v, 2); }, x), 1e-3);
  EXPECT_LT(gradient_gap([](const Tensor& v) { return ops::squeeze(v); }, x), 1e-3);
  EXPECT_LT(gradient_gap([](const Tensor& v) { return ops::squeeze(v, 1); }, x), 1e-3);
}

TEST(Array, RejectsUndefinedTensors) {
  const std::string rule = ": the inputs must be defined. Received: an undefined tensor.";
  EXPECT_THAT([] { ops::reshape({}, {1}); }, Raises<InvalidArgument>("ops::reshape" + rule));
  EXPECT_THAT([] { ops::expand_dims({}, 0); }, Raises<InvalidArgument>("ops::expand_dims" + rule));
  EXPECT_THAT([] { ops::squeeze({}); }, Raises<InvalidArgument>("ops::squeeze" + rule));
  EXPECT_THAT([] { ops::squeeze({}, 0); }, Raises<InvalidArgument>("ops::squeeze" + rule));
  EXPECT_THAT([] { ops::zeros_like({}); }, Raises<InvalidArgument>("ops::zeros_like" + rule));
  EXPECT_THAT([] { ops::ones_like({}); }, Raises<InvalidArgument>("ops::ones_like" + rule));
}

}  // namespace
}  // namespace strata
