// Activation, ReLU and its kin, ELU, Softmax and Identity as layers.
#include <cmath>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/activation.hpp"
#include "strata/layers/elu.hpp"
#include "strata/layers/identity.hpp"
#include "strata/layers/leaky_relu.hpp"
#include "strata/layers/prelu.hpp"
#include "strata/layers/relu.hpp"
#include "strata/layers/softmax.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;

constexpr std::int64_t kAny = Shape::kUnknown;

Config own_keys(Config config) {
  for (const char* key : {"name", "trainable", "dtype"}) config.erase(key);
  return config;
}

TEST(ActivationLayer, AppliesItsActivation) {
  const Tensor x({2}, {-1.0f, 2.0f});
  EXPECT_THAT(layers::Activation("relu")(x), IsClose(Tensor({2}, {0.0f, 2.0f})));
  EXPECT_THAT(layers::Activation({.activation = "softsign"})(x),
              IsClose(Tensor({2}, {-0.5f, 2.0f / 3.0f})));
  EXPECT_THAT(layers::Activation(nullptr)(x), IsClose(x, 0.0));
}

TEST(ActivationLayer, IsWrittenByName) {
  EXPECT_EQ(own_keys(layers::Activation("swish").get_config()).dump(), R"({"activation":"silu"})");
  EXPECT_EQ(own_keys(layers::Activation(nullptr).get_config()).dump(),
            R"({"activation":"linear"})");
}

TEST(ActivationLayer, KnowsItsOutputsShape) {
  EXPECT_EQ(layers::Activation("tanh").compute_output_shape({kAny, kAny, 4}),
            Shape({kAny, kAny, 4}));
  EXPECT_EQ(layers::Activation("glu").compute_output_shape({kAny, 3, 4}), Shape({kAny, 3, 2}));
}

TEST(ActivationLayer, KnowsItsOutputsShapeWithoutACall) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 40;  // no such tensor can be made
  EXPECT_EQ(layers::Activation("softmax").compute_output_shape({kAny, kHuge}),
            Shape({kAny, kHuge}));
  EXPECT_EQ(layers::Activation("glu").compute_output_shape({kAny, kAny, kHuge}),
            Shape({kAny, kAny, kHuge / 2}));
  EXPECT_EQ(layers::Activation("glu").compute_output_shape({3, kAny}), Shape({3, kAny}));
  EXPECT_THAT(
      [] {
        layers::Activation("glu").compute_output_shape({kAny, 3});
      },
      Raises<ShapeError>("glu: the extent along the axis must be even. Received: axis=-1, "
                         "shape=(None, 3)."));
  const auto softmax_along = [](int axis) {
    return layers::Activation::from_config(
        {{"activation", {{"class_name", "Softmax"}, {"config", {{"axis", axis}}}}}});
  };
  EXPECT_EQ(softmax_along(1).compute_output_shape({kAny, kHuge}), Shape({kAny, kHuge}));
  EXPECT_THROW(softmax_along(2).compute_output_shape({kAny, kHuge}), ShapeError);
}

TEST(ActivationLayer, CallsAUsersFunctionForItsOutputsShape) {
  const auto first = [](const Tensor& x) { return ops::slice(x, {0, 0}, {-1, 1}); };
  EXPECT_EQ(layers::Activation(first).compute_output_shape({kAny, 3}), Shape({kAny, 1}));
}

TEST(ActivationLayer, NamesTheLayerOfAnUnknownName) {
  EXPECT_THROW(layers::Activation("typo"), InvalidArgument);
  EXPECT_THROW(layers::Activation::from_config({{"activation", "typo"}}), InvalidArgument);
}

TEST(ReLULayer, IsWrittenAsKerasWritesIt) {
  EXPECT_EQ(own_keys(layers::ReLU().get_config()).dump(),
            R"({"max_value":null,"negative_slope":0.0,"threshold":0.0})");
}

TEST(ReLULayer, IsNamedByKerassRule) { EXPECT_EQ(layers::ReLU().name().substr(0, 5), "re_lu"); }

TEST(ReLULayer, RefusesNegativeParameters) {
  EXPECT_THAT([] { layers::ReLU({.max_value = -1.0f}); },
              Raises("ReLU: max_value must be finite and >= 0. Received: max_value=-1."));
  EXPECT_THAT([] { layers::ReLU({.negative_slope = -0.5f}); },
              Raises("ReLU: negative_slope must be finite and >= 0. Received: "
                     "negative_slope=-0.5."));
  EXPECT_THAT([] { layers::ReLU({.threshold = -1.0f}); },
              Raises("ReLU: threshold must be finite and >= 0. Received: threshold=-1."));
}

TEST(SoftmaxLayer, TakesSeveralAxesTogether) {
  const Tensor x({2, 2, 2}, {1, 2, 3, 4, 0, 0, 0, 0});
  layers::Softmax softmax({.axis = {1, 2}});
  const Tensor y = softmax(x);
  EXPECT_THAT(ops::sum(y, {1, 2}), IsClose(Tensor({2}, {1.0f, 1.0f})));
  EXPECT_NEAR(y.values()[3] / y.values()[0], std::exp(3.0f), 1e-3);
  EXPECT_LT(gradient_gap([&](const Tensor& at) { return softmax(at); }, x), 1e-3);
}

TEST(SoftmaxLayer, WritesItsAxisAsItWasGiven) {
  EXPECT_EQ(own_keys(layers::Softmax().get_config()).dump(), R"({"axis":-1})");
  EXPECT_EQ(own_keys(layers::Softmax({.axis = {1, 2}}).get_config()).dump(), R"({"axis":[1,2]})");
}

TEST(SoftmaxLayer, RefusesAxesThatAreNotThere) {
  EXPECT_THAT(
      [] {
        layers::Softmax({.axis = 2, .name = "s"})(ops::zeros({2, 2}));
      },
      Raises<ShapeError>("s: axis must lie in [-2, 2) for rank 2. Received: axis=2, "
                         "shape=(2, 2)."));
  EXPECT_THAT([] { layers::Softmax({.axis = std::vector<int>()}); },
              Raises("Softmax: axis must name at least one axis. Received: axis=[]."));
}

TEST(LeakyReLULayer, ReadsTheSlopeOfKeras2) {
  EXPECT_EQ(layers::LeakyReLU::from_config({{"alpha", 0.25}}).negative_slope(), 0.25f);
  EXPECT_EQ(own_keys(layers::LeakyReLU().get_config()).dump(), R"({"negative_slope":0.3})");
  EXPECT_THAT([] { layers::LeakyReLU(-1.0f); },
              Raises("LeakyReLU: negative_slope must be finite and >= 0. Received: "
                     "negative_slope=-1."));
}

TEST(ELULayer, IsWrittenInKerassOrder) {
  std::vector<std::string> keys;
  const Config config = layers::ELU(0.5f).get_config();
  for (const auto& [key, value] : config.items()) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"name", "alpha", "trainable", "dtype"}));
  EXPECT_THAT([] { layers::ELU({.alpha = INFINITY}); },
              Raises("ELU: alpha must be finite. Received: alpha=inf."));
}

TEST(PReLULayer, SharesSlopesAlongAxes) {
  layers::PReLU layer({.shared_axes = AxisList{1, 2}});
  layer.build({kAny, kAny, 5, 3});
  EXPECT_EQ(layer.alpha().shape(), Shape({1, 1, 3}));
  EXPECT_EQ(layer(ops::ones({2, 4, 5, 3})).shape(), Shape({2, 4, 5, 3}));
  EXPECT_EQ(layer.get_config()["shared_axes"], Config::array({1, 2}));
  EXPECT_EQ(layers::PReLU({.shared_axes = 1}).get_config()["shared_axes"], Config::array({1}));
  EXPECT_TRUE(layers::PReLU().get_config()["shared_axes"].is_null());
}

TEST(PReLULayer, RefusesInputsThatDoNotFit) {
  EXPECT_THAT(
      [] {
        layers::PReLU({.name = "p"}).build({kAny, kAny, 3});
      },
      Raises<ShapeError>("p: axes that are not shared must be known. Received: "
                         "shape=(None, None, 3)."));
  for (const int axis : {0, 3}) {
    EXPECT_THAT(
        [&] {
          layers::PReLU({.shared_axes = axis, .name = "p"}).build({2, 4, 3});
        },
        Raises<ShapeError>("p: shared_axes must be axes of the inputs other than the batch's. "
                           "Received: axis " +
                           std::to_string(axis) + ", shape=(2, 4, 3)."));
  }
  layers::PReLU layer({.name = "p"});
  layer.build({2, 3});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({2, 4}));
      },
      Raises<ShapeError>("p: alpha has the shape (3,), as when the layer was built. "
                         "Received: shape=(2, 4)."));
}

TEST(IdentityLayer, PassesOnWhatItGets) {
  layers::Identity layer;
  const Tensor x({2}, {1, 2});
  EXPECT_THAT(layer(x), IsClose(x, 0.0));
  const Tensors both = layer(Tensors({x, ops::ones({3})}));
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(layer.compute_output_shapes({{2}, {3}}), (std::vector<Shape>{{2}, {3}}));
}

}  // namespace
}  // namespace strata
