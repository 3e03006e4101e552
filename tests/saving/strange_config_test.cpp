// Configs that Keras does not write today: older spellings, which load, and a stranger's, which are
// refused by name.
#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/dense.hpp"
#include "strata/models/sequential.hpp"
#include "strata/saving/model_from_json.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace strange_config_test {

using ::testing::HasSubstr;
using ::testing::Property;
using testing::Raises;
using testing::RaisesWith;
using ::testing::Throws;

// A Sequential of an InputLayer of 4 features and these layers.
Config net(std::vector<Config> layers) {
  Config list = Config::array();
  list.push_back({{"class_name", "InputLayer"}, {"config", {{"batch_shape", {nullptr, 4}}}}});
  for (Config& layer : layers) list.push_back(std::move(layer));
  return {{"module", "keras"},
          {"class_name", "Sequential"},
          {"config", {{"name", "net"}, {"layers", std::move(list)}}}};
}

Config dense(Config more = Config::object()) {
  Config config = {{"name", "hidden"}, {"units", 3}};
  config.update(more);
  return {{"module", "keras.layers"}, {"class_name", "Dense"}, {"config", std::move(config)}};
}

auto reading(const Config& object) {
  return [text = object.dump()] { model_from_json(text); };
}

const layers::Dense& first_dense(const Model& model) {
  return dynamic_cast<const layers::Dense&>(model.get_layer(0));
}

// ---- what loads

TEST(OlderConfig, MissingKeysTakeTheirDefaults) {
  const auto model =
      model_from_json(net({{{"class_name", "Dense"}, {"config", {{"units", 3}}}}}).dump());
  EXPECT_TRUE(first_dense(*model).name().starts_with("dense"));
  EXPECT_EQ(model->count_params(), 15);
  EXPECT_FALSE(model->compiled());
}

TEST(OlderConfig, RulesMayBeStringsOrTwoKeyObjects) {
  const auto model = model_from_json(
      net({dense({{"kernel_regularizer", "l2"},
                  {"bias_regularizer",
                   {{"class_name", "L1L2"}, {"config", {{"l1", 0.1}, {"l2", nullptr}}}}},
                  {"kernel_initializer", "ones"},
                  {"bias_initializer", {{"class_name", "Zeros"}, {"config", Config::object()}}},
                  {"activation", "tanh"}})})
          .dump());
  const layers::Dense& layer = first_dense(*model);
  EXPECT_EQ(regularizers::serialize(layer.kernel_regularizer())["config"].dump(), R"({"l2":0.01})");
  EXPECT_EQ(regularizers::serialize(layer.bias_regularizer())["config"].dump(),
            R"({"l1":0.1,"l2":0.0})");
}

TEST(OlderConfig, BuildConfigOfALayerBuildsIt) {
  Config object = net({dense()});
  object["config"]["layers"].erase(0);
  object["config"]["layers"][0]["build_config"] = {{"input_shape", {nullptr, 7}}};
  const auto model = model_from_json(object.dump());
  EXPECT_FALSE(model->built());
  EXPECT_EQ(model->get_layer(0).count_params(), 24);
}

TEST(OlderConfig, BuildConfigOfTheModelBuildsIt) {
  Config object = net({dense()});
  object["config"]["layers"].erase(0);
  object["build_config"] = {{"input_shape", {nullptr, 7}}};
  EXPECT_EQ(model_from_json(object.dump())->count_params(), 24);
}

TEST(OlderConfig, SharedObjectIdsAndForeignTopLevelKeysSayNothing) {
  Config layer = dense({{"dtype",
                         {{"module", "keras"},
                          {"class_name", "DTypePolicy"},
                          {"config", {{"name", "float32"}}},
                          {"registered_name", nullptr},
                          {"shared_object_id", 140254154511184}}}});
  layer["shared_object_id"] = 7;
  EXPECT_NO_THROW(model_from_json(net({layer}).dump()));
}

TEST(OlderConfig, InputLayerOfKeras2) {
  Config object = net({dense()});
  object["config"]["layers"][0]["config"] = {{"batch_input_shape", {nullptr, 4}},
                                             {"dtype", "float32"},
                                             {"sparse", false},
                                             {"ragged", false},
                                             {"name", "entry"}};
  EXPECT_EQ(model_from_json(object.dump())->count_params(), 15);
}

TEST(OlderConfig, BatchSizeOfAnInputBindsNobody) {
  Config object = net({dense()});
  object["config"]["layers"][0]["config"] = {{"batch_shape", {5, 4}}};
  const auto model = model_from_json(object.dump());
  EXPECT_EQ((*model)(Tensor({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8})).shape(), Shape({2, 3}));
}

TEST(OlderConfig, FrozenModelKeepsItsLayersFlags) {
  Config object = net({dense({{"name", "a"}, {"trainable", false}}), dense({{"name", "b"}})});
  object["config"]["trainable"] = false;
  const auto model = model_from_json(object.dump());
  EXPECT_TRUE(model->trainable_variables().empty());
  EXPECT_FALSE(model->get_layer(0).trainable());
  EXPECT_TRUE(model->get_layer(1).trainable());
}

TEST(SequentialConfig, ReadDirectlyKeepsWhatTheBaseSays) {
  Config config = net({dense()}).at("config");
  config["trainable"] = false;
  config["activity_regularizer"] = "l2";
  const Sequential model = Sequential::from_config(config);
  EXPECT_FALSE(model.trainable());
  EXPECT_TRUE(model.activity_regularizer());
  config["dtype"] = "float16";
  EXPECT_THAT([&] { Sequential::from_config(config); }, RaisesWith("net: dtype"));
}

// ---- what is refused

TEST(StrangeConfig, ValueOfTheWrongKindNamesLayerAndKey) {
  for (const char* units : {"\"5\"", "2.5", "1e30", "true", "null"}) {
    EXPECT_THAT(reading(net({dense({{"units", Config::parse(units)}})})),
                RaisesWith("model_from_json: net: layers[1] (hidden): Dense: units must be a whole "
                           "number. Received: units="))
        << units;
  }
  EXPECT_THAT(reading(net({dense({{"units", -1}})})),
              Raises("model_from_json: net: layers[1] (hidden): Dense: units must be a positive "
                     "integer. Received: units=-1."));
  EXPECT_THAT(reading(net({dense({{"use_bias", "yes"}})})),
              Raises("model_from_json: net: layers[1] (hidden): Dense: use_bias must be true or "
                     "false. Received: use_bias=\"yes\"."));
}

TEST(StrangeConfig, UnknownKeyNamesItself) {
  EXPECT_THAT(
      reading(net({dense({{"lora_rank", 4}})})),
      RaisesWith("layers[1] (hidden): Dense: unknown key in the config; known are units, "));
  EXPECT_THAT(reading(net({dense({{"quantization_config", {{"mode", "int8"}}}})})),
              Raises("model_from_json: net: layers[1] (hidden): Dense: quantization_config is "
                     "supported only as null. Received: quantization_config={\"mode\":\"int8\"}."));
}

TEST(StrangeConfig, UnknownClassListsTheKnownOnes) {
  const Config layer = {
      {"module", "keras.layers"}, {"class_name", "Functional"}, {"config", Config::object()}};
  EXPECT_THAT(reading(net({layer})), RaisesWith("Layer: unknown class; "));
  EXPECT_THAT(reading(net({layer})), RaisesWith(" Known are "));
  EXPECT_THAT(reading(net({layer})),
              RaisesWith("Received: class_name=Functional, module=keras.layers."));
}

TEST(StrangeConfig, ForeignModulesAndNamesAreNotLookedUp) {
  Config layer = dense();
  layer["module"] = "os";
  EXPECT_THAT(reading(net({layer})),
              Raises("model_from_json: net: layers[1] (hidden): Layer: a class that is not of "
                     "keras must be registered with register_serializable or passed in "
                     "custom_objects. Received: module=os, class_name=Dense."));
  layer = dense();
  layer["registered_name"] = "Stranger>Dense";
  EXPECT_THAT(reading(net({layer})), RaisesWith("registered_name=Stranger>Dense."));
}

TEST(StrangeConfig, RuleItselfRefusesWithLayerAndSlotInFront) {
  const auto with = [](Config rule) {
    return reading(net({dense({{"kernel_regularizer", std::move(rule)}})}));
  };
  const std::string place = "model_from_json: net: layers[1] (hidden): Dense: kernel_regularizer: ";
  EXPECT_THAT(with({{"class_name", "L2"}, {"config", {{"l2", -1.0}}}}),
              RaisesWith(place + "L2: l2 must be"));
  EXPECT_THAT(with({{"class_name", "L2"}, {"config", {{"l2", "1"}}}}),
              Raises(place + "L2: l2 must be a number. Received: l2=\"1\"."));
  EXPECT_THAT(with({{"class_name", "L2"}, {"config", {{"l2", 1e300}}}}),
              RaisesWith(place + "L2: l2 must be"));
  EXPECT_THAT(with({{"class_name", "OrthogonalRegularizer"}, {"config", {{"mode", "diagonal"}}}}),
              RaisesWith(place + "OrthogonalRegularizer: "));
  EXPECT_THAT(
      with({{"class_name", "__lambda__"}, {"config", {{"value", {"4wE=", nullptr, nullptr}}}}}),
      RaisesWith("Received: __lambda__."));
  EXPECT_THAT(with(5), RaisesWith(place));
  EXPECT_THAT(with("l3"), RaisesWith(place + "Regularizer: unknown identifier"));
}

TEST(StrangeConfig, OtherDtypesAreRefused) {
  EXPECT_THAT(reading(net({dense({{"dtype", "mixed_float16"}})})),
              RaisesWith("dtype is supported only as float32. Received: dtype=\"mixed_float16\"."));
  EXPECT_THAT(
      reading(net({dense(
          {{"dtype", {{"class_name", "DTypePolicy"}, {"config", {{"name", "bfloat16"}}}}}})})),
      RaisesWith("dtype is supported only as float32."));
}

TEST(StrangeConfig, ShapesThatNoModelHasAreRefused) {
  const auto with = [](Config batch_shape) {
    Config object = net({dense()});
    object["config"]["layers"][0]["config"]["batch_shape"] = std::move(batch_shape);
    return reading(object);
  };
  for (const char* shape : {"[null, 0]", "[null, -4]", "[null, 2.5]", "[null, \"4\"]", "[]", "4",
                            "[0, 4]", "[null, 1, 1, 1, 1, 1, 1, 1, 1]"}) {
    EXPECT_THAT(with(Config::parse(shape)), RaisesWith("layers[0] (InputLayer)")) << shape;
  }
  EXPECT_THAT(with({nullptr, nullptr}), Throws<ShapeError>());
}

TEST(StrangeConfig, WeightsBeyondMemoryAreRefusedBeforeTheyAreMade) {
  EXPECT_THAT(
      reading(net({dense({{"units", 2'000'000'000}})})),
      RaisesWith(
          "hidden: kernel: a weight must fit what is left of the limit on all weights, 250000000 "
          "elements. "
          "Received: shape=(4, 2000000000)."));
  const std::string small = net({dense()}).dump();
  EXPECT_NO_THROW(model_from_json(small, {.max_params = 15}));
  EXPECT_THROW(model_from_json(small, {.max_params = 14}), InvalidArgument);
}

TEST(StrangeConfig, LayersThatDoNotFitSayWhich) {
  Config layer = dense();
  layer["build_config"] = {{"input_shape", {nullptr, 9}}};
  EXPECT_THAT(reading(net({layer})),
              Throws<ShapeError>(Property(&std::exception::what, HasSubstr("hidden"))));
}

TEST(StrangeConfig, NameSaidTwiceAndSecondInputAreRefused) {
  EXPECT_THAT(reading(net({dense(), dense()})),
              Raises("model_from_json: net: layers[2] (hidden): Sequential: layer names must be "
                     "unique in a model. Received: name=hidden twice."));
  EXPECT_THAT(
      reading(net({{{"class_name", "InputLayer"}, {"config", {{"batch_shape", {nullptr, 4}}}}}})),
      RaisesWith("an InputLayer can only be the first layer."));
}

TEST(StrangeConfig, HollowObjectsAreRefused) {
  EXPECT_THAT(
      [] { model_from_json("[]"); },
      Raises(
          "model_from_json: Layer: a config must be an object with a class_name. Received: []."));
  EXPECT_THAT([] { model_from_json(R"({"class_name": "Sequential", "config": {"name": "net"}})"); },
              Raises("model_from_json: Sequential: a config must hold a name and a list of layers. "
                     "Received: {\"name\":\"net\"}."));
  EXPECT_THAT(
      reading(dense()),
      Raises("model_from_json: the config: must describe a model. Received: class_name=Dense."));
  EXPECT_THAT(reading(net({5})), RaisesWith("layers[1]: Layer: a config must be an object"));
}

TEST(StrangeConfig, FaultyJsonIsRefused) {
  EXPECT_THAT(
      [] { model_from_json("{\"class_name\": NaN}"); },
      Raises("model_from_json: JSON: the text must be JSON. Received: an error at byte 16, near "
             "\"\"class_name\": N\"."));
}

TEST(StrangeConfig, ThirtyThousandLayersTakeLinearTime) {
  std::vector<Config> layers;
  for (int i = 0; i < 30'000; ++i)
    layers.push_back(
        {{"class_name", "Dense"}, {"config", {{"units", 1}, {"name", std::to_string(i)}}}});
  EXPECT_EQ(model_from_json(net(std::move(layers)).dump())->layers().size(), 30'000U);
}

}  // namespace strange_config_test
}  // namespace strata
