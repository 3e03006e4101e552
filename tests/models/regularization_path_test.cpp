// regularization_path: scikit-learn's paths, what is refused, and what interruption keeps.
#include "strata/models/regularization_path.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <sstream>

#include "core/parallel.hpp"
#include "io/files.hpp"
#include "strata/callbacks/lambda_callback.hpp"
#include "strata/core/threads.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/proximal.hpp"
#include "strata/tensor/random.hpp"
#include "support/golden.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace regularization_path_test {
namespace {

using Options = RegularizationPathOptions;
using regularizers::L1;
using regularizers::Proximal;

Sequential linear(float factor, int inputs = 3) {
  Sequential model(
      {layers::Input({inputs}),
       layers::Dense({.units = 1, .kernel_regularizer = Proximal(L1(factor)), .name = "dense"})});
  model.compile(
      {.optimizer = optimizers::SGD({.learning_rate = 0.02f, .momentum = 0.9f}), .loss = "mse"});
  return model;
}

Sequential deep(float factor) {
  Sequential model(
      {layers::Input({3}),
       layers::Dense(
           {.units = 6, .activation = "tanh", .kernel_regularizer = Proximal(L1(factor))}),
       layers::Dropout(0.2f), layers::Dense(1)});
  model.compile({.optimizer = optimizers::Adam(0.01f), .loss = "mse"});
  return model;
}

const Tensor& inputs() {
  static const Tensor x = random::Generator(3).normal({40, 3});
  return x;
}

// Follows from the first input, with noise.
const Tensor& targets() {
  static const Tensor y = ops::matmul(inputs(), Tensor({3, 1}, {2, 0, 0})) +
                          random::Generator(4).normal({40, 1}, 0.0f, 0.5f);
  return y;
}

FitOptions few_epochs() { return {.epochs = 20, .verbose = 0}; }

TEST(RegularizationPath, TracesLassoPathAndTakesTheAlphaOfLassoCV) {
  const Config& golden = golden_file("penalties").at("linear");
  const Tensor x = nested_tensor(golden.at("x"));
  const Tensor y = ops::reshape(nested_tensor(golden.at("y")), {-1, 1});
  std::vector<float> factors;
  for (const Config& each : golden.at("path")) factors.push_back(each.at("l1").get<float>());
  const int samples = static_cast<int>(x.shape()[0]);
  const RegularizationPath path = regularization_path(
      [](float factor) { return linear(factor, 8); }, x, y,
      {.factors = factors,
       .folds = golden.at("folds").get<std::vector<std::vector<std::int64_t>>>(),
       .fit = {.batch_size = samples, .epochs = 800, .verbose = 0}});
  ASSERT_EQ(path.points.size(), factors.size());
  for (const Config& each : golden.at("path")) {
    const RegularizationPathPoint& point = path.at(each.at("l1").get<float>());
    const Tensor kernel = nested_tensor(each.at("kernel"));
    EXPECT_THAT(ops::reshape(point.weights[0].second, {8}), IsClose(kernel, 1e-3)) << point.factor;
    EXPECT_EQ(std::count(kernel.values().begin(), kernel.values().end(), 0.0f),
              point.sparsity.weights[0].elements.zeros)
        << point.factor;
  }
  for (const Config& each : golden.at("validation_mse")) {
    const PathFigure& figure = path.at(each.at("l1").get<float>()).val_data_loss;
    const auto expected = each.at("by_fold").get<std::vector<double>>();
    ASSERT_EQ(figure.by_fold.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(figure.by_fold[i], expected[i], 2e-3) << each.at("l1");
  }
  EXPECT_EQ(path.best(), golden.at("best_l1").get<float>());
  EXPECT_GE(path.one_standard_error(), path.best());
}

TEST(RegularizationPath, CutsFoldsThatTakeTurns) {
  const Options by_number{.factors = {0.1f, 1.0f}, .folds = 2, .fit = few_epochs()};
  std::vector<std::vector<std::int64_t>> held_out(2);
  for (std::int64_t i = 0; i < 40; ++i) held_out[static_cast<std::size_t>(i % 2)].push_back(i);
  const Options by_list{.factors = {1.0f, 0.1f}, .folds = held_out, .fit = few_epochs()};
  const auto make = [](float factor) { return linear(factor); };
  set_random_seed(1);
  const RegularizationPath numbered = regularization_path(make, inputs(), targets(), by_number);
  set_random_seed(1);
  const RegularizationPath listed = regularization_path(make, inputs(), targets(), by_list);
  EXPECT_EQ(to_string(numbered), to_string(listed));
  EXPECT_EQ(numbered.folds, 2);
}

TEST(RegularizationPath, TellsMeanAndStandardErrorOfTheFolds) {
  const RegularizationPath path =
      regularization_path([](float factor) { return linear(factor); }, inputs(), targets(),
                          {.factors = {0.5f}, .folds = 4, .fit = few_epochs()});
  const PathFigure& figure = path.points[0].val_data_loss;
  ASSERT_EQ(figure.by_fold.size(), 4U);
  double mean = 0.0;
  for (const double each : figure.by_fold) mean += each / 4;
  double squares = 0.0;
  for (const double each : figure.by_fold) squares += (each - mean) * (each - mean);
  EXPECT_NEAR(figure.mean, mean, 1e-12);
  EXPECT_NEAR(*figure.standard_error, std::sqrt(squares / 3) / 2, 1e-12);
  EXPECT_EQ(path.points[0].penalty.by_fold.size(), 4U);
  EXPECT_GT(path.points[0].penalty.mean, 0.0);
}

TEST(RegularizationPath, ComparesOnValidationData) {
  const RegularizationPath path =
      regularization_path([](float factor) { return linear(factor); }, inputs(), targets(),
                          {.factors = {0.01f, 8.0f},
                           .validation_data = {.x = inputs(), .y = targets()},
                           .fit = few_epochs()});
  EXPECT_EQ(path.folds, 0);
  EXPECT_EQ(path.best(), 0.01f);
  EXPECT_FALSE(path.points[0].val_data_loss.standard_error.has_value());
  EXPECT_EQ(path.points[0].val_data_loss.mean, path.points[0].data_loss.mean);
  EXPECT_EQ(path.points[1].inputs(), (ZeroCount{3, 3}));
  EXPECT_EQ(path.points[1].outputs(), (ZeroCount{1, 1}));
  EXPECT_THAT([&] { path.one_standard_error(); },
              RaisesWith<StateError>(
                  "RegularizationPath: one_standard_error needs folds; a single set of validation "
                  "data has no standard error. Received: validation_data."));
  EXPECT_THAT([&] { path.at(3.0f); },
              Raises("RegularizationPath: there is no point of this factor. Received: 3."));
}

RegularizationPathPoint point(float factor, double mean, double error) {
  return {.factor = factor, .val_data_loss = {.mean = mean, .standard_error = error}};
}

TEST(RegularizationPath, ChoosesTheStrongestWithinOneStandardError) {
  const RegularizationPath path{
      .points = {point(0.1f, 1.5, 9.0), point(0.2f, 1.0, 0.25), point(0.4f, 1.3, 0.1),
                 point(0.8f, 1.25, 0.1), point(1.6f, 1.3, 0.1)},
      .folds = 5};
  EXPECT_EQ(path.best(), 0.2f);
  EXPECT_EQ(path.one_standard_error(), 0.8f);
  const RegularizationPath equal{.points = {point(0.1f, 1.0, 0.0), point(0.2f, 1.0, 0.0)},
                                 .folds = 5};
  EXPECT_EQ(equal.best(), 0.2f);
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const RegularizationPath none{.points = {point(0.1f, kNaN, kNaN)}, .folds = 5};
  EXPECT_THAT([&] { none.best(); },
              RaisesWith<StateError>("RegularizationPath: there must be a factor whose loss is a "
                                     "number. Received: 1 factors."));
}

TEST(RegularizationPath, GivesTheSameBitsWithAnyNumberOfThreads) {
  const auto bits = [](int threads) {
    const KeepHelpers keep(threads);
    const int before = num_threads();
    set_num_threads(threads);
    set_random_seed(5);
    const RegularizationPath path =
        regularization_path(deep, inputs(), targets(),
                            {.factors = {0.001f, 0.1f},
                             .folds = 3,
                             .fit = {.batch_size = 8, .epochs = 4, .verbose = 0}});
    set_num_threads(before);
    std::vector<double> numbers;
    for (const auto& each : path.points) {
      for (const double value : each.val_data_loss.by_fold) numbers.push_back(value);
      for (const auto& [name, weight] : each.weights)
        numbers.insert(numbers.end(), weight.values().begin(), weight.values().end());
    }
    return numbers;
  };
  const auto one = bits(1);
  EXPECT_EQ(one, bits(2));
  EXPECT_EQ(one, bits(4));
}

TEST(RegularizationPath, DrawsOnceFromTheProcessWideStreamWhateverItsModelsDraw) {
  set_random_seed(7);
  regularization_path(
      [](float factor) {
        set_random_seed(1);  // of the run, not of the process
        return deep(factor);
      },
      inputs(), targets(), {.factors = {0.1f, 0.2f}, .folds = 2, .fit = few_epochs()});
  EXPECT_EQ(random::process_stream_state(), (random::GeneratorState{.key = 7, .position = 1}));
}

// The factors in the order of their models, after the one that `auto` looks at.
std::vector<float> order_of(const std::string& order, bool has_hidden_layer) {
  std::vector<float> made;
  regularization_path(
      [&](float factor) {
        made.push_back(factor);
        return has_hidden_layer ? deep(factor) : linear(factor);
      },
      inputs(), targets(),
      {.factors = {0.2f, 0.1f, 0.4f},
       .validation_data = {.x = inputs(), .y = targets()},
       .order = order,
       .fit = {.verbose = 0}});
  if (order == "auto") made.erase(made.begin());
  return made;
}

TEST(RegularizationPath, GoesFromStrongToWeakForOneDenseLayerAlone) {
  const std::vector<float> rising = {0.1f, 0.2f, 0.4f};
  const std::vector<float> falling = {0.4f, 0.2f, 0.1f};
  EXPECT_EQ(order_of("auto", false), falling);
  EXPECT_EQ(order_of("auto", true), rising);
  EXPECT_EQ(order_of("weak_to_strong", false), rising);
  EXPECT_EQ(order_of("strong_to_weak", true), falling);
}

TEST(RegularizationPath, StartsFromTheWeightsOfTheFactorBeforeWithAFreshOptimizer) {
  const auto shared = std::make_shared<optimizers::SGD>(0.0f);  // keeps the weights
  const RegularizationPath path = regularization_path(
      [&](float factor) {
        Sequential model = linear(factor);
        model.compile({.optimizer = shared, .loss = "mse"});
        return model;
      },
      inputs(), targets(),
      {.factors = {0.1f, 0.2f},
       .folds = 2,
       .fit = {.batch_size = 40, .epochs = 3, .verbose = 0},
       .callbacks = [] {
         return std::vector<std::shared_ptr<Callback>>{
             std::make_shared<callbacks::LambdaCallback>(callbacks::LambdaCallbackOptions{})};
       }});
  EXPECT_THAT(path.points[0].weights[0].second, IsClose(path.points[1].weights[0].second, 0.0));
  EXPECT_LE(shared->calls(), 3);
}

TEST(RegularizationPath, RefusesValidationDataThatDoesNotFitBeforeTraining) {
  int batches = 0;
  const ValidationData narrow{.x = Tensor({2, 2}, {1, 2, 3, 4}), .y = Tensor({2, 1}, {1, 2})};
  EXPECT_THROW(regularization_path([](float factor) { return linear(factor); }, inputs(), targets(),
                                   {.factors = {0.1f},
                                    .validation_data = narrow,
                                    .fit = few_epochs(),
                                    .should_stop =
                                        [&] {
                                          ++batches;
                                          return false;
                                        }}),
               ShapeError);
  EXPECT_EQ(batches, 1);  // asked before the factor
}

TEST(RegularizationPath, KeepsTheFactorsThatAreCompleteWhenItIsToStop) {
  std::atomic<int> batches = 0;
  const RegularizationPath path =
      regularization_path(deep, inputs(), targets(),
                          {.factors = {0.1f, 0.2f, 0.4f, 0.8f},
                           .folds = 2,
                           .fit = {.batch_size = 40, .epochs = 10, .verbose = 0},
                           .should_stop = [&] { return ++batches > 2 * 40; }});
  EXPECT_TRUE(path.interrupted);
  ASSERT_GE(path.points.size(), 1U);
  EXPECT_LT(path.points.size(), 4U);
  EXPECT_EQ(path.points[0].factor, 0.1f);
}

TEST(RegularizationPath, PrintsALineForEachFactor) {
  std::ostringstream output;
  FitOptions fit = few_epochs();
  fit.verbose = 1;
  fit.output = &output;
  regularization_path([](float factor) { return linear(factor); }, inputs(), targets(),
                      {.factors = {0.5f, 8.0f}, .folds = 2, .fit = fit});
  const std::string text = output.str();
  EXPECT_THAT(text, ::testing::StartsWith("1/2 - factor 8 - data_loss: "));
  EXPECT_THAT(text, ::testing::HasSubstr(" +- "));
  EXPECT_THAT(text, ::testing::HasSubstr(" - 3 of 4 zero - "));
  EXPECT_THAT(text, ::testing::HasSubstr("2/2 - factor 0.5 - data_loss: "));
  EXPECT_THAT(text, ::testing::EndsWith(" zero - 0s left\n"));
}

TEST(RegularizationPath, WritesALineForEachFactorToAFile) {
  const TemporaryFolder folder;
  const RegularizationPath path{
      .points = {{.factor = 0.5f,
                  .data_loss = {.mean = 1.5, .standard_error = 0.25},
                  .val_data_loss = {.mean = 2.5},
                  .sparsity = {.weights = {}, .elements = {.zeros = 1, .total = 4}}}},
      .folds = 2};
  path.to_csv(folder.path("path.csv"));
  EXPECT_EQ(read_bytes(folder.path("path.csv")),
            "factor,data_loss,data_loss_error,penalty,penalty_error,val_data_loss,"
            "val_data_loss_error,val_penalty,val_penalty_error,zeros,weights,zero_inputs,inputs,"
            "zero_units,units,failure\r\n"
            "0.5,1.5,0.25,0,,2.5,,0,,1,4,0,0,0,0,\r\n");
  EXPECT_THROW(path.to_csv(folder.path("none/path.csv")), IoError);
}

void expect_refused(const Options& options, const std::string& text) {
  EXPECT_THAT(
      [&] {
        regularization_path([](float factor) { return linear(factor); }, inputs(), targets(),
                            options);
      },
      Raises("regularization_path: " + text));
}

TEST(RegularizationPath, RefusesBadOptions) {
  const ValidationData held_out{.x = inputs(), .y = targets()};
  expect_refused({.factors = std::vector<float>{}, .folds = 2},
                 "there must be factors. Received: none.");
  expect_refused({.factors = {0.1f, -1.0f}, .folds = 2},
                 "factors must be finite and >= 0. Received: -1.");
  expect_refused({.factors = {std::numeric_limits<float>::quiet_NaN()}, .folds = 2},
                 "factors must be finite and >= 0. Received: nan.");
  expect_refused({.factors = {0.5f, 0.5f}, .folds = 2},
                 "each factor may stand once. Received: 0.5 twice.");
  expect_refused({.factors = {0.5f}},
                 "factors are compared on data that is held out: folds or validation_data must be "
                 "given. Received: neither.");
  expect_refused({.factors = {0.5f}, .folds = 2, .validation_data = held_out},
                 "folds and validation_data exclude each other. Received: both.");
  expect_refused(
      {.factors = {0.5f}, .folds = 1},
      "there must be at least 2 folds, and no more than samples. Received: folds=1 of 40 "
      "samples.");
  expect_refused({.factors = {0.5f}, .folds = 41},
                 "there must be at least 2 folds, and no more than samples. Received: folds=41 of "
                 "40 samples.");
  expect_refused({.factors = {0.5f}, .folds = {{0, 1}}},
                 "there must be at least 2 folds. Received: 1.");
  expect_refused({.factors = {0.5f}, .folds = {{0, 1, 1}, {2}}},
                 "a fold holds out samples, each once, but not all. Received: 3 of 40, 2 of them "
                 "different.");
  expect_refused({.factors = {0.5f}, .folds = {{0, 40}, {2}}},
                 "a fold lists samples from 0 to 39. Received: 40.");
  expect_refused({.factors = {0.5f}, .folds = 2, .order = "up"},
                 "order must be auto, weak_to_strong or strong_to_weak. Received: order=up.");
  expect_refused({.factors = {0.5f}, .folds = 2, .fit = {.validation_split = 0.5f}},
                 "fit must have no validation of its own. Received: validation_split.");
  expect_refused(
      {.factors = {0.5f},
       .folds = 2,
       .fit = {.callbacks = {std::make_shared<callbacks::LambdaCallback>(
                   callbacks::LambdaCallbackOptions{})}}},
      "runs have callbacks of their own: .callbacks makes them, not those of fit. Received: 1 in "
      "fit.");
}

void expect_maker_refused(const ModelMaker& make, const std::string& text) {
  EXPECT_THAT(
      [&] { regularization_path(make, inputs(), targets(), {.factors = {0.5f}, .folds = 2}); },
      Raises("regularization_path: " + text));
}

TEST(RegularizationPath, RefusesAMakerThatGivesNoNewCompiledModel) {
  expect_maker_refused({}, "make_model must be callable. Received: an empty function.");
  expect_maker_refused([](float) { return nullptr; },
                       "make_model must return a model. Received: null for 0.5.");
  expect_maker_refused(
      [](float) {
        return std::make_shared<Sequential>(
            Sequential({.layers = {layers::Dense(1)}, .name = "m"}));
      },
      "make_model must return a model that is compiled. Received: m for 0.5, which isn't.");
  const auto one = std::make_shared<Sequential>(linear(0.5f));
  expect_maker_refused([&](float) { return one; },
                       "make_model must return a new model each time, whose weights no other one "
                       "has. Received: " +
                           one->name() + " once more for 0.5.");
}

}  // namespace
}  // namespace regularization_path_test
}  // namespace strata::testing
