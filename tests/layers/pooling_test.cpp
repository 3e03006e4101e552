// Pooling layers: shapes, options, configs, bad input.
#include "strata/layers/pooling.hpp"

#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/global_pooling.hpp"
#include "strata/ops/array.hpp"
#include "strata/regularizers/l1.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using layers::AveragePooling1D;
using layers::AveragePooling2D;
using layers::GlobalAveragePooling1D;
using layers::GlobalAveragePooling3D;
using layers::GlobalMaxPooling2D;
using layers::MaxPooling1D;
using layers::MaxPooling2D;
using layers::MaxPooling3D;
using testing::IsClose;
using testing::Raises;

constexpr std::int64_t kAnyCount = Shape::kUnknown;

std::vector<std::string> keys_of(const Config& config) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : config.items()) keys.push_back(key);
  return keys;
}

TEST(Pooling, KnowsItsOutputsShape) {
  MaxPooling2D valid({.pool_size = {3, 2}, .strides = 2});
  EXPECT_EQ(valid.compute_output_shape({kAnyCount, 9, kAnyCount, 3}),
            (Shape{kAnyCount, 4, kAnyCount, 3}));
  AveragePooling1D same({.pool_size = 3, .padding = "same", .data_format = "channels_first"});
  EXPECT_EQ(same.compute_output_shape({4, kAnyCount, 8}), (Shape{4, kAnyCount, 3}));
}

TEST(GlobalPooling, KnowsItsOutputsShape) {
  GlobalMaxPooling2D flat;
  EXPECT_EQ(flat.compute_output_shape({kAnyCount, 9, kAnyCount, 3}), (Shape{kAnyCount, 3}));
  GlobalAveragePooling3D kept({.data_format = "channels_first", .keepdims = true});
  EXPECT_EQ(kept.compute_output_shape({2, 5, 3, kAnyCount, 4}), (Shape{2, 5, 1, 1, 1}));
}

TEST(Pooling, IsBuiltFromTheStart) {
  MaxPooling1D layer;
  EXPECT_TRUE(layer.built());
  layer(ops::ones({1, 4, 1}));
  EXPECT_FALSE(layers::serialize(layer).contains("build_config"));
  EXPECT_EQ(layer.count_params(), 0);
}

TEST(Pooling, PaysForItsActivity) {
  MaxPooling1D layer({.activity_regularizer = regularizers::L1(0.5f)});
  layer(ops::full({2, 4, 3}, -2.0f));
  ASSERT_EQ(layer.losses().size(), 1U);
  EXPECT_THAT(layer.losses()[0], IsClose(Tensor(0.5f * 2.0f * 12.0f / 2.0f)));
}

TEST(GlobalPooling, PaysForItsActivity) {
  GlobalAveragePooling1D layer({.activity_regularizer = regularizers::L1(0.5f)});
  layer(ops::full({2, 4, 3}, -2.0f));
  ASSERT_EQ(layer.losses().size(), 1U);
  EXPECT_THAT(layer.losses()[0], IsClose(Tensor(0.5f * 2.0f * 6.0f / 2.0f)));
}

TEST(Pooling, WritesKerassKeysInKerassOrder) {
  const Config plain = MaxPooling2D({.pool_size = {3, 2}, .padding = "Same"}).get_config();
  EXPECT_THAT(keys_of(plain), ::testing::ElementsAre("name", "trainable", "dtype", "pool_size",
                                                     "padding", "strides", "data_format"));
  EXPECT_EQ(plain["strides"], Config::array({3, 2}));
  EXPECT_EQ(plain["padding"], "same");
  const Config regularized =
      AveragePooling2D({.pool_size = 2, .activity_regularizer = "l1"}).get_config();
  EXPECT_EQ(keys_of(regularized)[3], "activity_regularizer");
  EXPECT_THAT(keys_of(layers::GlobalMaxPooling3D().get_config()),
              ::testing::ElementsAre("name", "trainable", "dtype", "data_format", "keepdims"));
}

template <class L>
void expect_round_trip(const L& layer, const std::string& class_name) {
  const Config written = layers::serialize(layer);
  EXPECT_EQ(written["class_name"], class_name);
  EXPECT_EQ(layers::serialize(*layers::deserialize(written)), written);
}

TEST(Pooling, ComesBackFromItsConfig) {
  expect_round_trip(MaxPooling3D({.pool_size = {1, 2, 3},
                                  .strides = {3, 2, 1},
                                  .padding = "same",
                                  .data_format = "channels_first",
                                  .activity_regularizer = regularizers::L1(0.5f),
                                  .name = "largest"}),
                    "MaxPooling3D");
  expect_round_trip(AveragePooling1D({.pool_size = 3, .strides = 1}), "AveragePooling1D");
  expect_round_trip(GlobalMaxPooling2D({.data_format = "channels_first", .keepdims = true}),
                    "GlobalMaxPooling2D");
  expect_round_trip(GlobalAveragePooling1D({.activity_regularizer = "l2", .name = "mean"}),
                    "GlobalAveragePooling1D");
}

TEST(Pooling, TakesAConfigOfFewKeys) {
  const MaxPooling2D layer = MaxPooling2D::from_config({{"strides", nullptr}});
  EXPECT_EQ(layer.get_config()["strides"], Config::array({2, 2}));
  EXPECT_THAT(
      [] { AveragePooling2D::from_config(Config::object()); },
      Raises("AveragePooling2D: pool_size must be positive, for each of the 2 spatial axes. "
             "Received: pool_size=(0, 0)."));
}

TEST(Pooling, RefusesOptionsOutOfRange) {
  EXPECT_THAT(
      [] {
        MaxPooling2D({.pool_size = {2, 0}});
      },
      Raises("MaxPooling2D: pool_size must be positive, for each of the 2 spatial axes. "
             "Received: pool_size=(2, 0)."));
  EXPECT_THAT([] { MaxPooling2D({.strides = -1}); },
              Raises("MaxPooling2D: strides must be positive, for each of the 2 spatial axes. "
                     "Received: strides=(-1, -1)."));
  EXPECT_THAT([] { AveragePooling1D({.pool_size = 2, .padding = "causal"}); },
              Raises("AveragePooling1D: padding must be \"valid\" or \"same\". Received: "
                     "padding=causal."));
  EXPECT_THAT([] { MaxPooling3D({.data_format = "last"}); },
              Raises("MaxPooling3D: data_format must be \"channels_last\" or \"channels_first\". "
                     "Received: data_format=last."));
  EXPECT_THAT([] { GlobalMaxPooling2D({.data_format = "last"}); },
              Raises("GlobalMaxPooling2D: data_format must be \"channels_last\" or "
                     "\"channels_first\". Received: data_format=last."));
}

TEST(Pooling, RefusesInputsThatDoNotFit) {
  MaxPooling2D layer({.pool_size = 3, .name = "p"});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({1, 4, 4}));
      },
      Raises<ShapeError>("p: the input must have rank 4: batch, two spatial, channels. "
                         "Received: shape=(1, 4, 4)."));
  EXPECT_THAT(
      [&] {
        layer.compute_output_shape({kAnyCount, 5, 2, 3});
      },
      Raises<ShapeError>("p: the output would be empty: pool_size=3 with dilation 1 is more "
                         "than spatial axis 1 has. Received: shape=(None, 5, 2, 3)."));
  GlobalAveragePooling1D global({.name = "g"});
  EXPECT_THAT(
      [&] {
        global(ops::ones({2, 0, 3}));
      },
      Raises<ShapeError>("g: there must be something to pool: spatial extents above 0. "
                         "Received: shape=(2, 0, 3)."));
}

}  // namespace
}  // namespace strata
