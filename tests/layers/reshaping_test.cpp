// Flatten and Reshape: the same elements in another shape.
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/reshape.hpp"
#include "strata/ops/array.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace reshaping_test {

using layers::Flatten;
using layers::Reshape;
using testing::IsClose;
using testing::Raises;

constexpr std::int64_t kAny = Shape::kUnknown;

TEST(Flatten, MakesEverySampleAVector) {
  EXPECT_THAT(Flatten()(Tensor({1, 2, 2}, {1, 2, 3, 4})), IsClose(Tensor({1, 4}, {1, 2, 3, 4})));
  EXPECT_EQ(Flatten()(ops::zeros({3})).shape(), Shape({3, 1}));
  EXPECT_EQ(Flatten()(ops::zeros({0, 2, 3})).shape(), Shape({0, 6}));
}

TEST(Flatten, MovesChannelsBackWhereTheyComeFirst) {
  const Tensor x({1, 2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7});
  EXPECT_THAT(Flatten({.data_format = "channels_first"})(x),
              IsClose(Tensor({1, 8}, {0, 4, 1, 5, 2, 6, 3, 7})));
}

TEST(Flatten, KnowsItsOutputAsFarAsTheInputIsKnown) {
  Flatten flatten;
  EXPECT_EQ(flatten.compute_output_shape({kAny, 3, 4}), Shape({kAny, 12}));
  EXPECT_EQ(flatten.compute_output_shape({kAny, kAny, 4}), Shape({kAny, kAny}));
  EXPECT_EQ(flatten.compute_output_shape({kAny}), Shape({kAny, 1}));
}

TEST(Flatten, ReadsANullDataFormatAsTheDefault) {
  const Flatten flatten = Flatten::from_config({{"data_format", nullptr}});
  EXPECT_EQ(flatten.get_config()["data_format"], "channels_last");
}

TEST(Flatten, RefusesScalarsAndUnknownFormats) {
  EXPECT_THAT([] { Flatten({.name = "flat"})(Tensor(1.0f)); },
              Raises<ShapeError>("flat: the input must have rank >= 1. Received: shape=()."));
  EXPECT_THAT([] { Flatten({.data_format = "NHWC"}); },
              Raises("Flatten: data_format must be \"channels_last\" or \"channels_first\". "
                     "Received: data_format=NHWC."));
}

TEST(Reshape, KeepsTheElementsInOrder) {
  EXPECT_THAT(Reshape({2, 2})(Tensor({1, 4}, {1, 2, 3, 4})),
              IsClose(Tensor({1, 2, 2}, {1, 2, 3, 4})));
  EXPECT_EQ(Reshape({.target_shape = Shape{6, -1}})(ops::zeros({2, 3, 4})).shape(),
            Shape({2, 6, 2}));
  EXPECT_EQ(Reshape({3, -1})(ops::zeros({0, 6})).shape(), Shape({0, 3, 2}));
}

TEST(Reshape, TakesItsTargetInBracesWithAndWithoutItsName) {
  const Tensor x = ops::zeros({2, 6});
  const Shape shape{6};
  EXPECT_EQ(Reshape({.target_shape = {2, 3}})(x).shape(), Shape({2, 2, 3}));
  EXPECT_EQ(Reshape({.target_shape = {6}, .name = "r"})(x).shape(), Shape({2, 6}));
  EXPECT_EQ(Reshape({.target_shape = shape})(x).shape(), Shape({2, 6}));
  EXPECT_EQ(Reshape({6})(x).shape(), Shape({2, 6}));
  EXPECT_EQ(Reshape(shape)(x).shape(), Shape({2, 6}));
}

TEST(Reshape, KnowsItsOutputAsFarAsTheInputIsKnown) {
  EXPECT_EQ(Reshape({3, -1}).compute_output_shape({kAny, 6}), Shape({kAny, 3, 2}));
  EXPECT_EQ(Reshape({3, -1}).compute_output_shape({kAny, kAny}), Shape({kAny, 3, kAny}));
  EXPECT_EQ(Reshape({3, 2}).compute_output_shape({kAny, kAny}), Shape({kAny, 3, 2}));
}

TEST(Reshape, WritesTheExtentToBeWorkedOutAsMinusOne) {
  EXPECT_EQ(Reshape({6, -1}).get_config()["target_shape"].dump(), "[6,-1]");
}

TEST(Reshape, RefusesTargetsThatMakeNoSense) {
  EXPECT_THAT(
      [] {
        Reshape({-1, -1});
      },
      Raises("Reshape: target_shape's extents must be >= 0, but for one that may be -1. "
             "Received: target_shape=(-1, -1)."));
  EXPECT_THAT([] { Reshape({-2}); },
              Raises("Reshape: target_shape's extents must be >= 0, but for one that may be -1. "
                     "Received: target_shape=(-2)."));
}

TEST(Reshape, RefusesAnotherNumberOfElements) {
  EXPECT_THAT(
      [] {
        Reshape({.target_shape = Shape{5}, .name = "five"})(ops::zeros({2, 6}));
      },
      Raises<ShapeError>("five: a sample must keep its number of elements. Received: shape=(2, 6), "
                         "target_shape=(5)."));
  EXPECT_THROW(Reshape({4, -1})(ops::zeros({2, 6})), ShapeError);
}

TEST(Reshape, RefusesAConfigWithoutATarget) {
  EXPECT_THAT(
      [] {
        Reshape::from_config({{"name", "r"}});
      },
      Raises("Reshape: a config needs a target_shape. Received: {\"name\":\"r\"}."));
}

}  // namespace reshaping_test
}  // namespace strata
