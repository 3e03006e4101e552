#include "strata/layers/input.hpp"

#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using layers::Input;
using testing::Raises;

constexpr std::int64_t kAny = Shape::kUnknown;

TEST(Input, TakesItsShapeInBraces) {
  EXPECT_EQ(Input({28, 28}).batch_shape(), Shape({kAny, 28, 28}));
  EXPECT_EQ(Input({5}).batch_shape(), Shape({kAny, 5}));
}

TEST(Input, TakesItsShapeByName) {
  EXPECT_EQ(Input({.shape = {28, 28}}).batch_shape(), Shape({kAny, 28, 28}));
  EXPECT_EQ(Input({.shape = {5}}).batch_shape(), Shape({kAny, 5}));
  EXPECT_EQ(Input({.shape = {28, 28}, .name = "i"}).name(), "i");
  EXPECT_EQ(Input({.shape = {5}, .batch_size = 2}).batch_shape(), Shape({2, 5}));
}

TEST(Input, TakesAShapeThatWasMadeBefore) {
  const Shape shape{5};
  EXPECT_EQ(Input(shape).batch_shape(), Shape({kAny, 5}));
  EXPECT_EQ(Input(Shape{5}).batch_shape(), Shape({kAny, 5}));
  EXPECT_EQ(Input({.shape = shape}).batch_shape(), Shape({kAny, 5}));
  EXPECT_EQ(Input({.shape = Shape{5}}).batch_shape(), Shape({kAny, 5}));
}

TEST(Input, RefusesExtentsBelowOne) {
  EXPECT_THAT(
      [] {
        Input({.shape = {3, 0}});
      },
      Raises("Input: extents must be positive. Received: shape=(3, 0)."));
}

}  // namespace
}  // namespace strata
