// Users' classes and functions that are registered, and how configs name them.
#include "strata/saving/register_serializable.hpp"

#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/dense.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/ops.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/regularizers/l2.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace register_serializable_test {

using ::testing::Property;
using testing::Raises;
using ::testing::StartsWith;
using ::testing::Throws;

class Ridge : public Regularizer {
 public:
  explicit Ridge(float factor) : factor_(factor) {}
  Tensor operator()(const Tensor& x) const override { return factor_ * ops::sum(ops::square(x)); }
  Config get_config() const override { return {{"factor", factor_}}; }
  static Ridge from_config(const Config& config) { return Ridge(config.at("factor").get<float>()); }

 private:
  float factor_;
};

class Doubled : public Layer {
 public:
  explicit Doubled(std::string name = {}) : Layer("Doubled", std::move(name)) {}
  Tensor call(const Tensor& inputs, const CallContext&) override { return 2.0f * inputs; }
  static Doubled from_config(const Config&) { return Doubled(); }
};

class Gain : public Layer {
 public:
  Tensor call(const Tensor& inputs, const CallContext&) override { return inputs * gain_; }
  static Gain from_config(const Config&) { return {}; }

 protected:
  void create_weights(const Shape& inputs) override {
    gain_ = add_weight(
        {.name = "gain", .shape = {inputs.back()}, .initializer = "ones", .regularizer = "l1"});
  }

 private:
  Variable gain_;
};

Tensor l1(const Tensor& weights) { return 0.01f * ops::sum(ops::abs(weights)); }

layers::DenseOptions five_with(RegularizerSpec regularizer) {
  return {.units = 5, .kernel_initializer = "ones", .kernel_regularizer = std::move(regularizer)};
}

TEST(RegisterSerializable, ClassIsWrittenUnderItsName) {
  register_serializable<Ridge>({.package = "written", .name = "ridge"});
  EXPECT_EQ(regularizers::serialize(Ridge(0.5f)).dump(),
            R"({"module":null,"class_name":"ridge","config":{"factor":0.5},)"
            R"("registered_name":"written>ridge"})");
}

TEST(RegisterSerializable, PackageIsCustomByDefault) {
  class Other : public Ridge {
   public:
    Other() : Ridge(1.0f) {}
    static Other from_config(const Config&) { return {}; }
  };
  register_serializable<Other>({.name = "by_default"});
  EXPECT_EQ(regularizers::serialize(Other()).at("registered_name"), "Custom>by_default");
}

TEST(RegisterSerializable, ClassNamedAsABuiltInStaysItself) {
  class Mine : public Ridge {
   public:
    explicit Mine(float factor) : Ridge(factor) {}
    static Mine from_config(const Config& config) { return Mine(config.at("factor").get<float>()); }
  };
  register_serializable<Mine>({.package = "shadow", .name = "L2"});
  const RegularizerSpec mine = regularizers::deserialize(regularizers::serialize(Mine(0.25f)));
  EXPECT_FLOAT_EQ(mine(ops::ones({4})).item(), 1.0f);
  EXPECT_FLOAT_EQ(RegularizerSpec("l2")(ops::ones({4})).item(), 0.04f);
}

TEST(RegisterSerializable, LayerComesBackWithItsBase) {
  register_serializable<Doubled>({.package = "layers", .name = "Doubled"});
  Doubled layer("twice");
  layer.set_activity_regularizer("l2");
  const auto twin = layers::deserialize(layers::serialize(layer));
  EXPECT_EQ(twin->name(), "twice");
  EXPECT_TRUE(twin->activity_regularizer());
  EXPECT_NE(std::dynamic_pointer_cast<Doubled>(twin), nullptr);
}

TEST(RegisterSerializable, PenaltySetOnALayerWithoutSlotsComesBack) {
  register_serializable<Gain>({.package = "layers", .name = "Gain"});
  Gain layer;
  layer.set_regularizer("gain", regularizers::L2(2.0f));
  const auto unbuilt = layers::deserialize(layers::serialize(layer));
  (*unbuilt)(ops::ones({1, 3}));
  EXPECT_FLOAT_EQ(unbuilt->losses().at(0).item(), 6.0f);

  const auto built = layers::deserialize(layers::serialize(*unbuilt));
  EXPECT_FLOAT_EQ(built->losses().at(0).item(), 6.0f);
  built->set_regularizer("gain", nullptr);
  EXPECT_TRUE(layers::deserialize(layers::serialize(*built))->losses().empty());
}

TEST(RegisterSerializable, PenaltyThatNoWeightHasIsRefusedByName) {
  class Own : public Gain {
   public:
    static Own from_config(const Config&) { return {}; }
  };
  register_serializable<Own>({.package = "layers", .name = "Own"});
  Own layer;
  layer.build({1, 3});
  Config object = layers::serialize(layer);
  object["config"]["name"] = "gain";
  object["weight_regularizers"] = {{"gian", "l2"}};
  EXPECT_THAT([&] { layers::deserialize(object); },
              Raises("gain: there is no weight of this name; did you mean gain? Known are gain. "
                     "Received: gian."));
  object["weight_regularizers"] = {{"gain", 3}};
  EXPECT_THAT([&] { layers::deserialize(object); },
              Throws<InvalidArgument>(Property(&std::exception::what,
                                               StartsWith("gain: weight_regularizers: gain: "))));
  object["weight_regularizers"] = "l2";
  EXPECT_THAT([&] { layers::deserialize(object); },
              Raises("gain: weight_regularizers: must be an object or null. Received: \"l2\"."));
}

TEST(RegisterSerializable, FunctionSurvivesItsConfig) {
  const auto registered = register_serializable({.package = "functions", .name = "l1"}, l1);
  EXPECT_EQ(registered.registered_name(), "functions>l1");
  layers::Dense layer(five_with(registered));
  auto twin = layers::Dense::from_config(layer.get_config());
  twin(ops::ones({5, 5}));
  EXPECT_FLOAT_EQ(twin.losses().at(0).item(), 0.25f);
  EXPECT_EQ(regularizers::serialize(twin.kernel_regularizer()).dump(),
            R"({"module":"builtins","class_name":"function","config":"functions>l1",)"
            R"("registered_name":"function"})");
}

TEST(RegisterSerializable, FunctionsOfTwoTensorsAndOfAShapeHaveTheirSlots) {
  const auto error = register_serializable(
      {.package = "functions", .name = "error"},
      [](const Tensor& y_true, const Tensor& y_pred) { return ops::square(y_true - y_pred); });
  const auto thirds =
      register_serializable({.package = "functions", .name = "thirds"},
                            [](const Shape& shape) { return ops::ones(shape) / 3.0f; });
  EXPECT_EQ(error(3.0f, 1.0f).item(), 4.0f);
  static_assert(std::convertible_to<decltype(error), Loss::Function>);
  static_assert(std::convertible_to<decltype(error), Metric::Function>);
  static_assert(std::convertible_to<decltype(thirds), Initializer::Function>);
}

TEST(RegisterSerializable, NameTakenTwiceIsRefused) {
  register_serializable({.package = "taken", .name = "l1"}, l1);
  EXPECT_THAT([] { register_serializable<Ridge>({.package = "taken", .name = "l1"}); },
              Raises<InvalidArgument>("register_serializable: a name can be registered once. "
                                      "Received: taken>l1, which is taken."));
  EXPECT_THAT([] { register_serializable({.package = "taken", .name = "l1"}, l1); },
              Raises<InvalidArgument>("register_serializable: a name can be registered once. "
                                      "Received: taken>l1, which is taken."));
}

TEST(RegisterSerializable, NamesThatNoConfigCanSayAreRefused) {
  EXPECT_THAT([] { register_serializable<Ridge>({}); },
              Raises("register_serializable: name must not be empty or hold '>' or control "
                     "characters. Received: name=\"\"."));
  EXPECT_THAT([] { register_serializable({.package = "a>b", .name = "l1"}, l1); },
              Raises("register_serializable: package must not be empty or hold '>' or control "
                     "characters. Received: package=\"a>b\"."));
  EXPECT_THAT([] { register_serializable({.name = "l1\n"}, l1); },
              Raises("register_serializable: name must not be empty or hold '>' or control "
                     "characters. Received: name=\"l1\n\"."));
}

TEST(RegisterSerializable, UnregisteredNamesInAConfigAreRefused) {
  EXPECT_THAT(
      [] {
        regularizers::deserialize({{"class_name", "function"}, {"config", "no>one"}});
      },
      Throws<InvalidArgument>(Property(
          &std::exception::what,
          StartsWith(
              "Regularizer: unknown function; register it by register_serializable({.package "
              "= \"no\", .name = \"one\"}, function) or pass "))));
  EXPECT_THAT(
      [] {
        regularizers::deserialize({{"module", "os"}, {"class_name", "L2"}, {"config", {}}});
      },
      Raises("Regularizer: a class that is not of keras must be registered with "
             "register_serializable or passed in custom_objects. Received: module=os, "
             "class_name=L2."));
  EXPECT_THAT(
      [] {
        regularizers::deserialize({{"class_name", "L2"}, {"registered_name", "Foreign>L2"}});
      },
      Throws<InvalidArgument>(Property(&std::exception::what, StartsWith("Regularizer: unknown"))));
}

}  // namespace register_serializable_test
}  // namespace strata
