// Input: the shape that a model starts from.
#include "strata/layers/input.hpp"

#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace input_test {

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

TEST(Input, RefusesABatchSizeThatIsNoInt) {
  EXPECT_THAT(
      [] {
        Input::from_config({{"batch_shape", {4294967299, 2}}});
      },
      Raises("InputLayer: a batch size must fit an int. Received: batch_shape=(4294967299, 2)."));
}

TEST(Input, HasNoSlots) {
  Input input({.shape = {2}, .name = "i"});
  const std::string rule = "i: an Input can't have an activity regularizer. Received: one.";
  EXPECT_THAT([&] { input.set_activity_regularizer("l2"); }, Raises(rule));
  EXPECT_THAT([&] { input.set_regularizer("activity", "l2"); }, Raises(rule));
  EXPECT_NO_THROW(input.set_regularizer("activity", nullptr));
  EXPECT_THAT([&] { input.set_regularizer("kernel", "l2"); },
              Raises("i: there is no weight of this name; known are none. Received: kernel."));
}

}  // namespace input_test
}  // namespace strata
