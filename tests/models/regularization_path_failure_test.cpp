// regularization_path where training diverges: the point says so, and the others are kept.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "core/parallel.hpp"
#include "io/files.hpp"
#include "strata/core/threads.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/regularization_path.hpp"
#include "strata/models/sequential.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/plots/plot.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace regularization_path_failure_test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// At the factors from `too_strong` on the steps are far too long.
Sequential model_for(float factor, float too_strong) {
  Sequential model(
      {.layers = {layers::Input({3}), layers::Dense({.units = 1,
                                                     .kernel_regularizer = regularizers::L2(factor),
                                                     .name = "dense"})},
       .name = "linear"});
  model.compile({.optimizer = optimizers::SGD(factor < too_strong ? 0.02f : 1e20f), .loss = "mse"});
  return model;
}

RegularizationPath path_of(float too_strong, FitOptions fit = {.epochs = 5, .verbose = 0}) {
  const Tensor x = random::Generator(3).normal({20, 3});
  const Tensor y = random::Generator(4).normal({20, 1});
  return regularization_path([=](float factor) { return model_for(factor, too_strong); }, x, y,
                             {.factors = {0.1f, 0.2f, 0.4f}, .folds = 2, .fit = fit});
}

TEST(FailedFactor, IsMarkedWhileTheOthersAreTrained) {
  const RegularizationPath path = path_of(0.4f);
  ASSERT_EQ(path.points.size(), 3U);
  EXPECT_FALSE(path.interrupted);
  const RegularizationPathPoint& failed = path.at(0.4f);
  EXPECT_THAT(failed.failure, StartsWith("linear: the total loss must be finite; the first term "
                                         "that is not is the data loss"));
  EXPECT_TRUE(std::isnan(failed.val_data_loss.mean));
  EXPECT_TRUE(failed.weights.empty());
  for (const float factor : {0.1f, 0.2f}) {
    EXPECT_EQ(path.at(factor).failure, "");
    EXPECT_EQ(path.at(factor).val_data_loss.by_fold.size(), 2U);
  }
  EXPECT_LT(path.best(), 0.4f);
  EXPECT_LT(path.one_standard_error(), 0.4f);
}

TEST(FailedFactor, LeavesTheNumbersOfTheFactorsBefore) {
  const Tensor x = random::Generator(3).normal({20, 3});
  const Tensor y = random::Generator(4).normal({20, 1});
  set_random_seed(1);
  const RegularizationPath with =
      regularization_path([](float factor) { return model_for(factor, 0.2f); }, x, y,
                          {.factors = {0.1f, 0.2f},
                           .folds = 2,
                           .order = "weak_to_strong",
                           .fit = {.epochs = 5, .verbose = 0}});
  set_random_seed(1);
  const RegularizationPath without =
      regularization_path([](float factor) { return model_for(factor, 0.2f); }, x, y,
                          {.factors = {0.1f},
                           .folds = 2,
                           .order = "weak_to_strong",
                           .fit = {.epochs = 5, .verbose = 0}});
  EXPECT_EQ(with.at(0.1f).val_data_loss.by_fold, without.at(0.1f).val_data_loss.by_fold);
  EXPECT_NE(with.at(0.2f).failure, "");
}

TEST(FailedFactor, LeavesTheWeightsThatTheNextOneStartsFrom) {
  const Tensor x = random::Generator(3).normal({20, 3});
  const Tensor y = random::Generator(4).normal({20, 1});
  const RegularizationPath path = regularization_path(
      [](float factor) {
        Sequential model = model_for(factor, 1.0f);
        const float rate = factor == 0.2f ? 1e20f : factor == 0.1f ? 0.0f : 0.02f;
        model.compile({.optimizer = optimizers::SGD(rate), .loss = "mse"});
        return model;
      },
      x, y,
      {.factors = {0.1f, 0.2f, 0.4f},
       .validation_data = {.x = x, .y = y},
       .fit = {.epochs = 3, .verbose = 0}});
  EXPECT_NE(path.at(0.2f).failure, "");
  EXPECT_THAT(path.at(0.1f).weights[0].second, IsClose(path.at(0.4f).weights[0].second, 0.0));
}

TEST(FailedFactor, NamesTheFoldThatFails) {
  const Tensor x = random::Generator(3).normal({20, 3});
  const Tensor y = random::Generator(4).normal({20, 1});
  int made = 0;
  const RegularizationPath path = regularization_path(
      [&](float factor) {
        // Each factor has three: all data and two folds.
        return model_for(factor, made++ == 5 ? 0.0f : 1.0f);
      },
      x, y,
      {.factors = {0.1f, 0.2f},
       .folds = 2,
       .order = "weak_to_strong",
       .fit = {.epochs = 5, .verbose = 0}});
  EXPECT_EQ(path.at(0.1f).failure, "");
  EXPECT_THAT(path.at(0.2f).failure, StartsWith("fold 2: linear: the total loss must be finite"));
}

TEST(FailedFactor, GivesTheSameWithAnyNumberOfThreads) {
  const auto table = [](int threads) {
    const KeepHelpers keep(threads);
    const int before = num_threads();
    set_num_threads(threads);
    set_random_seed(5);
    const std::string text = to_string(path_of(0.4f));
    set_num_threads(before);
    return text;
  };
  const std::string one = table(1);
  EXPECT_THAT(one, HasSubstr("factor 0.4 failed: linear: "));
  EXPECT_EQ(one, table(2));
  EXPECT_EQ(one, table(4));
}

TEST(FailedFactor, RaisesOnlyIfAllFail) {
  EXPECT_THAT([] { path_of(0.0f); },
              ::testing::Throws<StateError>(::testing::Property(
                  &StateError::what,
                  StartsWith("regularization_path: losses and gradients must be finite with one of "
                             "the factors at least. Received: 3 factors that fail, the first of "
                             "them, 0.4, by \"linear: the total loss must be finite"))));
}

TEST(FailedFactor, IsPrintedWhenItFails) {
  std::ostringstream output;
  FitOptions fit{.epochs = 5, .verbose = 1};
  fit.output = &output;
  path_of(0.4f, fit);
  EXPECT_THAT(output.str(), StartsWith("1/3 - factor 0.4 - failed: linear: the total loss"));
  EXPECT_THAT(output.str(), HasSubstr("2/3 - factor 0.2 - data_loss: "));
}

RegularizationPath path_with_failure() {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  return {.points = {{.factor = 0.5f,
                      .data_loss = {.mean = 1.5},
                      .val_data_loss = {.mean = 2.5},
                      .sparsity = {.weights = {}, .elements = {.zeros = 1, .total = 4}},
                      .weights = {{"dense/kernel", Tensor({1, 1}, {1})}}},
                     {.factor = 8.0f,
                      .data_loss = {.mean = nan},
                      .penalty = {.mean = nan},
                      .val_data_loss = {.mean = nan},
                      .val_penalty = {.mean = nan},
                      .failure = "m: not \"finite\"."}}};
}

TEST(FailedFactor, StandsInTheTable) {
  EXPECT_EQ(to_string(path_with_failure()),
            "factor  data_loss  val_data_loss  penalty  zeros  inputs left  units left\n"
            "   0.5        1.5            2.5        0    1/4          0/0         0/0\n"
            "     8     failed              -        -      -            -           -\n"
            "factor 8 failed: m: not \"finite\".\n");
}

TEST(FailedFactor, StandsInTheFile) {
  const TemporaryFolder folder;
  path_with_failure().to_csv(folder.path("path.csv"));
  EXPECT_THAT(read_bytes(folder.path("path.csv")),
              HasSubstr("units,failure\r\n"
                        "0.5,1.5,,0,,2.5,,0,,1,4,0,0,0,0,\r\n"
                        "8,nan,,nan,,nan,,nan,,,,,,,,\"m: not \"\"finite\"\".\"\r\n"));
}

TEST(FailedFactor, IsMarkedInThePictures) {
  const TemporaryFolder folder;
  plots::plot(path_with_failure(), folder.path("page.html"));
  const std::string page = read_bytes(folder.path("page.html"));
  EXPECT_THAT(page, HasSubstr(">failed: 8</text>"));
  EXPECT_THAT(page, HasSubstr("Training failed at factor 8: m: not &quot;finite&quot;."));
  EXPECT_THAT(page, HasSubstr("2 factors, one set of held-out data, 1 failed"));
  EXPECT_THAT(page, HasSubstr("dense/kernel by factor"));
}

}  // namespace
}  // namespace regularization_path_failure_test
}  // namespace strata::testing
