// Optimizers by name, to configs and back.
#include "strata/config.hpp"

#include <gtest/gtest.h>

#include "strata/optimizers/adadelta.hpp"
#include "strata/optimizers/adafactor.hpp"
#include "strata/optimizers/adagrad.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/adam_w.hpp"
#include "strata/optimizers/adamax.hpp"
#include "strata/optimizers/ftrl.hpp"
#include "strata/optimizers/lamb.hpp"
#include "strata/optimizers/lion.hpp"
#include "strata/optimizers/nadam.hpp"
#include "strata/optimizers/rmsprop.hpp"
#include "strata/optimizers/sgd.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace config_test {
namespace {

using namespace optimizers;

std::string class_of(const OptimizerSpec& spec) { return serialize(spec).at("class_name"); }
OptimizerSpec read(const char* json) { return deserialize(Config::parse(json)); }

const std::string kUnknown =
    "Optimizer: unknown identifier; known are Adadelta, Adafactor, Adagrad, Adam, Adamax, "
    "AdamW, Ftrl, Lamb, Lion, Nadam, RMSprop, SGD. Received: ";

TEST(OptimizerIdentifier, IsTheClassNameInAnyCase) {
  for (const char* name : {"sgd", "SGD", "Sgd"}) EXPECT_EQ(class_of(name), "SGD");
  for (const char* name : {"adam", "Adam", "ADAM"}) EXPECT_EQ(class_of(name), "Adam");
  for (const char* name : {"adamw", "AdamW"}) EXPECT_EQ(class_of(name), "AdamW");
  for (const char* name : {"rmsprop", "RMSprop", "RMSProp"}) EXPECT_EQ(class_of(name), "RMSprop");
}

TEST(OptimizerIdentifier, MeansTheDefaults) {
  EXPECT_EQ(OptimizerSpec("sgd")->learning_rate(), 0.01f);
  EXPECT_EQ(OptimizerSpec("adam")->learning_rate(), 0.001f);
}

TEST(OptimizerIdentifier, MakesANewOneEachTime) {
  EXPECT_NE(OptimizerSpec("sgd").rule(), OptimizerSpec("sgd").rule());
}

TEST(OptimizerIdentifier, ThatIsUnknownListsTheKnown) {
  for (const char* name : {"sgdm?", ""}) {
    EXPECT_THAT([&] { OptimizerSpec{name}; }, Raises<InvalidArgument>(kUnknown + name + "."));
  }
  EXPECT_THAT([] { OptimizerSpec("sg d"); },
              Raises<InvalidArgument>("Optimizer: unknown identifier; did you mean SGD? Known are "
                                      "Adadelta, Adafactor, Adagrad, Adam, Adamax, AdamW, Ftrl, "
                                      "Lamb, Lion, Nadam, RMSprop, SGD. Received: sg d."));
  for (const char* name : {"rm_sprop", "adam_w"}) {
    EXPECT_THROW(OptimizerSpec{name}, InvalidArgument) << name;
  }
}

TEST(OptimizerSpec, TakesNoFunction) {
  EXPECT_THAT([] { OptimizerSpec([] {}); },
              Raises<InvalidArgument>(
                  "Optimizer: a function is no optimizer: give a name, a config, or an object of a "
                  "class derived from Optimizer. Received: a nameless callable."));
}

TEST(OptimizerConfig, OfAdamIsKerass) {
  EXPECT_EQ(serialize(Adam()).dump(),
            R"({"module":"keras.optimizers","class_name":"Adam","config":{"name":"adam",)"
            R"("learning_rate":0.001,"weight_decay":null,"clipnorm":null,"global_clipnorm":null,)"
            R"("clipvalue":null,"use_ema":false,"ema_momentum":0.99,)"
            R"("ema_overwrite_frequency":null,"loss_scale_factor":null,)"
            R"("gradient_accumulation_steps":null,"beta_1":0.9,"beta_2":0.999,"epsilon":1e-07,)"
            R"("amsgrad":false},"registered_name":null})");
}

// The keys after the common ones.
std::vector<std::string> own_keys(const Config& config) {
  std::vector<std::string> keys;
  for (const auto& item : config.items()) keys.push_back(item.key());
  return {keys.begin() + 11, keys.end()};
}

TEST(OptimizerConfig, OwnKeysComeLastInKerassOrder) {
  EXPECT_EQ(own_keys(SGD().get_config()), (std::vector<std::string>{"momentum", "nesterov"}));
  EXPECT_EQ(own_keys(RMSprop().get_config()),
            (std::vector<std::string>{"rho", "momentum", "epsilon", "centered"}));
  EXPECT_EQ(own_keys(AdamW().get_config()),
            (std::vector<std::string>{"beta_1", "beta_2", "epsilon", "amsgrad"}));
  for (const Config& config : {Adamax().get_config(), Nadam().get_config(), Lamb().get_config()}) {
    EXPECT_EQ(own_keys(config), (std::vector<std::string>{"beta_1", "beta_2", "epsilon"}));
  }
  EXPECT_EQ(own_keys(Adagrad().get_config()),
            (std::vector<std::string>{"initial_accumulator_value", "epsilon"}));
  EXPECT_EQ(own_keys(Adadelta().get_config()), (std::vector<std::string>{"rho", "epsilon"}));
  EXPECT_EQ(own_keys(Lion().get_config()), (std::vector<std::string>{"beta_1", "beta_2"}));
  EXPECT_EQ(own_keys(Adafactor().get_config()),
            (std::vector<std::string>{"beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold",
                                      "relative_step"}));
  EXPECT_EQ(own_keys(Ftrl().get_config()),
            (std::vector<std::string>{"learning_rate_power", "initial_accumulator_value",
                                      "l1_regularization_strength", "l2_regularization_strength",
                                      "l2_shrinkage_regularization_strength", "beta"}));
}

TEST(OptimizerConfig, NamesAreSnakeCase) {
  EXPECT_EQ(SGD().name(), "sgd");
  EXPECT_EQ(RMSprop().name(), "rm_sprop");
  EXPECT_EQ(AdamW().name(), "adam_w");
  EXPECT_EQ(SGD({.name = "mine"}).get_config().at("name"), "mine");
}

TEST(OptimizerConfig, ComesBackAsItWas) {
  const OptimizerSpec all[] = {
      SGD({.learning_rate = 0.3f,
           .momentum = 0.9f,
           .nesterov = true,
           .weight_decay = 0.01f,
           .clipvalue = 2.0f,
           .use_ema = true,
           .ema_momentum = 0.5f,
           .ema_overwrite_frequency = 7,
           .loss_scale_factor = 8.0f,
           .gradient_accumulation_steps = 4,
           .name = "mine"}),
      Adam({.beta_1 = 0.8f, .beta_2 = 0.95f, .epsilon = 0.01f, .amsgrad = true, .clipnorm = 1.0f}),
      AdamW({.weight_decay = 0.5f, .beta_1 = 0.8f, .amsgrad = true, .global_clipnorm = 1.0f}),
      RMSprop({.rho = 0.5f, .momentum = 0.25f, .epsilon = 0.1f, .centered = true}),
      Adamax({.beta_1 = 0.8f, .beta_2 = 0.95f, .epsilon = 0.01f, .use_ema = true}),
      Nadam({.beta_1 = 0.8f, .beta_2 = 0.95f, .epsilon = 0.01f, .loss_scale_factor = 4.0f}),
      Lamb({.beta_1 = 0.8f, .beta_2 = 0.95f, .epsilon = 0.01f, .clipvalue = 4.0f}),
      Adagrad({.initial_accumulator_value = 0.5f, .epsilon = 0.01f}),
      Adadelta({.rho = 0.5f, .epsilon = 0.01f, .name = "mine"}),
      Lion({.beta_1 = 1.0f, .beta_2 = 0.5f, .weight_decay = 0.5f}),
      Adafactor({.beta_2_decay = -0.5f,
                 .epsilon_1 = 0.1f,
                 .epsilon_2 = 0.2f,
                 .clip_threshold = 2.0f,
                 .relative_step = false}),
      Ftrl({.learning_rate_power = -0.25f,
            .initial_accumulator_value = 0.5f,
            .l1_regularization_strength = 0.1f,
            .l2_regularization_strength = 0.2f,
            .l2_shrinkage_regularization_strength = 0.3f,
            .beta = 0.4f})};
  for (const OptimizerSpec& optimizer : all) {
    EXPECT_EQ(serialize(deserialize(serialize(optimizer))), serialize(optimizer));
  }
}

TEST(OptimizerConfig, HoldsTheLearningRateOfNow) {
  SGD optimizer;
  optimizer.set_learning_rate(0.25f);
  EXPECT_EQ(optimizer.get_config().at("learning_rate"), 0.25);
}

TEST(OptimizerConfig, ClassNamesReadInAnyCase) {
  EXPECT_EQ(class_of(read(R"({"class_name": "adam"})")), "Adam");
  EXPECT_EQ(class_of(read(R"({"class_name": "RMSProp", "config": {}})")), "RMSprop");
  EXPECT_EQ(class_of(read(R"("sgd")")), "SGD");
}

TEST(OptimizerConfig, OfKerassTorchBackendReads) {
  EXPECT_EQ(class_of(read(R"({"module": "keras.src.backend.torch.optimizers.torch_adam",
                              "class_name": "Adam", "config": {"learning_rate": 0.5},
                              "registered_name": "Adam"})")),
            "Adam");
}

TEST(OptimizerConfig, OfNoneIsNull) {
  EXPECT_TRUE(serialize(nullptr).is_null());
  EXPECT_FALSE(deserialize(nullptr));
}

TEST(OptimizerConfig, AnUnknownClassListsTheKnown) {
  EXPECT_THAT([] { read(R"({"class_name": "Muon"})"); },
              RaisesWith<InvalidArgument>(
                  "Optimizer: unknown class; pass custom_object<T>(\"Muon\") in custom_objects. "
                  "Known are "));
}

TEST(OptimizerConfig, AnUnknownKeyIsRefusedByName) {
  EXPECT_THAT([] { read(R"({"class_name": "SGD", "config": {"decay": 0.1}})"); },
              Raises<InvalidArgument>(
                  "SGD: unknown key in the config; known are name, learning_rate, weight_decay, "
                  "clipnorm, global_clipnorm, clipvalue, use_ema, ema_momentum, "
                  "ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, "
                  "momentum, nesterov. Received: decay=0.1."));
}

TEST(OptimizerConfig, AValueOfTheWrongKindIsRefusedByName) {
  EXPECT_THAT([] { read(R"({"class_name": "Adam", "config": {"learning_rate": "fast"}})"); },
              Raises<InvalidArgument>(
                  "Adam: learning_rate must be a number. Received: learning_rate=\"fast\"."));
  EXPECT_THAT([] { read(R"({"class_name": "AdamW", "config": {"weight_decay": null}})"); },
              Raises<InvalidArgument>(
                  "AdamW: weight_decay must be a number. Received: weight_decay=null."));
  EXPECT_THAT(
      [] { read(R"({"class_name": "Adam", "config": {"gradient_accumulation_steps": 2.5}})"); },
      Raises<InvalidArgument>("Adam: gradient_accumulation_steps must be a whole number. Received: "
                              "gradient_accumulation_steps=2.5."));
}

TEST(OptimizerConfig, AScheduleWithoutItsNumbersIsRefused) {
  EXPECT_THAT(
      [] {
        read(R"({"class_name": "SGD", "config": {"learning_rate":
                            {"class_name": "ExponentialDecay", "config": {}}}})");
      },
      RaisesWith<InvalidArgument>("ExponentialDecay: a config needs initial_learning_rate"));
}

}  // namespace
}  // namespace config_test
}  // namespace strata::testing
