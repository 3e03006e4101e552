// Layers that pad, crop, enlarge, resize and turn: options, configs, bad input. Their values are
// those of Keras in layer_golden_test.cpp.
#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/adaptive_pooling.hpp"
#include "strata/layers/center_crop.hpp"
#include "strata/layers/cropping.hpp"
#include "strata/layers/permute.hpp"
#include "strata/layers/repeat_vector.hpp"
#include "strata/layers/resizing.hpp"
#include "strata/layers/up_sampling.hpp"
#include "strata/layers/zero_padding.hpp"
#include "strata/ops/array.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using layers::AdaptiveAveragePooling2D;
using layers::AdaptiveMaxPooling1D;
using layers::CenterCrop;
using layers::Cropping1D;
using layers::Cropping2D;
using layers::Cropping3D;
using layers::Permute;
using layers::RepeatVector;
using layers::Resizing;
using layers::UpSampling1D;
using layers::UpSampling2D;
using layers::ZeroPadding1D;
using layers::ZeroPadding2D;
using layers::ZeroPadding3D;
using testing::IsClose;
using testing::Raises;

constexpr std::int64_t kAnyExtent = Shape::kUnknown;

TEST(ZeroPadding, TakesOneNumberOnePerAxisAndOnePerSide) {
  const auto written = [](const ZeroPadding2D& layer) { return layer.get_config()["padding"]; };
  EXPECT_EQ(written(ZeroPadding2D()), Config::parse("[[1, 1], [1, 1]]"));
  EXPECT_EQ(written(ZeroPadding2D(3)), Config::parse("[[3, 3], [3, 3]]"));
  EXPECT_EQ(written(ZeroPadding2D({.padding = {1, 2}})), Config::parse("[[1, 1], [2, 2]]"));
  EXPECT_EQ(written(ZeroPadding2D({.padding = {{1, 0}, {2, 1}}})),
            Config::parse("[[1, 0], [2, 1]]"));
  EXPECT_EQ(ZeroPadding1D({.padding = {1, 2}}).get_config()["padding"], Config::parse("[1, 2]"));
  EXPECT_EQ(ZeroPadding3D({.padding = {{1, 0}, {0, 2}, {1, 1}}}).get_config()["padding"],
            Config::parse("[[1, 0], [0, 2], [1, 1]]"));
}

TEST(ZeroPadding, ReadsEveryForm) {
  const auto read = [](const char* padding) {
    return ZeroPadding2D::from_config({{"padding", Config::parse(padding)}}).padding();
  };
  EXPECT_EQ(read("2"), PerSide<2>(2));
  EXPECT_EQ(read("[1, 2]"), (PerSide<2>(1, 2)));
  EXPECT_EQ(read("[[1, 0], 2]"), (PerSide<2>({1, 0}, {2, 2})));
  EXPECT_EQ(ZeroPadding1D::from_config({{"padding", {1, 2}}}).padding(), (PerSide<1>(1, 2)));
  EXPECT_THAT([&] { read("[1, 2, 3]"); },
              Raises("ZeroPadding2D: padding must be whole numbers, two for each axis. Received: "
                     "padding=[1,2,3]."));
  EXPECT_THAT([&] { read("[[1, 2, 3], 1]"); },
              Raises("ZeroPadding2D: padding must be whole numbers, two for each axis. Received: "
                     "padding=[[1,2,3],1]."));
}

TEST(ZeroPadding, RefusesNegativeNumbers) {
  EXPECT_THAT(
      [] {
        ZeroPadding2D({.padding = {{0, 0}, {0, -1}}});
      },
      Raises("ZeroPadding2D: padding must not be negative. Received: (0, -1) at spatial "
             "axis 1."));
}

TEST(Cropping, TakesNothingOffByDefaultInTwoDimensions) {
  EXPECT_EQ(Cropping1D().compute_output_shape({2, 5, 3}), (Shape{2, 3, 3}));
  EXPECT_EQ(Cropping2D().compute_output_shape({2, 5, 4, 3}), (Shape{2, 5, 4, 3}));
  EXPECT_EQ(Cropping3D().compute_output_shape({2, 5, 4, kAnyExtent, 3}),
            (Shape{2, 3, 2, kAnyExtent, 3}));
  EXPECT_FALSE(Cropping1D().get_config().contains("data_format"));
}

TEST(Cropping, RefusesToTakeEverything) {
  EXPECT_THAT(
      [] {
        Cropping2D({.cropping = {{2, 1}, {0, 0}}, .name = "c"})(ops::ones({1, 3, 4, 1}));
      },
      Raises<ShapeError>("c: cropping must be smaller than the spatial extents. Received: "
                         "(2, 1) at spatial axis 0, shape=(1, 3, 4, 1)."));
  EXPECT_THAT(
      [] {
        Cropping1D({.cropping = {0, -2}});
      },
      Raises("Cropping1D: cropping must not be negative. Received: (0, -2) at spatial axis "
             "0."));
}

TEST(UpSampling, RefusesOptionsOutOfRange) {
  EXPECT_THAT([] { UpSampling1D(0); },
              Raises("UpSampling1D: size must be a positive integer. Received: size=0."));
  EXPECT_THAT([] { UpSampling2D({.interpolation = "area"}); },
              Raises("UpSampling2D: interpolation must be \"nearest\", \"bilinear\", \"bicubic\", "
                     "\"lanczos3\" or \"lanczos5\". Received: interpolation=area."));
  EXPECT_EQ(UpSampling2D({.interpolation = "Bilinear"}).get_config()["interpolation"], "bilinear");
  EXPECT_EQ(UpSampling1D(3).get_config()["size"], 3);
}

TEST(AdaptivePooling, GivesTheSizeThatIsAskedFor) {
  AdaptiveAveragePooling2D layer({.output_size = {2, 3}, .data_format = "channels_first"});
  EXPECT_EQ(layer.compute_output_shape({kAnyExtent, 4, kAnyExtent, 7}),
            (Shape{kAnyExtent, 4, 2, 3}));
  EXPECT_EQ(layer.get_config()["output_size"], Config::parse("[2, 3]"));
  EXPECT_THAT(AdaptiveMaxPooling1D(1)(Tensor({1, 3, 1}, {1, 3, 2})),
              IsClose(Tensor({1, 1, 1}, {3})));
  EXPECT_THAT(
      [] { AdaptiveMaxPooling1D(0); },
      Raises("AdaptiveMaxPooling1D: output_size must be positive, for each of the 1 spatial "
             "axes. Received: output_size=(0)."));
  EXPECT_THAT([] { AdaptiveAveragePooling2D::from_config(Config::object()); },
              Raises("AdaptiveAveragePooling2D: output_size must be positive, for each of the 2 "
                     "spatial axes. Received: output_size=(0, 0)."));
}

TEST(Permute, RefusesWhatIsNoPermutation) {
  EXPECT_EQ(Permute({2, 1}).compute_output_shape({5, 4, 3}), (Shape{5, 3, 4}));
  EXPECT_THAT(
      [] {
        Permute({0, 1});
      },
      Raises("Permute: dims must have each axis of a sample once, counted from 1. Received: "
             "dims=(0, 1)."));
  EXPECT_THAT(
      [] {
        Permute({.dims = std::vector{2, 1}, .name = "p"})(ops::ones({2, 3}));
      },
      Raises<ShapeError>("p: the input must have rank 3: the batch, and dims=(2, 1). "
                         "Received: shape=(2, 3)."));
}

TEST(RepeatVector, RefusesWhatIsNoVector) {
  EXPECT_THAT([] { RepeatVector(0); },
              Raises("RepeatVector: n must be a positive integer. Received: n=0."));
  EXPECT_THAT(
      [] {
        RepeatVector({.n = 2, .name = "r"})(ops::ones({2, 3, 4}));
      },
      Raises<ShapeError>("r: the input must have rank 2: batch and features. Received: "
                         "shape=(2, 3, 4)."));
}

TEST(Resizing, TakesABatchOrAnImage) {
  Resizing layer(2, 6);
  EXPECT_EQ(layer.compute_output_shape({kAnyExtent, 5, kAnyExtent, 3}),
            (Shape{kAnyExtent, 2, 6, 3}));
  EXPECT_EQ(layer.compute_output_shape({5, 4, 3}), (Shape{2, 6, 3}));
  EXPECT_THAT([] { Resizing({.height = 2, .width = 0}); },
              Raises("Resizing: height and width must be positive. Received: height=2, width=0."));
  EXPECT_THAT([] { Resizing({.height = 2, .width = 2, .fill_mode = "reflect"}); },
              Raises("Resizing: fill_mode must be \"constant\". Received: fill_mode=reflect."));
  EXPECT_THAT(
      [] {
        Resizing({.height = 2, .width = 2, .name = "r"})(ops::ones({2, 2}));
      },
      Raises<ShapeError>("r: the input must be images, of rank 4, or one image, of rank 3. "
                         "Received: shape=(2, 2)."));
}

TEST(CenterCrop, ResizesWhatIsTooSmall) {
  CenterCrop layer(2, 2);
  EXPECT_THAT(layer(Tensor({1, 4, 2, 1}, {1, 2, 3, 4, 5, 6, 7, 8})),
              IsClose(Tensor({1, 2, 2, 1}, {3, 4, 5, 6})));
  EXPECT_THAT(layer(Tensor({1, 1, 2, 1}, {1, 2})), IsClose(Tensor({1, 2, 2, 1}, {1, 1, 1, 1})));
  EXPECT_THAT([] { CenterCrop({.height = -1, .width = 2}); },
              Raises("CenterCrop: height and width must be positive. Received: height=-1, "
                     "width=2."));
}

}  // namespace
}  // namespace strata
