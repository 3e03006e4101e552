// Sequential: adding, building and calling layers.
#include "strata/models/sequential.hpp"

#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/pooling.hpp"
#include "strata/layers/reshape.hpp"
#include "strata/layers/softmax.hpp"
#include "strata/ops/array.hpp"
#include "strata/saving/clone_model.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::Raises;

layers::Dense dense(int units, const char* name) {
  return layers::Dense({.units = units, .name = name});
}

TEST(Sequential, IsBuiltAtOnceByAnInput) {
  Sequential model({layers::Input({4}), dense(3, "a"), dense(2, "b")});
  EXPECT_TRUE(model.built());
  EXPECT_EQ(model.input_shape(), (Shape{Shape::kUnknown, 4}));
  EXPECT_EQ(model.output_shape(), (Shape{Shape::kUnknown, 2}));
  EXPECT_EQ(model.count_params(), 4 * 3 + 3 + 3 * 2 + 2);
}

TEST(Sequential, IsBuiltByTheFirstDataElse) {
  Sequential model({dense(3, "a")});
  EXPECT_FALSE(model.built());
  EXPECT_EQ(model(ops::ones({5, 4})).shape(), (Shape{5, 3}));
  EXPECT_EQ(model.input_shape(), (Shape{5, 4}));
  EXPECT_EQ(model(ops::ones({2, 4})).shape(), (Shape{2, 3}));
}

TEST(Sequential, GrowsAndShrinks) {
  Sequential model({layers::Input({4})});
  model.add(dense(3, "a"));
  model.add(dense(2, "b"));
  EXPECT_EQ(model.output_shape(), (Shape{Shape::kUnknown, 2}));
  model.pop();
  EXPECT_EQ(model.output_shape(), (Shape{Shape::kUnknown, 3}));
  EXPECT_EQ(model.layers().size(), 1U);
}

TEST(Sequential, GrowsAgainOnceEmptied) {
  Sequential model({.layers = {dense(2, "a")}, .name = "m"});
  model(ops::ones({1, 3}));
  model.pop();
  EXPECT_THAT([&] { model.add(layers::Input({.shape = Shape{5}, .name = "i"})); },
              Raises("m: an Input can only be the first layer. Received: i after 1 "
                     "layers."));
  EXPECT_EQ(clone_model(model)->get_config().at("layers").size(), 1U);
  model.add(dense(4, "b"));
  EXPECT_EQ(model(ops::ones({2, 3})).shape(), (Shape{2, 4}));
}

TEST(Sequential, TakesTheShapeOfAModelInFront) {
  Sequential model({Sequential({layers::Input({4}), dense(3, "a")}), dense(2, "b")});
  EXPECT_TRUE(model.built());
  EXPECT_EQ(model.weights().size(), 4U);
}

TEST(Sequential, SharesALayerThatIsHeldByPointer) {
  const auto shared =
      std::make_shared<layers::Dense>(layers::DenseOptions{.units = 4, .name = "shared"});
  Sequential one({layers::Input({4}), shared});
  Sequential two({layers::Input({4}), shared});
  EXPECT_EQ(one.weights().front(), two.weights().front());
}

TEST(Sequential, MovesWithItsLayers) {
  Sequential model({layers::Input({4}), dense(3, "a")});
  const Tensor before = model.predict_on_batch(ops::ones({1, 4}));
  const Sequential moved = std::move(model);
  EXPECT_EQ(moved.get_layer("a").count_params(), 15);
  EXPECT_EQ(moved.get_weights().size(), 2U);
}

TEST(Sequential, RefusesATakenName) {
  EXPECT_THAT(
      [] {
        Sequential({.layers = {dense(1, "a"), dense(1, "a")}, .name = "m"});
      },
      Raises("m: layer names must be unique in a model. Received: name=a, which is taken."));
}

TEST(Sequential, RefusesASecondInput) {
  EXPECT_THAT(
      [] {
        Sequential({.layers = {layers::Input({1}), layers::Input({.shape = Shape{1}, .name = "i"})},
                    .name = "m"});
      },
      Raises("m: an Input can only be the first layer. Received: i after 1 layers."));
}

TEST(Sequential, IsAsBeforeAfterALayerThatDoesNotFit) {
  Sequential model({.layers = {layers::Input({4}), dense(3, "a")}, .name = "m"});
  class Picky : public Layer {
   public:
    Picky() : Layer("Picky", "picky") {}
    Tensor call(const Tensor& inputs, const CallContext&) override { return inputs; }
    void check_input(const Shape&) const override {
      throw ShapeError("picky: no shape is good enough. Received: any.");
    }
  };
  EXPECT_THAT([&] { model.add(Picky()); },
              Raises<ShapeError>("picky: no shape is good enough. Received: any."));
  EXPECT_EQ(model.layers().size(), 1U);
  EXPECT_EQ(model.output_shape(), (Shape{Shape::kUnknown, 3}));
}

TEST(Sequential, RefusesALayerThatIsBuiltForOtherData) {
  const auto shared = std::make_shared<layers::Dense>(dense(2, "shared"));
  shared->build({1, 7});
  Sequential model({layers::Input({4}), dense(2, "a")});
  const std::vector<LayerHandle> strangers = {layers::Reshape({.target_shape = {5}}),
                                              layers::MaxPooling2D(), layers::Softmax({.axis = 5}),
                                              shared};
  for (const LayerHandle& stranger : strangers) {
    EXPECT_THROW(model.add(stranger), InvalidArgument) << stranger.layer()->name();
    EXPECT_EQ(model.layers().size(), 1U);
  }
  EXPECT_EQ(model(ops::ones({3, 4})).shape(), (Shape{3, 2}));
}

TEST(Sequential, ATrialOfALayerLeavesItsLosses) {
  class Charging : public Layer {
   public:
    Tensor call(const Tensor& inputs, const CallContext&) override {
      add_loss(Tensor(static_cast<float>(inputs.shape().front())));
      return inputs;
    }
  };
  const auto shared = std::make_shared<Charging>();
  (*shared)(ops::ones({5, 2}));
  Sequential model({layers::Input({4}), dense(2, "a")});
  model.add(shared);
  ASSERT_EQ(shared->losses().size(), 1U);
  EXPECT_EQ(shared->losses().front().item(), 5.0f);
}

TEST(Sequential, RefusesTheNameOfItsInput) {
  Sequential model({.layers = {layers::Input({.shape = Shape{4}, .name = "a"})}, .name = "m"});
  EXPECT_THAT(
      [&] { model.add(dense(1, "a")); },
      Raises("m: layer names must be unique in a model. Received: name=a, which is taken."));
  model.add(dense(1, "b"));
  EXPECT_EQ(model.layers().size(), 1U);
}

TEST(Sequential, MakesUpAnInputWithANameOfItsOwn) {
  Sequential model({dense(1, "input_layer"), dense(1, "input_layer_1")});
  model(ops::ones({1, 4}));
  EXPECT_EQ(model.get_config().at("layers").at(0).at("config").at("name"), "input_layer_2");
  EXPECT_EQ(clone_model(model)->get_layer(0).name(), "input_layer");
}

TEST(Sequential, AFailedBuildLeavesNoLayerBuilt) {
  Sequential model({.layers = {dense(3, "a"), dense(2, "b")}, .name = "m"});
  model.get_layer("b").set_regularizer("bias", "orthogonal_regularizer");
  EXPECT_ANY_THROW(model(ops::ones({1, 4})));
  EXPECT_FALSE(model.get_layer("a").built());
  EXPECT_TRUE(model.weights().empty());
}

TEST(Sequential, NamesItsLayersWhenOneIsMissing) {
  Sequential model({.layers = {dense(1, "a"), dense(1, "b")}, .name = "m"});
  EXPECT_THAT([&] { model.get_layer("c"); },
              Raises("m: there is no layer of this name; known are a, b. Received: c."));
  EXPECT_THAT([&] { model.get_layer(2); },
              Raises("m: a layer's index must lie in [0, 2). Received: 2."));
}

TEST(Sequential, EmptyOnesAreOfNoUse) {
  Sequential model(SequentialOptions{.name = "m"});
  EXPECT_THAT([&] { model.pop(); },
              Raises<StateError>("m: pop needs a layer. Received: an empty model."));
  EXPECT_THAT(
      [&] {
        model(ops::ones({1, 1}));
      },
      Raises<StateError>("m: a model needs layers. Received: an empty model."));
}

TEST(Input, RefusesExtentsBelowOne) {
  EXPECT_THAT(
      [] {
        layers::Input({0, 3});
      },
      Raises("Input: extents must be positive. Received: shape=(0, 3)."));
}

}  // namespace
}  // namespace strata
