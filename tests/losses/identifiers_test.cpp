// The strings that name losses, alone and in configs.
#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/losses/loss.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using ::testing::Property;
using ::testing::StartsWith;
using ::testing::Throws;

std::string class_named_by(const char* identifier) {
  return losses::serialize(LossSpec(identifier)).at("class_name").get<std::string>();
}

TEST(LossIdentifier, IsAClassNameAFunctionNameOrAShortName) {
  for (const char* name : {"MeanSquaredError", "mean_squared_error", "mse", "MSE"})
    EXPECT_EQ(class_named_by(name), "MeanSquaredError");
  for (const char* name : {"KLDivergence", "kl_divergence", "kld", "KLD"})
    EXPECT_EQ(class_named_by(name), "KLDivergence");
  EXPECT_EQ(class_named_by("log_cosh"), "LogCosh");
  EXPECT_EQ(class_named_by("sparse_categorical_crossentropy"), "SparseCategoricalCrossentropy");
}

TEST(LossIdentifier, IsExact) {
  for (const char* name : {"Mse", "mean_squarederror", "logcosh", "meansquarederror", ""})
    EXPECT_THROW(LossSpec{name}, InvalidArgument) << name;
}

TEST(LossIdentifier, UnknownListsTheKnownOnes) {
  EXPECT_THAT(
      [] { LossSpec("l2"); },
      Raises<InvalidArgument>(
          "Loss: unknown identifier; known are MeanSquaredError, mean_squared_error, mse, MSE, "
          "MeanAbsoluteError, mean_absolute_error, mae, MAE, MeanAbsolutePercentageError, "
          "mean_absolute_percentage_error, mape, MAPE, MeanSquaredLogarithmicError, "
          "mean_squared_logarithmic_error, msle, MSLE, BinaryCrossentropy, binary_crossentropy, "
          "bce, BCE, BinaryFocalCrossentropy, binary_focal_crossentropy, CategoricalCrossentropy, "
          "categorical_crossentropy, CategoricalFocalCrossentropy, "
          "categorical_focal_crossentropy, CategoricalGeneralizedCrossEntropy, "
          "categorical_generalized_cross_entropy, "
          "SparseCategoricalCrossentropy, sparse_categorical_crossentropy, KLDivergence, "
          "kl_divergence, kld, KLD, Poisson, poisson, Huber, huber, LogCosh, log_cosh, "
          "CosineSimilarity, cosine_similarity, Hinge, hinge, SquaredHinge, squared_hinge, "
          "CategoricalHinge, categorical_hinge, Dice, dice, Tversky, tversky, Circle, circle, "
          "crossentropy, ce. Received: l2."));
}

TEST(LossIdentifier, CrossentropyChoosesByShapes) {
  const LossSpec loss("crossentropy");
  const Tensor shares({2, 3}, {0.05f, 0.95f, 0, 0.1f, 0.8f, 0.1f});
  EXPECT_THAT(loss(Tensor({2, 3}, {0, 1, 0, 0, 0, 1}), shares), IsClose(1.1769392f, 1e-6));
  EXPECT_THAT(loss(Tensor({2}, {1, 2}), shares), IsClose(1.1769392f, 1e-6));
  EXPECT_THAT(loss(Tensor({2, 1}, {1, 2}), shares), IsClose(1.1769392f, 1e-6));
  const Tensor chances({2, 1}, {0.6f, 0.4f});
  EXPECT_THAT(loss(Tensor({2, 1}, {0, 1}), chances), IsClose(0.9162908f, 1e-6));
  EXPECT_THAT(loss(Tensor({2}, {0, 1}), chances), IsClose(0.9162908f, 1e-6));
}

TEST(LossIdentifier, CrossentropyStaysAStringInConfigs) {
  EXPECT_EQ(losses::serialize(LossSpec("ce")), Config("ce"));
  EXPECT_EQ(losses::deserialize("crossentropy")->name(), "crossentropy");
}

TEST(LossIdentifier, CrossentropyChecksTargetsByShapes) {
  const LossSpec loss("ce");
  EXPECT_THAT(
      [&] {
        loss->check_targets(Tensor({2}, {0, 3}), {2, 3});
      },
      Raises("SparseCategoricalCrossentropy: labels must be whole numbers in [0, 3). "
             "Received: y_true[1]=3."));
  EXPECT_THAT(
      [&] {
        loss->check_targets(Tensor({2, 1}, {0, 3}), {2, 1});
      },
      Raises("BinaryCrossentropy: targets must lie in [0, 1]. Received: y_true[1, 0]=3."));
  EXPECT_THAT(
      [&] {
        loss->check_targets(ops::ones({2, 4}), {2, 3});
      },
      Raises("CategoricalCrossentropy: y_true and y_pred must have the same shape, of rank "
             "1 or more. Received: y_true.shape=(2, 4), y_pred.shape=(2, 3)."));
}

TEST(LossIdentifier, MayBeAFunctionInAConfigOfKeras) {
  const LossSpec loss = losses::deserialize({{"module", "builtins"},
                                             {"class_name", "function"},
                                             {"config", "mean_absolute_error"},
                                             {"registered_name", "function"}});
  EXPECT_EQ(losses::serialize(loss).at("class_name"), "MeanAbsoluteError");
}

TEST(LossIdentifier, OfAnUnknownFunctionIsRefused) {
  EXPECT_THAT(
      [] {
        losses::deserialize({{"class_name", "function"}, {"config", "dice_by_hand"}});
      },
      Throws<InvalidArgument>(Property(
          &std::exception::what,
          StartsWith(
              "Loss: unknown function; register it by register_serializable({.name = "
              "\"dice_by_hand\"}, function) or pass custom_object(\"dice_by_hand\", function) "
              "in custom_objects. Known are "))));
}

}  // namespace
}  // namespace strata::testing
