// LayerNormalization, GroupNormalization, RMSNormalization and UnitNormalization: options, weights
// and errors; their numbers are in layer_golden_test.cpp.
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/group_normalization.hpp"
#include "strata/layers/layer_normalization.hpp"
#include "strata/layers/rms_normalization.hpp"
#include "strata/layers/unit_normalization.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using layers::GroupNormalization;
using layers::LayerNormalization;
using layers::RMSNormalization;
using layers::UnitNormalization;
using testing::IsClose;
using testing::Raises;

constexpr std::int64_t kAny = Shape::kUnknown;

TEST(LayerNormalization, AgreesWithKerassDocumentation) {
  const Tensor x({5, 2}, {0, 10, 20, 30, 40, 50, 60, 70, 80, 90});
  const Tensor y = LayerNormalization()(x);
  for (const float value : y.values()) EXPECT_NEAR(std::abs(value), 1, 1e-4);
}

TEST(LayerNormalization, SortsTheAxesOfItsWeightsAsNumbers) {
  LayerNormalization layer({.axis = {1, -1}});
  layer.build({kAny, 3, 2, 4});
  EXPECT_EQ(layer.gamma().shape(), Shape({4, 3}));
  EXPECT_EQ(layer.get_config()["axis"], Config::array({-1, 1}));
  EXPECT_EQ(LayerNormalization({.axis = {1, -1}}).get_config()["axis"], Config::array({1, -1}));
  EXPECT_EQ(LayerNormalization().get_config()["axis"], -1);
}

TEST(LayerNormalization, TakesAnotherRankWhereTheAxesFit) {
  LayerNormalization layer;
  layer.build({kAny, 3, 4});
  EXPECT_EQ(layer(ops::ones({5, 4})).shape(), Shape({5, 4}));
}

TEST(LayerNormalization, HasOnlyTheWeightsItWasAskedFor) {
  LayerNormalization layer({.center = false, .scale = false});
  const Tensor x({2, 2}, {1, 3, -1, 4});
  EXPECT_THAT(layer(x), IsClose(ops::layer_normalization(x, {}, {}, -1, 1e-3f)));
  EXPECT_TRUE(layer.weights().empty());
}

TEST(LayerNormalization, RefusesBadOptions) {
  EXPECT_THAT([] { LayerNormalization({.axis = std::vector<int>()}); },
              Raises("LayerNormalization: axis must name at least one axis. Received: axis=[]."));
  EXPECT_THAT([] { LayerNormalization({.epsilon = -1.0f}); },
              Raises("LayerNormalization: epsilon must be finite and >= 0. Received: epsilon=-1."));
  EXPECT_THAT([] { LayerNormalization({.center = false, .beta_regularizer = "l2"}); },
              Raises("LayerNormalization: a beta_regularizer needs center. Received: "
                     "center=false."));
  EXPECT_THAT([] { LayerNormalization({.scale = false, .gamma_constraint = "non_neg"}); },
              Raises("LayerNormalization: a gamma_constraint needs scale. Received: "
                     "scale=false."));
  EXPECT_NO_THROW(LayerNormalization::from_config({{"center", false}, {"beta_regularizer", "l2"}}));
  EXPECT_NO_THROW(LayerNormalization::from_config({{"rms_scaling", false}}));
  EXPECT_THAT(
      [] {
        LayerNormalization::from_config({{"rms_scaling", true}});
      },
      Raises("LayerNormalization: rms_scaling is supported only as false. Received: "
             "rms_scaling=true."));
}

TEST(LayerNormalization, RefusesInputsThatDoNotFit) {
  EXPECT_THAT(
      [] {
        LayerNormalization({.axis = 2, .name = "n"}).build({3, 4});
      },
      Raises<ShapeError>("n: axis must lie in [-2, 2) for rank 2. Received: axis=2, "
                         "shape=(3, 4)."));
  EXPECT_THAT(
      [] {
        LayerNormalization({.axis = {1, -1}, .name = "n"}).build({3, 4});
      },
      Raises<ShapeError>("n: an axis must not be named twice. Received: axes=[1, -1], "
                         "shape=(3, 4)."));
  EXPECT_THAT(
      [] {
        LayerNormalization({.name = "n"}).build({3, kAny});
      },
      Raises<ShapeError>("n: the normalized axes must be known. Received: axis=-1, "
                         "shape=(3, None)."));
  LayerNormalization layer({.name = "n"});
  layer.build({3, 4});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({3, 5}));
      },
      Raises<ShapeError>("n: the normalized axes must have the extents (4,), as when the "
                         "layer was built. Received: shape=(3, 5)."));
}

TEST(GroupNormalization, WritesTheGroupsItFound) {
  GroupNormalization layer({.groups = -1});
  EXPECT_EQ(layer.get_config()["groups"], -1);
  layer.build({kAny, 3, 6});
  EXPECT_EQ(layer.get_config()["groups"], 6);
}

TEST(GroupNormalization, RefusesBadOptions) {
  for (const int groups : {0, -2}) {
    EXPECT_THAT([&] { GroupNormalization({.groups = groups}); },
                Raises("GroupNormalization: groups must be a positive integer, or -1. Received: "
                       "groups=" +
                       std::to_string(groups) + "."));
  }
  EXPECT_THAT([] { GroupNormalization({.scale = false, .gamma_regularizer = "l2"}); },
              Raises("GroupNormalization: a gamma_regularizer needs scale. Received: "
                     "scale=false."));
}

TEST(GroupNormalization, RefusesInputsThatDoNotFit) {
  EXPECT_THAT(
      [] {
        GroupNormalization({.groups = 4, .name = "g"}).build({3, 6});
      },
      Raises<ShapeError>("g: the groups, 4, must divide the channels. Received: 6 channels, "
                         "shape=(3, 6)."));
  EXPECT_THAT(
      [] {
        GroupNormalization({.groups = 3, .axis = 0, .name = "g"}).build({3, 6});
      },
      Raises<ShapeError>("g: axis must not be the batch's. Received: axis=0, shape=(3, 6)."));
  GroupNormalization layer({.groups = 2, .name = "g"});
  layer.build({3, 4});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({3, 6}));
      },
      Raises<ShapeError>("g: the input must have rank 2 and 4 channels, as when the layer "
                         "was built. Received: shape=(3, 6)."));
}

TEST(RMSNormalization, TakesAPenaltyOnItsScaleWithoutASlot) {
  RMSNormalization layer;
  layer.set_regularizer("scale", "l2");
  layer.build({3, 4});
  ASSERT_EQ(layer.penalties().size(), 1U);
  EXPECT_EQ(layer.penalties()[0].source, "scale");
  EXPECT_NEAR(layer.penalties()[0].value.item(), 0.04f, 1e-6);
}

TEST(UnitNormalization, TurnsZerosIntoZeros) {
  EXPECT_THAT(UnitNormalization()(ops::zeros({2, 3})), IsClose(ops::zeros({2, 3}), 0.0));
}

TEST(UnitNormalization, AgreesWithKerassNumbers) {
  const Tensor x({3, 2}, {1, 2, 3, 4, 5, 12});
  EXPECT_THAT(UnitNormalization()(x),
              IsClose(Tensor({3, 2}, {0.447214f, 0.894427f, 0.6f, 0.8f, 0.384615f, 0.923077f})));
}

TEST(UnitNormalization, WritesANumberAsANumberAndAListOfOneAsAList) {
  EXPECT_EQ(UnitNormalization({.axis = 1}).get_config()["axis"], 1);
  for (const char* axis : {"1", "[1]", "[1,-1]"}) {
    const Config config = {{"name", "unit"}, {"axis", Config::parse(axis)}};
    EXPECT_EQ(UnitNormalization::from_config(config).get_config()["axis"].dump(), axis);
  }
}

}  // namespace
}  // namespace strata
