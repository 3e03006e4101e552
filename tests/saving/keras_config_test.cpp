// Configs that Keras accepts and writes: keys of other releases, null for a default, options
// without effect. They load, and have the same meaning as in Keras.
#include <gtest/gtest.h>

#include "strata/activations/activation.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/initializers/random.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/metrics/binary_accuracy.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/adam_w.hpp"
#include "strata/optimizers/rmsprop.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/saving/clone_model.hpp"
#include "strata/saving/model_from_json.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace keras_config_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Raises;
using testing::RaisesWith;

// A Sequential with these layers after an InputLayer of 4 features.
Config net(const std::string& layers, const std::string& compile_config = "null") {
  return Config::parse(
      R"({"module": "keras", "class_name": "Sequential", "config": {"name": "net", "layers": [
         {"class_name": "InputLayer", "config": {"batch_shape": [null, 4]}}, )" +
      layers + R"(]}, "compile_config": )" + compile_config + "}");
}

std::shared_ptr<Model> load(const Config& object) { return model_from_json(object.dump()); }

std::shared_ptr<Layer> layer(const std::string& class_name, const std::string& config) {
  return layers::deserialize(
      {{"class_name", class_name}, {"config", Config::parse("{" + config + "}")}});
}

auto making(const std::string& class_name, const std::string& config) {
  return [=] { layer(class_name, config); };
}

std::string summary_of(Model& model) {
  std::string text;
  model.summary({.line_length = 100,
                 .show_regularizers = true,
                 .print_fn = [&](const std::string& table) { text = table; }});
  return text;
}

// ---- layers

TEST(KerasConfig, RuleForABiasThatIsNotThereIsListedNowhere) {
  const Config object = net(R"(
      {"class_name": "Dense", "config": {"name": "hidden", "units": 3, "use_bias": false,
        "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.5}},
        "bias_regularizer": {"class_name": "L1", "config": {"l1": 0.125}}}},
      {"class_name": "BatchNormalization", "config": {"name": "norm", "center": false,
        "scale": false, "beta_regularizer": "l2", "gamma_regularizer": "l1"}})",
                            R"({"optimizer": "sgd", "loss": "mse"})");
  const auto model = load(object);
  (*model)(ops::ones({2, 4}));
  ASSERT_EQ(model->penalties().size(), 1U);
  EXPECT_EQ(model->penalties()[0].source, "kernel");
  EXPECT_THAT(summary_of(*model), ::testing::Not(HasSubstr("bias")));
  EXPECT_THAT(summary_of(*model), ::testing::Not(HasSubstr("beta")));

  const Config written = Config::parse(model->to_json());
  const Config& dense = written.at("config").at("layers").at(1).at("config");
  EXPECT_EQ(dense.at("bias_regularizer").at("config").dump(), R"({"l1":0.125})");
  EXPECT_EQ(clone_model(*model)->to_json(), model->to_json());
  EXPECT_EQ(model_from_json(model->to_json())->to_json(), model->to_json());
  EXPECT_NO_THROW(model->train_on_batch(ops::ones({2, 4}), ops::ones({2, 3})));
}

TEST(KerasConfig, NullNameIsMadeUp) {
  EXPECT_TRUE(layer("Dense", R"("units": 3, "name": null)")->name().starts_with("dense"));
  EXPECT_TRUE(layer("ReLU", R"("name": null)")->name().starts_with("re_lu"));
  EXPECT_TRUE(layer("InputLayer", R"("batch_shape": [null, 4], "name": null)")
                  ->name()
                  .starts_with("input_layer"));
  Config object = net(R"({"class_name": "Dense", "config": {"units": 3}})");
  object["config"]["name"] = nullptr;
  EXPECT_TRUE(load(object)->name().starts_with("sequential"));
}

TEST(KerasConfig, NamesMayHoldOddCharacters) {
  const std::string name = "a b>c: é\"\\.#";
  Config object = net(R"({"class_name": "Dense", "config": {"units": 3}})");
  object["config"]["layers"][1]["config"]["name"] = name;
  EXPECT_EQ(load(object)->get_layer(0).name(), name);
  EXPECT_EQ(clone_model(*load(object))->get_layer(0).name(), name);
  EXPECT_THAT(making("Dense", R"("units": 3, "name": "a/b")"), RaisesWith("must not contain '/'"));
}

TEST(KerasConfig, TruthValuesMayBeNumbersOrNull) {
  const auto use_bias = [](const std::string& value) {
    return layer("Dense", R"("units": 3, "use_bias": )" + value)->get_config().at("use_bias");
  };
  for (const char* no :
       {"false", "0", "0.0", "null",
        R"({"class_name": "__tensor__", "config": {"value": false, "dtype": "bool"}})"})
    EXPECT_EQ(use_bias(no), false) << no;
  for (const char* yes :
       {"true", "1", "1.0",
        R"({"class_name": "__tensor__", "config": {"value": true, "dtype": "bool"}})"})
    EXPECT_EQ(use_bias(yes), true) << yes;
  for (const char* neither : {"2", "\"true\"", "[]", "{}"})
    EXPECT_THAT([&] { use_bias(neither); }, RaisesWith("use_bias must be true or false"))
        << neither;
  // Keras wants a boolean here.
  for (const char* flag : {"0", "1", "null"})
    EXPECT_THAT(making("Dense", R"("units": 3, "trainable": )" + std::string(flag)),
                RaisesWith("trainable must be true or false"))
        << flag;
}

TEST(KerasConfig, NumbersMayBeOfNumPysTypes) {
  const std::string quarter =
      R"({"class_name": "__tensor__", "config": {"value": 0.25, "dtype": "float32"}})";
  const std::string two =
      R"({"class_name": "__numpy__", "config": {"value": 2, "dtype": "int64"}})";
  EXPECT_EQ(layer("BatchNormalization", R"("momentum": )" + quarter)->get_config().at("momentum"),
            0.25);
  EXPECT_EQ(layer("Reshape", R"("target_shape": [)" + two + ", -1]")
                ->get_config()
                .at("target_shape")
                .dump(),
            "[2,-1]");
  EXPECT_THAT(making("Reshape", R"("target_shape": [)" + quarter + "]"),
              RaisesWith("target_shape must be a whole number"));
  EXPECT_THAT(making("BatchNormalization",
                     R"("momentum": {"class_name": "__tensor__", "config": {"value": [0.25]}})"),
              RaisesWith("momentum must be a number"));
}

TEST(KerasConfig, NullInitializerIsKerassDefault) {
  for (const char* slot : {"kernel_initializer", "bias_initializer"}) {
    const auto dense = layer("Dense", R"("units": 3, ")" + std::string(slot) + R"(": null)");
    EXPECT_EQ(dense->get_config().at(slot).at("class_name"), "GlorotUniform");
    EXPECT_NO_THROW((*dense)(ops::ones({2, 4})));
  }
  layers::Dense written({.units = 3, .kernel_initializer = nullptr});
  EXPECT_THROW(written(ops::ones({2, 4})), InvalidArgument);
}

TEST(KerasConfig, SeedOfAnInitializerMayBeAGenerator) {
  const InitializerSpec drawn(Config::parse(
      R"({"class_name": "RandomNormal", "config": {"stddev": 0.5, "seed": {"module": "keras.random",
          "class_name": "SeedGenerator", "config": {"seed": 3, "name": "seed_generator"}}}})"));
  const Tensor values = drawn(Shape({2, 2}));
  const Tensor expected = initializers::RandomNormal({.stddev = 0.5f, .seed = 3})(Shape({2, 2}));
  EXPECT_EQ(testing::relative_gap(values, expected), 0.0);
  EXPECT_THAT(
      [] {
        InitializerSpec(Config::parse(
            R"({"class_name": "RandomNormal", "config": {"seed": {"class_name": "Other"}}})"));
      },
      RaisesWith("seed must be a whole number"));
}

TEST(KerasConfig, KeysOfOtherReleasesSayNothing) {
  EXPECT_NO_THROW(layer("Dense", R"("units": 3, "lora_rank": null, "lora_alpha": null,
                                    "quantization_config": null, "autocast": false)"));
  EXPECT_NO_THROW(layer("Conv2D", R"("filters": 3, "kernel_size": 1, "lora_rank": null)"));
  EXPECT_NO_THROW(layer("Flatten", R"("autocast": true)"));
  EXPECT_NO_THROW(
      layer("BatchNormalization", R"("renorm": null, "renorm_momentum": 0.5, "synchronized": null,
                                     "renorm_clipping": {"rmax": 3.0})"));
  EXPECT_THAT(making("Dense", R"("units": 3, "lora_rank": 4)"),
              RaisesWith("unknown key in the config"));
  EXPECT_THAT(making("BatchNormalization", R"("renorm": true)"),
              RaisesWith("renorm is supported only as false"));
}

TEST(KerasConfig, EmptyRegisteredNameIsNone) {
  EXPECT_NO_THROW(layers::deserialize(
      {{"class_name", "Dense"}, {"registered_name", ""}, {"config", {{"units", 3}}}}));
}

TEST(KerasConfig, BuildConfigMayNameItsShapes) {
  for (const char* build : {R"({"shapes_dict": {"input_shape": [null, 4]}})",
                            R"({"input_shape": [null, 4], "more": 1})"}) {
    Config object = {{"class_name", "Dense"}, {"config", {{"units", 3}}}};
    object["build_config"] = Config::parse(build);
    EXPECT_EQ(layers::deserialize(object)->count_params(), 15) << build;
  }
}

TEST(KerasConfig, InputMayBeAsItIsConstructed) {
  const auto shape_of = [](const std::string& config) {
    const auto input = layer("InputLayer", config);
    return dynamic_cast<const layers::Input&>(*input).batch_shape();
  };
  EXPECT_EQ(shape_of(R"("shape": [4, 2], "batch_size": null)"), Shape({Shape::kUnknown, 4, 2}));
  EXPECT_EQ(shape_of(R"("shape": [4], "batch_size": 3)"), Shape({3, 4}));
  EXPECT_EQ(shape_of(R"("batch_shape": [null, 4], "shape": null, "sparse": null, "ragged": null,
                        "optional": true, "input_tensor": null, "type_spec": null)"),
            Shape({Shape::kUnknown, 4}));
  EXPECT_THAT([&] { shape_of(R"("shape": null)"); }, RaisesWith("a config needs a batch_shape"));
  EXPECT_THAT([&] { shape_of(R"("batch_shape": [null, 4], "sparse": true)"); },
              RaisesWith("sparse is supported only as false"));
}

TEST(KerasConfig, ActivityRegularizerOfAnInputIsDropped) {
  const auto input = layer("InputLayer", R"("batch_shape": [null, 4], "name": "i",
                                            "activity_regularizer": "l2")");
  (*input)(ops::ones({2, 4}));
  EXPECT_TRUE(input->losses().empty());
  EXPECT_FALSE(input->get_config().contains("activity_regularizer"));
  EXPECT_THAT([&] { input->set_activity_regularizer("l2"); },
              Raises("i: an Input can't have an activity regularizer. Received: one."));
}

TEST(KerasConfig, ActivityRegularizationTakesNullForNone) {
  const auto penalty = layer("ActivityRegularization", R"("l1": null, "l2": 0.5)");
  (*penalty)(ops::ones({2, 4}));
  ASSERT_EQ(penalty->losses().size(), 1U);
  EXPECT_FLOAT_EQ(penalty->losses()[0].item(), 2.0f);
}

TEST(KerasConfig, FactorsOfZeroLoad) {
  for (const char* rule : {R"({"class_name": "L1", "config": {"l1": 0}})",
                           R"({"class_name": "L2", "config": {"l2": -0.0}})",
                           R"({"class_name": "L1L2", "config": {"l1": null, "l2": 0.0}})"}) {
    const auto dense = layer("Dense", R"("units": 3, "kernel_regularizer": )" + std::string(rule));
    (*dense)(ops::ones({2, 4}));
    ASSERT_EQ(dense->losses().size(), 1U) << rule;
    EXPECT_EQ(dense->losses()[0].item(), 0.0f) << rule;
  }
}

TEST(KerasConfig, LayersAsActivations) {
  const Tensor x({1, 2}, {-1.0f, 1.0f});
  const auto activation = [&](const std::string& object) {
    const Tensor outputs = ActivationSpec(Config::parse(object))(x);
    const auto values = outputs.values();
    return std::vector<float>(values.begin(), values.end());
  };
  EXPECT_THAT(activation(R"({"class_name": "ReLU", "config": {"name": null, "max_value": 0.5,
                             "activity_regularizer": null}})"),
              ElementsAre(0.0f, 0.5f));
  EXPECT_THAT(activation(R"({"class_name": "ELU", "config": {"alpha": -0.5}})"),
              ElementsAre(::testing::FloatEq(0.31606027f), 1.0f));
  EXPECT_THAT(activation(R"({"class_name": "Softmax", "config": {"axis": [-1]}})"),
              ElementsAre(::testing::FloatEq(0.11920292f), ::testing::FloatEq(0.88079708f)));
  EXPECT_THAT(activation(R"({"class_name": "Softmax", "config": {"axis": [0, 1]}})"),
              ElementsAre(::testing::FloatEq(0.11920292f), ::testing::FloatEq(0.88079708f)));
  EXPECT_THAT(activation(R"({"module": "keras.activations", "class_name": "relu", "config": null,
                             "registered_name": "relu"})"),
              ElementsAre(0.0f, 1.0f));
}

// ---- compile

std::shared_ptr<Model> compiled(const std::string& compile_config) {
  return load(net(R"({"class_name": "Dense", "config": {"units": 2}})", compile_config));
}

TEST(KerasCompileConfig, LossWeightsWithoutALossHaveNoEffect) {
  const auto model = compiled(R"({"optimizer": "sgd", "loss": null, "loss_weights": 0.5})");
  EXPECT_EQ(model->get_compile_config().at("loss_weights"), 0.5);
  EXPECT_EQ(clone_model(*model)->get_compile_config(), model->get_compile_config());
  EXPECT_EQ(model->train_on_batch(ops::ones({2, 4}), ops::ones({2, 2})).at("loss"), 0.0);
  EXPECT_THAT([&] { model->compile({.loss_weights = 0.5f}); },
              Raises("net.compile: loss_weights needs a loss to weigh. Received: loss_weights=0.5 "
                     "and no loss."));
}

TEST(KerasCompileConfig, OneOutputMayStandInListsAndObjects) {
  const auto expected =
      compiled(R"({"optimizer": "sgd", "loss": "mse", "metrics": ["mae", "acc"]})");
  for (
      const char* same :
      {R"({"optimizer": "sgd", "loss": [["mse"]], "metrics": [["mae"], ["acc"]]})",
       R"({"optimizer": "sgd", "loss": {"dense": ["mse"]}, "metrics": {"dense": [["mae", "acc"]]}})",
       R"({"optimizer": "sgd", "loss": "mse", "loss_weights": [null],
            "metrics": [{"dense": ["mae", "acc"]}], "weighted_metrics": {}})"})
    EXPECT_EQ(compiled(same)->get_compile_config(), expected->get_compile_config()) << same;
}

TEST(KerasCompileConfig, MetricListedTwiceIsNumbered) {
  const auto model = compiled(R"({"optimizer": "sgd", "loss": "mse", "metrics": ["mae", "mae"]})");
  EXPECT_THAT(model->metrics_names(), ElementsAre("loss", "mae", "mae_1"));
}

TEST(KerasCompileConfig, LossesAndMetricsTakeNullAndPolicies) {
  const auto model = compiled(R"({"optimizer": "sgd",
      "loss": {"class_name": "MeanSquaredError", "config": {"name": null, "dtype":
        {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}}},
      "metrics": [{"class_name": "MeanSquaredError", "config": {"name": null, "dtype": null}}]})");
  EXPECT_THAT(model->metrics_names(), ElementsAre("loss", "mean_squared_error"));
  EXPECT_THAT(
      [] {
        compiled(R"({"loss": {"class_name": "MeanSquaredError", "config": {"dtype": "float16"}}})");
      },
      RaisesWith("dtype is supported only as \"float32\""));
}

// For logits, a threshold of 0 separates the classes.
TEST(KerasCompileConfig, BinaryAccuracyTakesAnyThreshold) {
  const MetricSpec metric(
      Config{{"class_name", "BinaryAccuracy"}, {"config", {{"threshold", 0.0}}}});
  EXPECT_EQ((*metric)(Tensor({2, 1}, {0, 1}), Tensor({2, 1}, {-3, 0.25f})), 1.0);
  EXPECT_EQ(metric->get_config().at("threshold"), 0.0);
  EXPECT_THAT([] { metrics::BinaryAccuracy({.threshold = 0.0f}); },
              Raises("BinaryAccuracy: threshold must lie in (0, 1). Received: threshold=0."));
}

TEST(KerasCompileConfig, LabelSmoothingMayBeNull) {
  for (const char* name : {"BinaryCrossentropy", "CategoricalCrossentropy"}) {
    const Config object = {{"class_name", name}, {"config", {{"label_smoothing", nullptr}}}};
    EXPECT_EQ(LossSpec(object)->get_config().at("label_smoothing"), 0.0) << name;
    EXPECT_EQ(MetricSpec(object)->get_config().at("label_smoothing"), 0.0) << name;
  }
}

TEST(KerasCompileConfig, OptionsOfTheRunMayBeNull) {
  EXPECT_NO_THROW(compiled(R"({"optimizer": "sgd", "run_eagerly": null, "auto_scale_loss": null,
                               "jit_compile": 0, "steps_per_execution": null})"));
}

TEST(KerasCompileConfig, OptimizersTakeAnEpsilonOfZero) {
  for (const char* name : {"Adam", "AdamW", "RMSprop"}) {
    const OptimizerSpec optimizer(
        Config{{"class_name", name}, {"config", {{"epsilon", 0.0}, {"learning_rate", 0.5}}}});
    EXPECT_EQ(optimizer->get_config().at("epsilon"), 0.0) << name;
    EXPECT_EQ(OptimizerSpec(optimizers::serialize(optimizer))->get_config(),
              optimizer->get_config());
    const Variable weight("w", Tensor({2}, {1.0f, 2.0f}));
    optimizer->apply({Tensor({2}, {0.5f, -0.5f})}, {weight});
    EXPECT_LT(weight.value().values()[0], 1.0f) << name;
    EXPECT_GT(weight.value().values()[1], 1.4f) << name;
    EXPECT_THAT(
        [&] {
          OptimizerSpec(Config{{"class_name", name}, {"config", {{"epsilon", -1}}}});
        },
        Raises(std::string(name) + ": epsilon must be finite and >= 0. Received: epsilon=-1."));
  }
  const std::string rule = ": epsilon must be finite and >= 1.18e-38. Received: epsilon=0.";
  EXPECT_THAT([] { optimizers::Adam({.epsilon = 0.0f}); }, Raises("Adam" + rule));
  EXPECT_THAT([] { optimizers::AdamW({.epsilon = 0.0f}); }, Raises("AdamW" + rule));
  EXPECT_THAT([] { optimizers::RMSprop({.epsilon = 0.0f}); }, Raises("RMSprop" + rule));
}

TEST(KerasCompileConfig, OptimizersTakeWhatHasNoEffect) {
  const OptimizerSpec optimizer(Config::parse(
      R"({"class_name": "SGD", "config": {"name": null, "learning_rate": 0.5, "nesterov": 0,
          "use_ema": null, "ema_momentum": null, "gradient_accumulation_steps": 0, "decay": 0.0}})"));
  EXPECT_EQ(optimizer->get_config(), optimizers::SGD({.learning_rate = 0.5f}).get_config());
  EXPECT_THAT(
      [] {
        OptimizerSpec(
            Config{{"class_name", "SGD"}, {"config", {{"gradient_accumulation_steps", 1}}}});
      },
      RaisesWith("gradient_accumulation_steps must be >= 2"));
}

}  // namespace keras_config_test
}  // namespace strata
