// Paths of weights and random streams, from a model and where they were made.
#include <gmock/gmock.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using layers::BatchNormalization;
using layers::Dense;
using layers::Dropout;
using layers::Input;
using ::testing::ElementsAre;
using testing::IsClose;
using testing::Raises;

std::vector<std::string> names_of(const Layer& layer) {
  std::vector<std::string> names;
  for (const NamedWeight& each : layer.named_weights()) names.push_back(each.path);
  return names;
}

std::vector<std::string> paths_of(const Layer& layer) {
  std::vector<std::string> paths;
  for (const Variable& weight : layer.weights()) paths.push_back(weight.path());
  return paths;
}

std::vector<std::string> streams_of(const Layer& layer) {
  std::vector<std::string> paths;
  for (const auto& entry : layer.random_states()) paths.push_back(entry.first);
  return paths;
}

std::shared_ptr<Layer> dense(std::string name) {
  return std::make_shared<Dense>(
      layers::DenseOptions{.units = 2, .use_bias = false, .name = std::move(name)});
}

// A layer of one's own: a weight, and sub-layers that are called one after another.
class Chain : public Layer {
 public:
  explicit Chain(std::vector<std::shared_ptr<Layer>> parts, std::string name = "chain")
      : Layer("Chain", std::move(name)) {
    for (auto& part : parts) track(std::move(part));
  }
  Tensor call(const Tensor& inputs, const CallContext& context) override {
    Tensor outputs = scale_ * inputs;
    for (const auto& part : sublayers()) outputs = (*part)(outputs, context);
    return outputs;
  }

 protected:
  void create_weights(const Shape&) override {
    scale_ = add_weight({.name = "scale", .shape = {}, .initializer = "ones"});
  }

 private:
  Variable scale_;
};

TEST(NamedWeights, StandInTheOrderOfWeights) {
  Sequential inner({Dense({.units = 3, .name = "a"}), BatchNormalization({.name = "norm"})});
  Sequential model({Dense({.units = 2, .name = "front"}), std::move(inner), dense("back")});
  model.build({1, 4});
  const std::string nested = model.get_layer(1).name();
  EXPECT_THAT(names_of(model), ElementsAre("front/kernel", "front/bias", nested + "/a/kernel",
                                           nested + "/a/bias", nested + "/norm/gamma",
                                           nested + "/norm/beta", nested + "/norm/moving_mean",
                                           nested + "/norm/moving_variance", "back/kernel"));
  const std::vector<Variable> weights = model.weights();
  const std::vector<NamedWeight> named = model.named_weights();
  for (std::size_t i = 0; i < weights.size(); ++i) EXPECT_TRUE(named[i].weight == weights[i]);
  EXPECT_THAT(names_of(model.get_layer(0)), ElementsAre("kernel", "bias"));
  EXPECT_TRUE(names_of(Dense({.units = 2})).empty()) << "not built";
}

TEST(NamedWeights, OfASharedLayerStandAtItsFirstPlace) {
  const auto shared = dense("shared");
  Chain chain({std::make_shared<Chain>(std::vector{shared}, "inside"), shared, dense("last")});
  chain(ops::ones({1, 2}));
  EXPECT_THAT(names_of(chain),
              ElementsAre("scale", "inside/scale", "inside/shared/kernel", "last/kernel"));
}

TEST(NamedWeights, OfLayersWithTheSameNameAreNumbered) {
  Chain chain({dense("d"), dense("d"), dense("d_1"), dense("d")});
  chain(ops::ones({1, 2}));
  EXPECT_THAT(names_of(chain),
              ElementsAre("scale", "d/kernel", "d_2/kernel", "d_1/kernel", "d_3/kernel"));
}

TEST(Paths, HoldTheModelsThatTheWeightWasMadeIn) {
  Sequential model({.layers = {Input({4}), dense("first"), dense("second")}, .name = "net"});
  EXPECT_THAT(paths_of(model), ElementsAre("net/first/kernel", "net/second/kernel"));

  Sequential outer(
      {.layers = {Sequential({.layers = {dense("d")}, .name = "inner"})}, .name = "outer"});
  outer(ops::ones({1, 2}));
  EXPECT_THAT(paths_of(outer), ElementsAre("outer/inner/d/kernel"));
}

TEST(Paths, AreTheSameWhetherBuiltOrCalled) {
  Chain chain({std::make_shared<Chain>(std::vector{dense("d")}, "inside")}, "outside");
  chain(ops::ones({1, 2}));
  EXPECT_THAT(paths_of(chain),
              ElementsAre("outside/scale", "outside/inside/scale", "outside/inside/d/kernel"));
}

TEST(Paths, OfALayerBuiltBeforeItWasAddedStayAsTheyWere) {
  const auto layer = dense("d");
  layer->build({1, 4});
  Sequential model({.layers = {layer}, .name = "net"});
  model.build({1, 4});
  EXPECT_THAT(paths_of(model), ElementsAre("d/kernel"));
  EXPECT_THAT(names_of(model), ElementsAre("d/kernel"));
}

TEST(Paths, OfAModelFromItsConfigAreThoseOfTheModel) {
  Sequential model({.layers = {Input({4}), dense("d")}, .name = "net"});
  const auto copy = layers::deserialize(layers::serialize(model));
  EXPECT_THAT(paths_of(*copy), ElementsAre("net/d/kernel"));
}

// Makes a weight with this name, or with these axes, when it is built.
class Making : public Layer {
 public:
  explicit Making(WeightOptions options) : options_(std::move(options)) {}
  Tensor call(const Tensor& inputs, const CallContext&) override { return inputs; }

 protected:
  void create_weights(const Shape&) override { add_weight(options_); }

 private:
  WeightOptions options_;
};

TEST(Paths, AreSplitAtSlashesSoNoWeightsNameHoldsOne) {
  Making layer({.name = "a/b", .shape = {2}});
  const std::string text =
      ": a weight's name must not contain '/', which separates the parts of its path. Received: "
      "a/b.";
  EXPECT_THAT([&] { layer.build({1, 2}); }, Raises<InvalidArgument>(layer.name() + text));
  EXPECT_FALSE(layer.built());
}

TEST(AddWeight, RefusesAxesThatTheShapeDoesNotHaveBeforeItDraws) {
  Making layer({.name = "w", .shape = {2}, .axes = {.input = 1}});
  const auto next_state = [] { return random::Generator(std::optional<std::uint64_t>()).state(); };
  set_random_seed(7);
  EXPECT_THAT(
      [&] {
        layer.build({1, 2});
      },
      Raises<InvalidArgument>(layer.name() +
                              ": w: the input axis must be one of the weight's, counted "
                              "from 0. Received: input=1, shape=(2,)."));
  const random::GeneratorState after_failure = next_state();
  set_random_seed(7);
  EXPECT_EQ(after_failure, next_state()) << "the failure has drawn";
}

TEST(RandomStates, AreListedByPath) {
  Sequential inner(
      {.layers = {Dropout({.rate = 0.5f, .seed = 3, .name = "drop"})}, .name = "inner"});
  Sequential model({dense("d"), Dropout({.rate = 0.5f, .name = "first"}), std::move(inner)});
  EXPECT_THAT(streams_of(model), ElementsAre("first/seed_generator", "inner/drop/seed_generator"));
  EXPECT_TRUE(streams_of(*dense("d")).empty());
  const random::GeneratorState state = model.random_states().at("inner/drop/seed_generator");
  EXPECT_EQ(state, (random::GeneratorState{.key = 3, .position = 0}));
}

TEST(RandomStates, OfAnotherModelContinueItsDraws) {
  const auto made = [] {
    return Sequential(
        {Dropout({.rate = 0.5f, .name = "a"}), Dropout({.rate = 0.25f, .name = "b"})});
  };
  Sequential model = made();
  Sequential other = made();
  const Tensor x = ops::ones({8, 8});
  model(x, {.training = true});
  other.set_random_states(model.random_states());
  EXPECT_EQ(other.random_states().at("a/seed_generator").position, 1U);
  EXPECT_THAT(other(x, {.training = true}), IsClose(model(x, {.training = true}), 0.0));
}

TEST(RandomStates, AreRefusedUnlessThereIsOnePerStream) {
  Sequential model({.layers = {Dropout({.rate = 0.5f, .seed = 1, .name = "a"}),
                               Dropout({.rate = 0.5f, .seed = 2, .name = "b"})},
                    .name = "net"});
  const auto before = model.random_states();
  auto states = before;
  states.at("a/seed_generator").position = 9;
  states.erase("b/seed_generator");
  const std::string text =
      "net: set_random_states takes one state per random stream; the streams are: "
      "a/seed_generator, b/seed_generator. Received: ";
  EXPECT_THAT([&] { model.set_random_states(states); },
              Raises<InvalidArgument>(text + "a/seed_generator."));
  EXPECT_THAT([&] { model.set_random_states({}); }, Raises<InvalidArgument>(text + "none."));
  EXPECT_EQ(model.random_states(), before);
}

}  // namespace
}  // namespace strata
