// The table of names: what configs and strings find in it, and what is refused.
#include "core/registry.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "strata/initializers/initializer.hpp"
#include "strata/losses/loss.hpp"
#include "strata/metrics/metric.hpp"
#include "strata/optimizers/optimizer.hpp"
#include "strata/regularizers/regularizer.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

// A family of this test's own, so that names of the built-ins don't matter.
struct Shape2d {
  virtual ~Shape2d() = default;
  virtual std::string text() const = 0;
};
struct Circle : Shape2d {
  explicit Circle(double of) : radius(of) {}
  std::string text() const override { return fmt::format("circle {}", radius); }
  double radius;
};
struct Square : Shape2d {
  std::string text() const override { return "square"; }
};
struct Unlisted : Shape2d {
  std::string text() const override { return ""; }
};

registry::ClassEntry entry(const std::type_info& type, const std::string& class_name,
                           const std::string& registered_name) {
  return {&typeid(Shape2d),
          &type,
          "",
          class_name,
          registered_name,
          [](const Config& config) -> std::shared_ptr<void> {
            return std::shared_ptr<Shape2d>(std::make_shared<Circle>(config.value("radius", 1.0)));
          }};
}

class Registry : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    registry::add(entry(typeid(Circle), "Circle", "geometry>Circle"));
    registry::add(entry(typeid(Square), "Square", "geometry>Square"));
  }
};

TEST(SnakeCase, FollowsKerassRule) {
  const std::pair<const char*, const char*> table[] = {
      {"Dense", "dense"},
      {"Conv1D", "conv1d"},
      {"Conv3D", "conv3d"},
      {"Conv2DTranspose", "conv2d_transpose"},
      {"DepthwiseConv2D", "depthwise_conv2d"},
      {"SeparableConv2D", "separable_conv2d"},
      {"MaxPooling2D", "max_pooling2d"},
      {"GlobalAveragePooling2D", "global_average_pooling2d"},
      {"BatchNormalization", "batch_normalization"},
      {"ReLU", "re_lu"},
      {"LeakyReLU", "leaky_re_lu"},
      {"PReLU", "p_re_lu"},
      {"ELU", "elu"},
      {"ZeroPadding2D", "zero_padding2d"},
      {"UpSampling2D", "up_sampling2d"},
      {"RMSNormalization", "rms_normalization"},
      {"LSTM", "lstm"},
      {"SimpleRNN", "simple_rnn"},
      {"L1L2", "l1l2"},
      {"RMSprop", "rm_sprop"},
      {"AdamW", "adam_w"},
      {"InputLayer", "input_layer"},
      {"Sequential", "sequential"},
      {"MyReLU6Layer", "my_re_lu6_layer"},
      {"_Private", "__private"}};
  for (const auto& [name, expected] : table) EXPECT_EQ(registry::snake_case(name), expected);
}

TEST_F(Registry, MakesWhatAConfigNames) {
  const Config config = {{"class_name", "Circle"},
                         {"config", {{"radius", 2.5}}},
                         {"registered_name", "geometry>Circle"}};
  EXPECT_EQ(registry::read<Shape2d>("Shape2d", config)->text(), "circle 2.5");
}

TEST_F(Registry, WritesWhatItReads) {
  const Config config = registry::object_config(typeid(Circle), {{"radius", 2.5}});
  EXPECT_EQ(config.dump(), R"({"module":null,"class_name":"Circle","config":{"radius":2.5},)"
                           R"("registered_name":"geometry>Circle"})");
  EXPECT_EQ(registry::read<Shape2d>("Shape2d", config)->text(), "circle 2.5");
}

TEST_F(Registry, FindsByTheTypeOfAnObject) {
  const Square square;
  const Shape2d& shape = square;
  EXPECT_EQ(registry::class_name_of(typeid(shape)), "Square");
  EXPECT_EQ(registry::find(typeid(Unlisted)), nullptr);
}

TEST_F(Registry, RefusesAnUnknownNameAndListsTheKnown) {
  EXPECT_THAT(
      [] {
        registry::read<Shape2d>("Shape2d", {{"class_name", "Triangle"}});
      },
      Raises<InvalidArgument>("Shape2d: unknown class; pass custom_object<T>(\"Triangle\") in "
                              "custom_objects. Known are "
                              "geometry>Circle, geometry>Square. Received: class_name=Triangle."));
}

TEST_F(Registry, RefusesANameTwiceAndKeepsTheFirst) {
  EXPECT_THAT([] { registry::add(entry(typeid(Unlisted), "Circle", "geometry>Circle")); },
              Raises<InvalidArgument>("register_serializable: a name can be registered once. "
                                      "Received: geometry>Circle, which is taken."));
  EXPECT_EQ(registry::find(typeid(Unlisted)), nullptr);
}

TEST_F(Registry, RefusesToWriteATypeThatWasNeverListed) {
  EXPECT_THAT([] { registry::object_config(typeid(Unlisted), Config::object()); },
              Raises<InvalidArgument>(
                  "Unlisted: a class can be written into a config only when registered: call "
                  "register_serializable<Unlisted>({.package = …, .name = …}) first. Received: "
                  "class Unlisted."));
}

TEST_F(Registry, RefusesWhatIsNoConfig) {
  const std::string rule = "Shape2d: a config must be an object with a class_name. Received: ";
  EXPECT_THAT([] { registry::read<Shape2d>("Shape2d", Config::array()); },
              Raises<InvalidArgument>(rule + "[]."));
  EXPECT_THAT(
      [] {
        registry::read<Shape2d>("Shape2d", {{"class_name", 3}});
      },
      Raises<InvalidArgument>(rule + "{\"class_name\":3}."));
}

TEST_F(Registry, FamiliesHaveNamesOfTheirOwn) {
  EXPECT_EQ(registry::find(typeid(Circle), "geometry>Circle"), nullptr);
  EXPECT_NE(registry::find(typeid(Shape2d), "geometry>Circle"), nullptr);
}

TEST_F(Registry, EveryIdentifierThatErrorsListMakesAnObjectOrSaysWhatItNeeds) {
  for (const std::type_info* family : {&typeid(Initializer), &typeid(Loss), &typeid(Metric),
                                       &typeid(Optimizer), &typeid(Regularizer)}) {
    const std::vector<std::string> names = registry::identifiers(*family);
    EXPECT_GE(names.size(), 4U);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
    for (const std::string& name : names) {
      try {
        EXPECT_NE(registry::make_named(*family, "family", name), nullptr) << name;
      } catch (const InvalidArgument& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr(": a config needs "));
      }
    }
  }
}

TEST(RegistryNaming, UsersClassesAreIdentifiersOnlyWhereTheFamilySaysSo) {
  struct Letter {};
  struct Alpha : Letter {};
  struct Beta : Letter {};
  const auto letter = [](const std::type_info& type, const char* registered_name) {
    return registry::ClassEntry{&typeid(Letter), &type, "", "", registered_name, {}};
  };
  registry::add(letter(typeid(Alpha), "letters>Alpha"));
  EXPECT_FALSE(registry::find_identifier(typeid(Letter), "letters>Alpha"));
  registry::set_naming(typeid(Letter), {.any_case = true, .users_classes = true});
  registry::add(letter(typeid(Beta), "letters>Beta"));
  EXPECT_TRUE(registry::find_identifier(typeid(Letter), "letters>beta"));
  EXPECT_FALSE(registry::find_identifier(typeid(Letter), "beta"));
  EXPECT_EQ(registry::identifiers(typeid(Letter)), std::vector<std::string>{"letters>Beta"});
}

TEST_F(Registry, KnowsFunctionsByTypeAndName) {
  const auto function = std::make_shared<std::function<int(int)>>([](int x) { return 2 * x; });
  registry::add(registry::FunctionEntry{&typeid(*function), "math>twice", function});
  const auto found = registry::find_function(typeid(std::function<int(int)>), "math>twice");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->function, function);
  EXPECT_EQ(registry::find_function(typeid(std::function<void()>), "math>twice"), nullptr);
  EXPECT_THAT(
      [&] {
        registry::add(registry::FunctionEntry{&typeid(*function), "math>twice", {}});
      },
      Raises<InvalidArgument>("register_serializable: a name can be registered once. "
                              "Received: math>twice, which is taken."));
}

}  // namespace
}  // namespace strata::testing
