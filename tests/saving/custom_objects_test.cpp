// Users' classes and functions that one load knows by name: whom a config means by one, for how
// long, and what is said of those that are unknown.
#include "strata/saving/custom_objects.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/metrics/mean_metric.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/ops.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/saving/clone_model.hpp"
#include "strata/saving/model_from_json.hpp"
#include "strata/saving/register_serializable.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::Raises;
using testing::RaisesWith;

// ---- one class of each family

class Ridge : public Regularizer {
 public:
  explicit Ridge(float factor) : factor_(factor) {}
  Tensor operator()(const Tensor& x) const override { return factor_ * ops::sum(ops::square(x)); }
  Config get_config() const override { return {{"factor", factor_}}; }
  static Ridge from_config(const Config& config) { return Ridge(config.value("factor", 1.0f)); }

 private:
  float factor_;
};

class Threes : public Initializer {
 public:
  Tensor operator()(const Shape& shape) const override { return 3.0f * ops::ones(shape); }
  static Threes from_config(const Config&) { return {}; }
};

class Halves : public Constraint {
 public:
  Tensor operator()(const Tensor& weight) const override { return 0.5f * weight; }
  static Halves from_config(const Config&) { return {}; }
};

class Twice : public Activation {
 public:
  Tensor operator()(const Tensor& x) const override { return 2.0f * x; }
  static Twice from_config(const Config&) { return {}; }
};

class Fourth : public Loss {
 public:
  static Fourth from_config(const Config&) { return {}; }

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override {
    return ops::square(ops::square(y_true - y_pred));
  }
};

class Bias : public metrics::MeanMetric {
 public:
  Bias() : MeanMetric("bias") {}
  static Bias from_config(const Config&) { return {}; }

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override {
    return y_pred - y_true;
  }
};

class Standstill : public Optimizer {
 public:
  Standstill() : Optimizer(OptimizerOptions{.learning_rate = 0.25f}, "Standstill") {}
  static Standstill from_config(const Config&) { return {}; }

 protected:
  void build_slots(const std::vector<Variable>&) override {}
  void update(std::size_t, const Tensor&, const Variable&, const Step&) override {}
};

class Steady : public LearningRateSchedule {
 public:
  float operator()(std::int64_t) const override { return 0.125f; }
  static Steady from_config(const Config&) { return {}; }
};

class Doubled : public Layer {
 public:
  explicit Doubled(std::string name = {}) : Layer("Doubled", std::move(name)) {}
  Tensor call(const Tensor& inputs, const CallContext&) override { return 2.0f * inputs; }
  static Doubled from_config(const Config&) { return Doubled(); }
};

Tensor lasso(const Tensor& weights) { return 0.5f * ops::sum(ops::abs(weights)); }
Tensor gap(const Tensor& y_true, const Tensor& y_pred) { return ops::abs(y_true - y_pred); }
Tensor fives(const Shape& shape) { return 5.0f * ops::ones(shape); }

CustomObjects all_classes() {
  return {custom_object<Ridge>("Ridge"),           custom_object<Threes>("Threes"),
          custom_object<Halves>("Halves"),         custom_object<Twice>("Twice"),
          custom_object<Fourth>("Fourth"),         custom_object<Bias>("Bias"),
          custom_object<Standstill>("Standstill"), custom_object<Steady>("Steady"),
          custom_object<Doubled>("Doubled")};
}

// ---- configs as Python's Keras writes them

// Of a class in a package of the user's, registered there.
Config object(const std::string& class_name, Config config = Config::object()) {
  return {{"module", "my_module"},
          {"class_name", class_name},
          {"config", std::move(config)},
          {"registered_name", "my_package>" + class_name}};
}

Config unregistered(const std::string& class_name, Config config = Config::object()) {
  Config written = object(class_name, std::move(config));
  written["registered_name"] = class_name;
  return written;
}

Config function(const std::string& name) {
  return {{"module", "builtins"},
          {"class_name", "function"},
          {"config", name},
          {"registered_name", "function"}};
}

// A model of one dense layer whose config has these keys, and another layer.
std::string net(const Config& dense_keys, const Config& compile_config = Config::object(),
                const Config& last = nullptr) {
  Config dense = {{"name", "hidden"}, {"units", 3}};
  if (dense_keys.is_object()) dense.update(dense_keys);
  Config layers = Config::array();
  layers.push_back({{"class_name", "InputLayer"}, {"config", {{"batch_shape", {nullptr, 2}}}}});
  layers.push_back({{"module", "keras.layers"},
                    {"class_name", "Dense"},
                    {"config", std::move(dense)},
                    {"registered_name", nullptr}});
  if (!last.is_null()) layers.push_back(last);
  return Config({{"module", "keras"},
                 {"class_name", "Sequential"},
                 {"config", {{"name", "net"}, {"layers", std::move(layers)}}},
                 {"compile_config", compile_config}})
      .dump();
}

// ---- whom a name means

TEST(CustomObjects, NameClassesOfEveryFamily) {
  const auto model =
      model_from_json(net({{"kernel_initializer", object("Threes")},
                           {"kernel_regularizer", object("Ridge", {{"factor", 2.0}})},
                           {"kernel_constraint", object("Halves")},
                           {"activation", object("Twice")}},
                          {{"optimizer", object("Standstill")},
                           {"loss", object("Fourth")},
                           {"metrics", Config::array({object("Bias")})}},
                          object("Doubled", {{"name", "last"}})),
                      {.custom_objects = all_classes()});
  EXPECT_THAT((*model)(ops::ones({1, 2})), testing::IsClose(Tensor({1, 3}, {24, 24, 24})));
  EXPECT_FLOAT_EQ(model->losses().at(0).item(), 2.0f * 6 * 9);
  EXPECT_EQ(model->get_layer(1).name(), "last");
  const Tensor zeros = ops::zeros({1, 3});
  const Logs logs = model->train_on_batch(ops::ones({1, 2}), zeros);
  EXPECT_FLOAT_EQ(static_cast<float>(logs.at("data_loss")), 24.0f * 24 * 24 * 24);
  EXPECT_FLOAT_EQ(static_cast<float>(logs.at("bias")), 24.0f);
  EXPECT_FLOAT_EQ(model->get_layer(0).weights().at(0).value().values()[0], 1.5f);  // halved
}

TEST(CustomObjects, NameASchedule) {
  const Config sgd = {{"class_name", "SGD"}, {"config", {{"learning_rate", object("Steady")}}}};
  const auto model = model_from_json(net(Config::object(), {{"optimizer", sgd}, {"loss", "mse"}}),
                                     {.custom_objects = {custom_object<Steady>("Steady")}});
  EXPECT_EQ(model->optimizer().learning_rate(), 0.125f);
}

TEST(CustomObjects, NameFunctionsOfEverySlot) {
  const auto model = model_from_json(
      net({{"kernel_initializer", function("fives")},
           {"kernel_regularizer", function("lasso")},
           {"kernel_constraint", function("halved")},
           {"activation", function("my_package>triple")}},
          {{"optimizer", "sgd"},
           {"loss", function("gap")},
           {"metrics", Config::array({function("gap")})}}),
      {.custom_objects = {
           custom_object("fives", fives), custom_object("lasso", lasso), custom_object("gap", gap),
           custom_object("halved", [](const Tensor& w) { return 0.5f * w; }),
           custom_object("my_package>triple", [](const Tensor& x) { return 3.0f * x; })}});
  EXPECT_THAT((*model)(ops::ones({1, 2})), testing::IsClose(Tensor({1, 3}, {30, 30, 30})));
  const Logs logs = model->test_on_batch(ops::ones({1, 2}), ops::zeros({1, 3}));
  EXPECT_FLOAT_EQ(static_cast<float>(logs.at("reg_loss")), 0.5f * 6 * 5);
  EXPECT_FLOAT_EQ(static_cast<float>(logs.at("data_loss")), 30.0f);
  EXPECT_FLOAT_EQ(static_cast<float>(logs.at("gap")), 30.0f);
}

TEST(CustomObjects, AreWhatPlainStringsOfOlderFilesName) {
  const auto model = model_from_json(
      net({{"activation", "triple"}, {"kernel_initializer", "Threes"}},
          {{"optimizer", "Standstill"}, {"loss", "gap"}, {"metrics", {"gap", "Bias"}}}),
      {.custom_objects = {custom_object("gap", gap), custom_object<Bias>("Bias"),
                          custom_object<Threes>("Threes"), custom_object<Standstill>("Standstill"),
                          custom_object("triple", [](const Tensor& x) { return 3.0f * x; })}});
  EXPECT_THAT((*model)(ops::ones({1, 2})), testing::IsClose(Tensor({1, 3}, {18, 18, 18})));
  const Logs logs = model->test_on_batch(ops::ones({1, 2}), ops::zeros({1, 3}));
  EXPECT_FLOAT_EQ(static_cast<float>(logs.at("loss")), 18.0f);
  EXPECT_FLOAT_EQ(static_cast<float>(logs.at("bias")), 18.0f);
}

TEST(CustomObjects, AreFoundByClassNameOrByRegisteredName) {
  const std::string names[] = {"Ridge", "my_package>Ridge"};
  for (const std::string& key : names) {
    const CustomObjectScope scope({custom_object<Ridge>(key)});
    const RegularizerSpec rule = regularizers::deserialize(object("Ridge", {{"factor", 0.5}}));
    EXPECT_FLOAT_EQ(rule(ops::ones({4})).item(), 2.0f) << key;
  }
  const CustomObjectScope scope({custom_object<Ridge>("Ridge")});
  EXPECT_TRUE(regularizers::deserialize(unregistered("Ridge")));
  EXPECT_TRUE(regularizers::deserialize({{"class_name", "Ridge"}}));
}

TEST(CustomObjects, GiveWayToWhatIsRegisteredUnderTheSameName) {
  class Here : public Ridge {
   public:
    Here() : Ridge(1.0f) {}
    static Here from_config(const Config&) { return {}; }
  };
  register_serializable<Here>({.package = "my_package", .name = "Ridge_here"});
  register_serializable({.package = "my_package", .name = "here"}, lasso);
  class Other : public Ridge {
   public:
    Other() : Ridge(100.0f) {}
    static Other from_config(const Config&) { return {}; }
  };
  const CustomObjectScope scope(
      {custom_object<Other>("my_package>Ridge_here"),
       custom_object("my_package>here", [](const Tensor& w) { return 100.0f * ops::sum(w); })});
  EXPECT_FLOAT_EQ(regularizers::deserialize(object("Ridge_here"))(ops::ones({4})).item(), 4.0f);
  EXPECT_FLOAT_EQ(regularizers::deserialize(function("my_package>here"))(ops::ones({4})).item(),
                  2.0f);
}

TEST(CustomObjects, LeaveKerassOwnClassesAndNamesAlone) {
  const CustomObjectScope scope(
      {custom_object<Ridge>("L2"), custom_object("l1", lasso), custom_object("relu", lasso)});
  const auto of_four = [](const RegularizerSpec& rule) { return rule(ops::ones({4})).item(); };
  Config kerass = {
      {"module", "keras.regularizers"}, {"class_name", "L2"}, {"registered_name", nullptr}};
  EXPECT_FLOAT_EQ(of_four(regularizers::deserialize(kerass)), 0.04f);
  EXPECT_FLOAT_EQ(of_four("l1"), 0.04f);
  EXPECT_FLOAT_EQ(of_four(regularizers::deserialize(unregistered("L2"))), 4.0f);
  EXPECT_FLOAT_EQ(of_four(regularizers::deserialize({{"class_name", "L2"}})), 4.0f);
  EXPECT_EQ(activations::serialize("relu"), "relu");
}

TEST(CustomObjects, StandInForClassesOfKerasThatAreMissing) {
  for (const char* missing : {"MultiHeadAttention", "Lambda"}) {
    const Config layer = {
        {"module", "keras.layers"},
        {"class_name", missing},
        {"config", {{"name", "own"}, {"function", {{"class_name", "__lambda__"}}}}},
        {"registered_name", nullptr}};
    const auto model = model_from_json(net(Config::object(), Config::object(), layer),
                                       {.custom_objects = {custom_object<Doubled>(missing)}});
    EXPECT_NE(dynamic_cast<const Doubled*>(&model->get_layer("own")), nullptr) << missing;
  }
}

TEST(CustomObjects, FunctionIsFoundWithoutItsPackageIfItIsTheOnlyOne) {
  register_serializable({.package = "first", .name = "unpacked"}, lasso);
  EXPECT_FLOAT_EQ(regularizers::deserialize(function("unpacked"))(ops::ones({4})).item(), 2.0f);
  const CustomObjectScope scope({custom_object("second>unpacked", lasso)});
  EXPECT_THAT([] { regularizers::deserialize(function("unpacked")); },
              RaisesWith("Regularizer: unknown function"));
}

// ---- for how long

TEST(CustomObjects, AreForgottenAfterTheLoad) {
  const std::string text = net({{"kernel_regularizer", object("Ridge")}});
  const ModelFromJsonOptions with = {.custom_objects = {custom_object<Ridge>("Ridge")}};
  EXPECT_NO_THROW(model_from_json(text, with));
  EXPECT_THAT([&] { model_from_json(text); }, RaisesWith("Regularizer: unknown class"));
  EXPECT_THROW(model_from_json("{}", with), InvalidArgument);  // a load that fails
  EXPECT_THAT([&] { model_from_json(text); }, RaisesWith("Regularizer: unknown class"));
}

TEST(CustomObjects, OutliveTheLoadInWhatWasLoaded) {
  const auto alive = std::make_shared<float>(0.5f);
  auto model = model_from_json(
      net({{"kernel_regularizer", function("lasso")}, {"kernel_initializer", "ones"}},
          {{"optimizer", "sgd"}, {"loss", "mse"}, {"metrics", Config::array({object("Bias")})}}),
      {.custom_objects = {
           custom_object("lasso", [alive](const Tensor& w) { return *alive * ops::sum(w); }),
           custom_object<Bias>("Bias")}});
  EXPECT_GT(alive.use_count(), 1);
  EXPECT_FLOAT_EQ(model->losses().at(0).item(), 3.0f);
  EXPECT_NO_THROW(model->fit(ops::ones({2, 2}), ops::ones({2, 3}), {.epochs = 1, .verbose = 0}));
  model.reset();
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(CustomObjectScope, EndsWithItsBlockAndShowsTheOuterOneAgain) {
  const auto value = [] {
    return regularizers::deserialize(function("rule"))(ops::ones({4})).item();
  };
  const auto times = [](float factor) {
    return custom_object("rule", [factor](const Tensor& w) { return factor * ops::sum(w); });
  };
  {
    const CustomObjectScope outer({times(1.0f), custom_object<Ridge>("Ridge")});
    {
      const CustomObjectScope inner({times(2.0f)});
      EXPECT_FLOAT_EQ(value(), 8.0f);
      EXPECT_TRUE(regularizers::deserialize(object("Ridge")));
    }
    EXPECT_FLOAT_EQ(value(), 4.0f);
  }
  EXPECT_THROW(value(), InvalidArgument);
}

TEST(CustomObjectScope, MayEndBeforeOneInsideIt) {
  auto outer = std::make_unique<CustomObjectScope>(CustomObjects{custom_object("rule", lasso)});
  const CustomObjectScope inner({custom_object<Ridge>("Ridge")});
  outer.reset();
  EXPECT_TRUE(regularizers::deserialize(object("Ridge")));
  EXPECT_THROW(regularizers::deserialize(function("rule")), InvalidArgument);
}

TEST(CustomObjectScope, IsItsThreadsAlone) {
  const CustomObjectScope scope({custom_object<Ridge>("Ridge")});
  bool known = true;
  std::thread([&known] {
    try {
      regularizers::deserialize(object("Ridge"));
    } catch (const InvalidArgument&) {
      known = false;
    }
  }).join();
  EXPECT_FALSE(known);
}

// ---- written again

TEST(CustomObjects, FunctionIsWrittenUnderTheNameItWasReadBy) {
  const Config compile = {{"optimizer", "sgd"}, {"loss", "gap"}, {"metrics", {"gap"}}};
  const auto model = model_from_json(
      net({{"kernel_regularizer", function("lasso")}}, compile),
      {.custom_objects = {custom_object("lasso", lasso), custom_object("gap", gap)}});
  const Config written = Config::parse(model->to_json());
  EXPECT_EQ(written["config"]["layers"][1]["config"]["kernel_regularizer"], function("lasso"));
  EXPECT_EQ(written["compile_config"]["loss"], function("gap"));
  EXPECT_EQ(written["compile_config"]["metrics"], Config::array({function("gap")}));
}

TEST(CustomObjectScope, NamesItsClassesInWhatIsWritten) {
  const layers::DenseOptions one = {.units = 1, .kernel_regularizer = Ridge(2)};
  Sequential model({.layers = {layers::Input({2}), layers::Dense(one)}, .name = "net"});
  EXPECT_THAT([&] { clone_model(model); }, RaisesWith("call register_serializable<Ridge>"));
  const CustomObjectScope scope({custom_object<Ridge>("my_package>Ridge")});
  EXPECT_EQ(regularizers::serialize(Ridge(2.0f)).dump(),
            R"({"module":null,"class_name":"Ridge","config":{"factor":2.0},)"
            R"("registered_name":"my_package>Ridge"})");
  EXPECT_EQ(clone_model(model)->losses().size(), 1U);
}

// ---- what is refused

TEST(UnknownCustomObject, OfEveryFamilySaysHowItWouldBeKnown) {
  const auto reads = [](const Config& dense, const Config& compile = Config::object(),
                        const Config& last = nullptr) {
    return [text = net(dense, compile, last)] { model_from_json(text); };
  };
  const auto unknown = [](const std::string& family, const std::string& name) {
    return RaisesWith(family + ": unknown class; register it by register_serializable<T>({" +
                      ".package = \"my_package\", .name = \"" + name +
                      "\"}) or pass custom_object<T>(\"my_package>" + name +
                      "\") in custom_objects. Known are ");
  };
  EXPECT_THAT(reads({{"bias_regularizer", object("A")}}), unknown("Regularizer", "A"));
  EXPECT_THAT(reads({{"bias_initializer", object("B")}}), unknown("Initializer", "B"));
  EXPECT_THAT(reads({{"bias_constraint", object("C")}}), unknown("Constraint", "C"));
  EXPECT_THAT(reads({{"activation", object("D")}}), unknown("Activation", "D"));
  EXPECT_THAT(reads({}, {{"loss", object("E")}}), unknown("Loss", "E"));
  EXPECT_THAT(reads({}, {{"metrics", Config::array({object("F")})}}), unknown("Metric", "F"));
  EXPECT_THAT(reads({}, {{"optimizer", object("G")}}), unknown("Optimizer", "G"));
  const Config sgd = {{"class_name", "SGD"}, {"config", {{"learning_rate", object("H")}}}};
  EXPECT_THAT(reads({}, {{"optimizer", sgd}}), unknown("LearningRateSchedule", "H"));
  EXPECT_THAT(reads({}, {}, object("I")), unknown("Layer", "I"));
}

TEST(UnknownCustomObject, IsReceivedWithModuleAndName) {
  const CustomObjectScope scope({custom_object<Standstill>("my_package>Standing")});
  EXPECT_THAT(
      [] { optimizers::deserialize(object("Standin")); },
      RaisesWith("Optimizer: unknown class; register it by register_serializable<T>({.package = "
                 "\"my_package\", .name = \"Standin\"}) or pass "
                 "custom_object<T>(\"my_package>Standin\") in custom_objects. Known are "
                 "my_package>Standing, "));
  EXPECT_THAT([] { optimizers::deserialize(object("Standin")); },
              RaisesWith("Received: class_name=Standin, module=my_module, "
                         "registered_name=my_package>Standin."));
  EXPECT_THAT([] { optimizers::deserialize(unregistered("Standin")); },
              RaisesWith("Optimizer: unknown class; pass custom_object<T>(\"Standin\") in "
                         "custom_objects. Known are "));
}

TEST(UnknownCustomObject, ListsTheNearestKnownNamesUpToADozen) {
  EXPECT_THAT([] { layers::deserialize(unregistered("Conv4D")); },
              RaisesWith("Known are Conv1D, Conv2D, Conv3D, "));
  EXPECT_THAT([] { layers::deserialize(unregistered("Conv4D")); }, RaisesWith(" more. Received: "));
}

TEST(UnknownCustomObject, FunctionSaysHowItWouldBeKnown) {
  EXPECT_THAT([] { regularizers::deserialize(function("lone")); },
              RaisesWith("Regularizer: unknown function; register it by register_serializable("
                         "{.name = \"lone\"}, function) or pass custom_object(\"lone\", function) "
                         "in custom_objects. Known are "));
  EXPECT_THAT([] { losses::deserialize(function("mean_squared_err")); },
              RaisesWith("Known are MeanSquaredError, mean_squared_error, "));
  EXPECT_THAT([] { activations::deserialize(function("tanhh")); }, RaisesWith("Known are tanh, "));
  EXPECT_THAT(
      [] {
        initializers::deserialize({{"class_name", "function"}, {"config", 5}});
      },
      Raises("Initializer: a config must name a function by a string. Received: 5."));
}

TEST(UnknownCustomObject, ThatIsSomethingElseIsTold) {
  const CustomObjectScope scope({custom_object<Ridge>("Ridge"), custom_object("gap", gap)});
  EXPECT_THAT([] { initializers::deserialize(unregistered("Ridge")); },
              RaisesWith("in custom_objects. What has this name does not fit here. Known are "));
  EXPECT_THAT([] { regularizers::deserialize(function("gap")); },
              RaisesWith("in custom_objects. What has this name does not fit here. Known are "));
}

TEST(PythonCode, IsRefusedWhereverAFunctionMayStand) {
  const Config lambda = {{"class_name", "__lambda__"},
                         {"config", {{"value", {"4wEAAAAAAAAA", nullptr, nullptr}}}}};
  const auto refused = [](const std::string& family) {
    return RaisesWith(family +
                      ": Python code in a file is never run; give the function a name in "
                      "Python and save the model again. Received: ");
  };
  for (const Config& code : {lambda, function("<lambda>")}) {
    EXPECT_THAT([&] { activations::deserialize(code); }, refused("Activation"));
    EXPECT_THAT([&] { losses::deserialize(code); }, refused("Loss"));
    EXPECT_THAT([&] { metrics::deserialize(code); }, refused("Metric"));
    EXPECT_THAT([&] { initializers::deserialize(code); }, refused("Initializer"));
    EXPECT_THAT([&] { regularizers::deserialize(code); }, refused("Regularizer"));
    EXPECT_THAT([&] { constraints::deserialize(code); }, refused("Constraint"));
    EXPECT_THAT([&] { model_from_json(net({}, {{"loss", code}})); }, refused("Loss"));
  }
  EXPECT_THAT([&] { LearningRate::from_object(lambda); }, refused("LearningRateSchedule"));
  EXPECT_THAT([&] { layers::deserialize(lambda); }, refused("Layer"));
}

TEST(PythonCode, InLayersIsRefusedByName) {
  for (const std::string name : {"Lambda", "TFSMLayer", "TorchModuleWrapper"}) {
    EXPECT_THAT(
        [&] {
          layers::deserialize({{"module", "keras.layers"}, {"class_name", name}});
        },
        Raises("Layer: Python code in a file is never run; write a class that computes the "
               "same and pass custom_object<T>(\"" +
               name + "\") in custom_objects. Received: " + name + "."));
  }
}

TEST(ForeignName, OnABuiltInIsRefused) {
  const Config dense = {{"module", "keras.layers"},
                        {"class_name", "Dense"},
                        {"config", {{"units", 1}}},
                        {"registered_name", "Stranger>Dense"}};
  EXPECT_THAT([&] { layers::deserialize(dense); }, RaisesWith("Layer: unknown class"));
  for (const char* name : {"dense", "Flatten"}) {
    Config named = dense;
    named["registered_name"] = name;
    EXPECT_THAT([&] { layers::deserialize(named); }, RaisesWith("Layer: unknown class")) << name;
  }
  Config relu = {{"module", "keras.activations"}, {"class_name", "relu"}, {"config", nullptr}};
  EXPECT_TRUE(activations::deserialize(relu));
  relu["registered_name"] = "Stranger>relu";
  EXPECT_THAT([&] { activations::deserialize(relu); }, RaisesWith("Activation: unknown class"));
}

TEST(CustomObjects, KeysThatNoConfigCanSayAreRefused) {
  for (const std::string key : {"", ">Ridge", "my>", "a>b>c", "Rid\nge"}) {
    const std::string text =
        "custom_object: a key must be a name or package>name, without control characters. "
        "Received: \"" +
        key + "\".";
    EXPECT_THAT([&] { custom_object<Ridge>(key); }, Raises(text));
    EXPECT_THAT([&] { custom_object(key, lasso); }, Raises(text));
  }
  EXPECT_THAT(
      [] {
        CustomObjects({custom_object<Ridge>("a"), custom_object("a", lasso)});
      },
      Raises("custom_objects: a name can be given once. Received: a twice."));
}

}  // namespace
}  // namespace strata
