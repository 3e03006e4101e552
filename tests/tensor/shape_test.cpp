// Shape: extents, unknown ones, broadcasting, text.
#include "strata/tensor/shape.hpp"

#include <gtest/gtest.h>

#include "support/matchers.hpp"

namespace strata::testing {
namespace {

constexpr std::int64_t kAny = Shape::kUnknown;

TEST(Shape, OfNoAxesIsAScalars) {
  EXPECT_EQ(Shape().rank(), 0);
  EXPECT_EQ(Shape().element_count(), 1);
  EXPECT_EQ(to_string(Shape()), "()");
}

TEST(Shape, OfNoAxesHasNoFirstAndNoLastExtent) {
  EXPECT_THAT([] { (void)Shape().front(); },
              Raises<ShapeError>("Shape::front: the shape must have an axis. Received: shape=()."));
  EXPECT_THAT([] { (void)Shape().back(); },
              Raises<ShapeError>("Shape::back: the shape must have an axis. Received: shape=()."));
  EXPECT_EQ((Shape{2, 3}).front(), 2);
  EXPECT_EQ((Shape{2, 3}).back(), 3);
}

TEST(Shape, PrintsAsInKeras) {
  EXPECT_EQ(to_string(Shape{5}), "(5,)");
  EXPECT_EQ(to_string(Shape{2, 3}), "(2, 3)");
  EXPECT_EQ(to_string(Shape{kAny, 28, 28, 1}), "(None, 28, 28, 1)");
}

TEST(Shape, CountsElements) {
  EXPECT_EQ((Shape{2, 3, 4}).element_count(), 24);
  EXPECT_EQ((Shape{2, 0, 4}).element_count(), 0);
}

TEST(Shape, HasAtMostEightAxes) {
  const std::string text = "Shape: at most 8 axes are supported. Received: 9.";
  EXPECT_THAT(([] { Shape{1, 2, 3, 4, 5, 6, 7, 8, 9}; }), Raises<ShapeError>(text));
  EXPECT_THAT([] { Shape(std::vector<std::int64_t>(9, 1)); }, Raises<ShapeError>(text));
  Shape full(std::vector<std::int64_t>(8, 1));
  EXPECT_THAT([&] { full.append(1); }, Raises<ShapeError>(text));
  EXPECT_EQ(full.rank(), 8);
}

TEST(Shape, RefusesToCountMoreElementsThanFit) {
  const std::string rule =
      "Shape: extents must not be negative and their product must fit 64 bits. Received: shape=";
  EXPECT_THAT(
      [] {
        (Shape{1LL << 32, 1LL << 32}).element_count();
      },
      Raises<ShapeError>(rule + "(4294967296, 4294967296)."));
  EXPECT_THAT([] { (Shape{2, -3}).element_count(); }, Raises<ShapeError>(rule + "(2, -3)."));
  EXPECT_THAT([] { (Shape{kAny, 3}).element_count(); }, Raises<ShapeError>(rule + "(None, 3)."));
}

TEST(Shape, IsKnownWithoutUnknownExtents) {
  EXPECT_TRUE((Shape{2, 0}).is_known());
  EXPECT_FALSE((Shape{kAny, 2}).is_known());
}

TEST(Shape, CountsNegativeAxesFromTheBack) {
  const Shape shape{2, 3, 4};
  EXPECT_EQ(shape.axis(-1, "op"), 2);
  EXPECT_EQ(shape.axis(-3, "op"), 0);
  EXPECT_EQ(shape.axis(1, "op"), 1);
}

TEST(Shape, RefusesAnAxisThatIsNotThere) {
  EXPECT_THAT(
      [] {
        (Shape{2, 3}).axis(2, "ops::sum");
      },
      Raises<ShapeError>("ops::sum: axis must lie in [-2, 2) for rank 2. Received: axis=2, "
                         "shape=(2, 3)."));
  EXPECT_THAT(
      [] {
        (Shape{2, 3}).axis(-3, "ops::sum");
      },
      Raises<ShapeError>("ops::sum: axis must lie in [-2, 2) for rank 2. Received: axis=-3, "
                         "shape=(2, 3)."));
  EXPECT_THAT([] { Shape().axis(0, "ops::sum"); },
              Raises<ShapeError>("ops::sum: axis must lie in [-0, 0) for rank 0. Received: axis=0, "
                                 "shape=()."));
}

TEST(Shape, ReplacesAndDropsOneAxis) {
  const Shape shape{2, 3, 4};
  EXPECT_EQ(shape.with(1, 7), (Shape{2, 7, 4}));
  EXPECT_EQ(shape.without(0), (Shape{3, 4}));
  EXPECT_EQ(shape, (Shape{2, 3, 4}));
}

TEST(Shape, EqualsOnlyItsLike) {
  EXPECT_EQ((Shape{2, 3}), (Shape{2, 3}));
  EXPECT_FALSE((Shape{2, 3}) == (Shape{3, 2}));
  EXPECT_FALSE((Shape{2, 3}) == (Shape{2, 3, 1}));
  EXPECT_FALSE((Shape{0}) == Shape());
}

TEST(Broadcast, FollowsNumPy) {
  EXPECT_EQ(broadcast({2, 3}, {3}, "op"), (Shape{2, 3}));
  EXPECT_EQ(broadcast({3}, {2, 3}, "op"), (Shape{2, 3}));
  EXPECT_EQ(broadcast({2, 1, 4}, {3, 1}, "op"), (Shape{2, 3, 4}));
  EXPECT_EQ(broadcast({}, {5}, "op"), (Shape{5}));
  EXPECT_EQ(broadcast({1}, {0}, "op"), (Shape{0}));
}

TEST(Broadcast, RefusesShapesThatDoNotFit) {
  EXPECT_THAT(
      [] {
        broadcast({2, 3}, {2}, "ops::add");
      },
      Raises<ShapeError>("ops::add: the shapes can't be broadcast together. Received: "
                         "(2, 3) and (2,)."));
  EXPECT_THAT([] { broadcast({0}, {2}, "ops::add"); },
              Raises<ShapeError>(
                  "ops::add: the shapes can't be broadcast together. Received: (0,) and (2,)."));
}

}  // namespace
}  // namespace strata::testing
