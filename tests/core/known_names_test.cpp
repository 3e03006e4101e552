// Errors about an unknown name suggest the nearest known one.
#include "core/known_names.hpp"

#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/dense.hpp"
#include "strata/losses/loss.hpp"
#include "strata/metrics/metric.hpp"
#include "strata/models/sequential.hpp"
#include "strata/optimizers/optimizer.hpp"
#include "strata/regularizers/regularizer.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using Names = std::vector<std::string>;

TEST(NearestNames, ComeInOrderOfTheirEditsEachOnce) {
  const Names known = {"Adam", "my_package>Standing", "SGD", "Adam", "AdamW"};
  EXPECT_EQ(nearest_names("adamw", known, 5), "Known are AdamW, Adam, SGD, my_package>Standing");
  EXPECT_EQ(nearest_names("other>Standin", known, 1), "Known are my_package>Standing and 3 more");
  EXPECT_EQ(nearest_names("x", {}, 5), "Known are none");
}

TEST(NearestNames, OfAnyLengthAreShortened) {
  const std::string text =
      nearest_names(std::string(100'000, 'a'), {std::string(500, 'b'), "c"}, 5);
  EXPECT_LT(text.size(), 120U);
}

TEST(NearestName, IsAFewEditsAway) {
  const Names known = {"acc", "accuracy", "loss", "val_loss", "mean_squared_error", "mse"};
  EXPECT_EQ(nearest_name("acuracy", known), "accuracy");    // one letter missing
  EXPECT_EQ(nearest_name("accuraccy", known), "accuracy");  // one letter too many
  EXPECT_EQ(nearest_name("accurady", known), "accuracy");   // one letter replaced
  EXPECT_EQ(nearest_name("acucracy", known), "accuracy");   // two letters swapped
  EXPECT_EQ(nearest_name("value_loss", known), "val_loss");
  EXPECT_EQ(nearest_name("valloss", known), "val_loss");
  EXPECT_EQ(nearest_name("meansquarederror", known), "mean_squared_error");
  EXPECT_EQ(nearest_name("MSE", known), "mse");
}

TEST(NearestName, IsTheNearestAndOfEquallyNearOnesTheFirst) {
  EXPECT_EQ(nearest_name("dense_11", {"dense_2", "dense_1", "dense_12"}), "dense_1");
  EXPECT_EQ(nearest_name("dense_1", {"dense_1", "dense_11"}), "dense_1");
}

TEST(NearestName, MayBeLeftUnfinished) {
  EXPECT_EQ(nearest_name("glorot", {"he_normal", "glorot_normal", "glorot_uniform"}),
            "glorot_normal");
  EXPECT_EQ(nearest_name("gl", {"glorot_normal"}), "");
}

TEST(NearestName, OfAUsersClassNeedsNoPackage) {
  EXPECT_EQ(nearest_name("Smoth", {"L1", "mine>Smooth"}), "mine>Smooth");
}

TEST(NearestName, IsNoneWhereNothingIsNear) {
  EXPECT_EQ(nearest_name("nonsense", {"l1", "l2"}), "");
  EXPECT_EQ(nearest_name("l3", {}), "");
  EXPECT_EQ(nearest_name("", {"a"}), "");
  EXPECT_EQ(nearest_name("x", {"y"}), "");
  EXPECT_EQ(nearest_name("l3", {"l1", "l2"}), "");
  EXPECT_EQ(nearest_name(std::string(1000000, 'a'), {"a", std::string(1000000, 'b')}), "");
}

TEST(KnownNames, NameTheNearestFirst) {
  EXPECT_EQ(known_names("acuracy", {"acc", "accuracy"}),
            "did you mean accuracy? Known are acc, accuracy");
  EXPECT_EQ(known_names("nonsense", {"acc", "accuracy"}), "known are acc, accuracy");
  EXPECT_EQ(known_names("nonsense", {}), "known are none");
}

TEST(EitherOf, ListsNamesAsASentenceDoes) {
  EXPECT_EQ(either_of({}), "");
  EXPECT_EQ(either_of({"a"}), "a");
  EXPECT_EQ(either_of({"a", "b"}), "a or b");
  EXPECT_EQ(either_of({"a", "b", "c"}), "a, b or c");
}

layers::Dense dense_named(const char* name) { return layers::Dense({.units = 1, .name = name}); }

// All families of names suggest the nearest one.
template <class Spec>
void expect_suggestion(const std::string& received, const std::string& nearest) {
  try {
    Spec{received};
    FAIL() << received << " is known";
  } catch (const InvalidArgument& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("; did you mean " + nearest + "? Known are "));
  }
}

TEST(KnownNames, AreOfEveryFamily) {
  expect_suggestion<MetricSpec>("acuracy", "accuracy");
  expect_suggestion<LossSpec>("mean_sqared_error", "mean_squared_error");
  expect_suggestion<OptimizerSpec>("adm", "Adam");
  expect_suggestion<RegularizerSpec>("l1-l3", "l1_l2");
}

TEST(KnownNames, AreOfLayersWeightsAndKeys) {
  layers::Dense dense({.units = 1, .name = "hidden"});
  EXPECT_THAT([&] { dense.set_regularizer("kernal", "l2"); },
              Raises("hidden: there is no weight of this name; did you mean kernel? Known are "
                     "kernel, bias. Received: kernal."));
  const Sequential model({dense_named("hidden"), dense_named("output")});
  EXPECT_THAT([&] { model.get_layer("ouput"); },
              Raises(model.name() + ": there is no layer of this name; did you mean output? Known "
                                    "are hidden, output. Received: ouput."));
  EXPECT_THAT(
      [] {
        regularizers::deserialize({{"class_name", "L2"}, {"config", {{"l2_", 1}}}});
      },
      Raises("L2: unknown key in the config; did you mean l2? Known are l2. Received: "
             "l2_=1."));
}

}  // namespace
}  // namespace strata::testing
