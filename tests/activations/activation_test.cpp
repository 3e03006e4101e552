// The names and configs that activations go by.
#include "strata/activations/activation.hpp"

#include "activations/apply.hpp"
#include "strata/activations/functions.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/ops/elementwise.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using ops::FusedActivation;
using testing::IsClose;
using testing::Raises;

const Tensor kX({3}, {-1.0f, 0.5f, 2.0f});

TEST(ActivationSpec, KnowsEveryNameOfKeras) {
  for (const char* name :
       {"celu",        "elu",        "exponential", "gelu",       "hard_shrink", "hard_sigmoid",
        "hard_silu",   "hard_tanh",  "leaky_relu",  "linear",     "log_sigmoid", "log_softmax",
        "mish",        "relu",       "relu6",       "selu",       "sigmoid",     "silu",
        "soft_shrink", "softmax",    "softplus",    "softsign",   "sparse_plus", "sparse_sigmoid",
        "sparsemax",   "squareplus", "tanh",        "tanh_shrink"}) {
    EXPECT_EQ(activations::serialize(name), name);
    EXPECT_EQ(ActivationSpec(name)(kX).shape(), kX.shape()) << name;
  }
  EXPECT_EQ(activations::serialize("glu"), "glu");
}

TEST(ActivationSpec, WritesAliasesByTheirProperName) {
  EXPECT_EQ(activations::serialize("swish"), "silu");
  EXPECT_EQ(activations::serialize("hard_swish"), "hard_silu");
}

TEST(ActivationSpec, OfNothingIsWrittenLinear) {
  EXPECT_EQ(activations::serialize(nullptr), "linear");
  EXPECT_FALSE(activations::deserialize(nullptr));
}

TEST(ActivationSpec, IsCaseSensitiveAndNamesTheKnownOnes) {
  EXPECT_THAT(
      [] { ActivationSpec("ReLU"); },
      Raises("Activation: unknown identifier; did you mean relu? Known are celu, elu, exponential, "
             "gelu, glu, "
             "hard_shrink, hard_sigmoid, hard_silu, hard_swish, hard_tanh, leaky_relu, linear, "
             "log_sigmoid, log_softmax, mish, relu, relu6, selu, sigmoid, silu, soft_shrink, "
             "softmax, softplus, softsign, sparse_plus, sparse_sigmoid, sparsemax, squareplus, "
             "swish, tanh, tanh_shrink. Received: ReLU."));
}

TEST(FusedForm, IsKnownOfWhatOpsFuse) {
  using activations::fused_form;
  EXPECT_EQ(fused_form(nullptr), FusedActivation::linear);
  EXPECT_EQ(fused_form("linear"), FusedActivation::linear);
  EXPECT_EQ(fused_form("relu"), FusedActivation::relu);
  EXPECT_EQ(fused_form("sigmoid"), FusedActivation::sigmoid);
  EXPECT_EQ(fused_form("tanh"), FusedActivation::tanh);
  EXPECT_EQ(fused_form("gelu"), std::nullopt);
  EXPECT_EQ(fused_form([](const Tensor& x) { return activations::relu(x); }), std::nullopt);
}

TEST(ActivationSpec, KnowsABuiltInFunctionByItsAddress) {
  EXPECT_EQ(activations::serialize(activations::tanh), "tanh");
  EXPECT_EQ(activations::fused_form(activations::sigmoid), FusedActivation::sigmoid);
}

TEST(ActivationSpec, TakesACallable) {
  const ActivationSpec leaky = [](const Tensor& x) { return activations::leaky_relu(x, 0.1f); };
  EXPECT_THAT(leaky(kX), IsClose(Tensor({3}, {-0.1f, 0.5f, 2.0f})));
}

TEST(ActivationSpec, RefusesToSaveACallableWithoutAName) {
  const ActivationSpec nameless = [](const Tensor& x) { return x; };
  EXPECT_THROW(activations::serialize(nameless), InvalidArgument);
}

TEST(ActivationConfig, ReadsFunctionObjectsOfOlderReleases) {
  for (const char* module : {"keras.activations", "builtins"}) {
    const Config object = {{"module", module},
                           {"class_name", "function"},
                           {"config", "relu"},
                           {"registered_name", "function"}};
    EXPECT_EQ(activations::serialize(activations::deserialize(object)), "relu");
  }
}

TEST(ActivationConfig, RefusesAFunctionNobodyRegistered) {
  EXPECT_THAT(
      [] {
        activations::deserialize({{"class_name", "function"}, {"config", "pkg>mine"}});
      },
      Raises("Activation: unknown function; register it by register_serializable({.package = "
             "\"pkg\", .name = \"mine\"}, function) or pass custom_object(\"pkg>mine\", function) "
             "in custom_objects. Known are mish, linear, silu, tanh, celu, elu, gelu, glu, relu, "
             "selu, "
             "swish, ELU and 23 more. Received: pkg>mine."));
}

Config layer_object(const char* class_name, Config config) {
  config["name"] = "a";
  config["trainable"] = true;
  config["dtype"] = "float32";
  return {{"module", "keras.layers"},
          {"class_name", class_name},
          {"config", std::move(config)},
          {"registered_name", nullptr}};
}

TEST(ActivationConfig, MayBeALayersObject) {
  const auto of_x = [](const char* layer, Config config) {
    return activations::deserialize(layer_object(layer, std::move(config)))(kX);
  };
  EXPECT_THAT(of_x("ReLU", {{"max_value", 1.0}, {"negative_slope", 0.5}}),
              IsClose(Tensor({3}, {-0.5f, 0.5f, 1.0f})));
  EXPECT_THAT(of_x("LeakyReLU", Config::object()), IsClose(Tensor({3}, {-0.3f, 0.5f, 2.0f})));
  EXPECT_THAT(of_x("LeakyReLU", {{"alpha", 0.1}}), IsClose(Tensor({3}, {-0.1f, 0.5f, 2.0f})));
  EXPECT_THAT(of_x("ELU", {{"alpha", 2.0}}), IsClose(activations::elu(kX, 2.0f)));
  EXPECT_THAT(of_x("Softmax", {{"axis", 0}}), IsClose(activations::softmax(kX)));
}

TEST(ActivationConfig, OfALayerIsWrittenAsItWasRead) {
  const Config object = layer_object("ReLU", {{"max_value", 6.0}});
  EXPECT_EQ(activations::serialize(activations::deserialize(object)), object);
}

TEST(ActivationConfig, OfALayerIsChecked) {
  const auto reading = [](const char* layer, Config config) {
    return [=] { activations::deserialize(layer_object(layer, config)); };
  };
  EXPECT_THAT(reading("LeakyReLU", {{"negative_slope", -1.0}}),
              Raises("LeakyReLU: negative_slope must be finite and >= 0. Received: "
                     "negative_slope=-1."));
  EXPECT_THAT(reading("ELU", {{"beta", 1}}),
              Raises("ELU: unknown key in the config; known are name, trainable, dtype, alpha. "
                     "Received: beta=1."));
}

TEST(ActivationConfig, OfAnUnknownClassListsTheKnownOnes) {
  EXPECT_THAT(
      [] { activations::deserialize(layer_object("PReLU", Config::object())); },
      Raises("Activation: unknown class; pass custom_object<T>(\"PReLU\") in custom_objects. Known "
             "are relu, ReLU, celu, elu, gelu, relu6, selu, ELU, glu, silu, hard_silu, leaky_relu "
             "and 23 more. Received: class_name=PReLU, module=keras.layers."));
}

}  // namespace
}  // namespace strata
