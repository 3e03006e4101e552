// Rules for weights that the options leave out are refused in code, and kept without effect in
// configs.
#include <gtest/gtest.h>

#include <string>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/dense.hpp"
#include "strata/ops/array.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::Raises;

const char* const kRegularizer =
    R"({"module": "keras.regularizers", "class_name": "L1L2", "config": {"l1": 0.5, "l2": 0.25}, "registered_name": null})";
const char* const kConstraint =
    R"({"module": "keras.constraints", "class_name": "MaxNorm", "config": {"max_value": 2.0, "axis": 0}, "registered_name": null})";
const char* const kInitializer =
    R"({"module": "keras.initializers", "class_name": "Constant", "config": {"value": 0.5}, "registered_name": null})";

// The config with all rules set for `weight`, which `option` leaves out.
Config with_unused_rules(Config config, const std::string& weight, const std::string& option) {
  config[option] = false;
  config[weight + "_regularizer"] = Config::parse(kRegularizer);
  config[weight + "_constraint"] = Config::parse(kConstraint);
  config[weight + "_initializer"] = Config::parse(kInitializer);
  return config;
}

template <class L>
void expect_kept_without_effect(Config config, const std::string& weight, const Shape& input) {
  L layer = L::from_config(config);
  layer(ops::ones(input), {.training = true});
  for (const char* rule : {"_regularizer", "_constraint", "_initializer"})
    EXPECT_EQ(layer.get_config().at(weight + rule), config.at(weight + rule)) << weight << rule;
  EXPECT_TRUE(layer.losses().empty());
  EXPECT_TRUE(layer.penalties().empty());
  for (const Variable& variable : layer.weights()) EXPECT_NE(variable.name(), weight);
  EXPECT_THROW(layer.set_regularizer(weight, "l2"), InvalidArgument);

  const auto twin = layers::deserialize(layer.to_object());
  EXPECT_EQ(twin->get_config(), layer.get_config());
  EXPECT_TRUE(twin->losses().empty());
}

TEST(UnusedRules, OfAConfigAreKeptWithoutEffect) {
  const Config dense = layers::Dense({.units = 2}).get_config();
  expect_kept_without_effect<layers::Dense>(with_unused_rules(dense, "bias", "use_bias"), "bias",
                                            {3, 4});
  const Config conv = layers::Conv1D({.filters = 2, .kernel_size = 2}).get_config();
  expect_kept_without_effect<layers::Conv1D>(with_unused_rules(conv, "bias", "use_bias"), "bias",
                                             {3, 4, 1});
  const Config plane = layers::Conv2D({.filters = 2, .kernel_size = 2}).get_config();
  expect_kept_without_effect<layers::Conv2D>(with_unused_rules(plane, "bias", "use_bias"), "bias",
                                             {3, 4, 4, 1});
  const Config space = layers::Conv3D({.filters = 2, .kernel_size = 2}).get_config();
  expect_kept_without_effect<layers::Conv3D>(with_unused_rules(space, "bias", "use_bias"), "bias",
                                             {3, 4, 4, 4, 1});
  const Config normalization = layers::BatchNormalization().get_config();
  expect_kept_without_effect<layers::BatchNormalization>(
      with_unused_rules(normalization, "beta", "center"), "beta", {3, 4});
  expect_kept_without_effect<layers::BatchNormalization>(
      with_unused_rules(normalization, "gamma", "scale"), "gamma", {3, 4});
}

// A rule that no bias could satisfy, and that is never applied.
TEST(UnusedRules, AreNotHeldAgainstAShape) {
  Config config = layers::Dense({.units = 2}).get_config();
  config["use_bias"] = false;
  config["bias_regularizer"] = {{"class_name", "OrthogonalRegularizer"}};
  layers::Dense layer = layers::Dense::from_config(config);
  EXPECT_NO_THROW(layer(ops::ones({3, 4})));
  config["use_bias"] = true;
  EXPECT_THROW(layers::Dense::from_config(config)(ops::ones({3, 4})), ShapeError);
}

TEST(UnusedRules, WrittenInCodeStayRefused) {
  EXPECT_THAT([] { layers::Dense({.units = 2, .use_bias = false, .bias_regularizer = "l2"}); },
              Raises("Dense: a bias_regularizer needs use_bias. Received: use_bias=false."));
  EXPECT_THAT(
      [] {
        layers::Conv2D(
            {.filters = 2, .kernel_size = 1, .use_bias = false, .bias_constraint = "non_neg"});
      },
      Raises("Conv2D: a bias_constraint needs use_bias. Received: use_bias=false."));
  EXPECT_THAT([] { layers::BatchNormalization({.center = false, .beta_regularizer = "l1"}); },
              Raises("BatchNormalization: a beta_regularizer needs center. Received: "
                     "center=false."));
  EXPECT_THAT([] { layers::BatchNormalization({.scale = false, .gamma_constraint = "non_neg"}); },
              Raises("BatchNormalization: a gamma_constraint needs scale. Received: scale=false."));
}

// An invalid rule is refused, even for a weight that is left out.
TEST(UnusedRules, MustBeRules) {
  Config config = layers::Dense({.units = 2}).get_config();
  config["use_bias"] = false;
  config["bias_regularizer"] = {{"class_name", "L2"}, {"config", {{"l2", -1.0}}}};
  EXPECT_THAT([&] { layers::Dense::from_config(config); },
              Raises("Dense: bias_regularizer: L2: l2 must be finite and >= 0. Received: l2=-1."));
}

}  // namespace
}  // namespace strata
