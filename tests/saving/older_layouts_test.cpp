// Models in the config layouts of Keras 2 and TensorFlow.js.
#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/layer.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/saving/model_from_json.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

// A Keras 2 entry: an object with two keys, and the input's shape in the first layer.
Config dense(const char* name, int units, const char* input = "{}") {
  Config config = {
      {"name", name},
      {"trainable", true},
      {"dtype", "float32"},
      {"units", units},
      {"kernel_regularizer", {{"class_name", "L1L2"}, {"config", {{"l1", 0.0}, {"l2", 0.5}}}}}};
  config.update(Config::parse(input));
  return {{"class_name", "Dense"}, {"config", std::move(config)}};
}

Config sequential(Config config) {
  return {{"class_name", "Sequential"}, {"config", std::move(config)}, {"keras_version", "2.2.2"}};
}

void expect_two_dense_layers(const Config& object) {
  const auto model = model_from_json(object.dump());
  ASSERT_EQ(model->layers().size(), 2U) << object;
  EXPECT_EQ(model->get_layer(0).name(), "first");
  EXPECT_EQ(model->count_params(), 4 * 3 + 3 + 3 * 2 + 2);
  (*model)(ops::ones({5, 4}));
  EXPECT_EQ(model->losses().size(), 2U);
  EXPECT_EQ(model_from_json(model->to_json())->to_json(), model->to_json());
}

TEST(OlderLayout, ShapeOfTheInputInTheFirstLayer) {
  for (const char* input :
       {R"({"batch_input_shape": [null, 4]})", R"({"input_shape": [4]})", R"({"input_dim": 4})"}) {
    expect_two_dense_layers(
        sequential({{"name", "net"}, {"layers", {dense("first", 3, input), dense("second", 2)}}}));
  }
}

TEST(OlderLayout, ShapeOfTheInputBehindAnInputLayerSaysNothing) {
  const Config entry = {{"class_name", "InputLayer"},
                        {"config", {{"batch_input_shape", {nullptr, 4}}, {"name", "entry"}}}};
  expect_two_dense_layers(sequential(
      {{"name", "net"},
       {"layers",
        {entry, dense("first", 3, R"({"batch_input_shape": [null, 4]})"), dense("second", 2)}}}));
}

TEST(OlderLayout, ListOfLayersInPlaceOfAConfig) {
  expect_two_dense_layers(
      sequential({dense("first", 3, R"({"batch_input_shape": [null, 4]})"), dense("second", 2)}));
}

TEST(OlderLayout, Wrappers) {
  const Config model = sequential(
      {{"name", "net"},
       {"layers", {dense("first", 3, R"({"batch_input_shape": [null, 4]})"), dense("second", 2)}}});
  expect_two_dense_layers({{"model_config", model}, {"training_config", {{"loss", "mystery"}}}});
  expect_two_dense_layers({{"format", "layers-model"}, {"modelTopology", model}});
  expect_two_dense_layers(
      {{"modelTopology", {{"keras_version", "2.4.0"}, {"model_config", model}}}});
}

TEST(OlderLayout, SequentialInASequential) {
  const Config inner =
      sequential({dense("inside", 3, R"({"batch_input_shape": [null, 4]})"), dense("end", 2)});
  const Config outer = sequential({{"name", "net"}, {"layers", {inner}}});
  const auto model = model_from_json(outer.dump());
  EXPECT_EQ((*model)(ops::ones({5, 4})).shape(), Shape({5, 2}));
}

TEST(OlderLayout, ShapesThatAreNoneAreRefused) {
  for (const char* input : {R"({"batch_input_shape": [null, "4"]})", R"({"batch_input_shape": 4})",
                            R"({"input_shape": [0]})", R"({"input_dim": -1})"}) {
    const Config object =
        sequential({{"name", "net"}, {"layers", {dense("first", 3, input), dense("second", 2)}}});
    EXPECT_THAT([&] { model_from_json(object.dump()); },
                Throws<InvalidArgument>(Property(&std::exception::what, HasSubstr("layers[0]"))))
        << input;
  }
}

TEST(OlderLayout, WordsOfRules) {
  const char* rules = R"({"batch_input_shape": [null, 4],
      "kernel_regularizer": {"class_name": "L2", "config": {"l": 0.5}},
      "bias_regularizer": {"class_name": "L1L2", "config": {"l1": 0.25, "l2": 0.0}},
      "kernel_initializer": {"class_name": "Zeros", "config": {"dtype": "float32"}}})";
  const auto model = model_from_json(
      sequential({{"name", "net"}, {"layers", {dense("first", 3, rules), dense("b", 2)}}}).dump());
  const Config config = model->get_layer("first").get_config();
  EXPECT_EQ(config["kernel_regularizer"]["config"]["l2"], 0.5);
  EXPECT_EQ(config["bias_regularizer"]["config"]["l1"], 0.25);
}

TEST(OlderLayout, WordsOfLossesAndMetrics) {
  Config object = sequential(
      {{"name", "net"}, {"layers", {dense("first", 3, R"({"input_dim": 4})"), dense("b", 2)}}});
  object["compile_config"] = Config::parse(R"({"optimizer": "sgd",
      "loss": {"class_name": "Huber", "config": {"reduction": "auto", "delta": 2.0, "fn": "huber"}},
      "metrics": [[{"class_name": "MeanMetricWrapper",
                    "config": {"name": "error", "dtype": "float32", "fn": "mean_absolute_error"}}]]})");
  const auto model = model_from_json(object.dump());
  EXPECT_EQ(model->metrics_names(), std::vector<std::string>({"loss", "error"}));
  EXPECT_EQ(model->get_compile_config()["loss"]["config"]["reduction"], "sum_over_batch_size");
}

TEST(ModelFromJson, WithoutCompileReadsNothingOfTheTraining) {
  Config object = sequential(
      {{"name", "net"}, {"layers", {dense("first", 3, R"({"input_dim": 4})"), dense("b", 2)}}});
  object["compile_config"] = {{"optimizer", "mystery"}, {"loss", "mse"}};
  EXPECT_THROW(model_from_json(object.dump()), InvalidArgument);
  EXPECT_FALSE(model_from_json(object.dump(), {.compile = false})->compiled());
  object["compile_config"]["optimizer"] = "sgd";
  EXPECT_TRUE(model_from_json(object.dump())->compiled());
}

}  // namespace
}  // namespace strata
