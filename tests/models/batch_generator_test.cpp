// Runs on batches that ranges and callables give, against Keras 3.15 and against arrays; epochs of a
// given number of steps, and several steps an execution.
#include "strata/training/batch_generator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "strata/callbacks/early_stopping.hpp"
#include "strata/callbacks/lambda_callback.hpp"
#include "strata/data/batches.hpp"
#include "strata/data/rows.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/tensor/random.hpp"
#include "strata/training/fit_progress.hpp"
#include "strata/training/host.hpp"
#include "support/golden.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace batch_generator_test {

using callbacks::LambdaCallback;
using callbacks::LambdaCallbackOptions;
using testing::golden_cases;
using testing::golden_tensor;
using testing::IsClose;
using testing::Raises;

std::vector<Batch> golden_batches(const Config& list) {
  std::vector<Batch> batches;
  for (const Config& entry : list) {
    batches.push_back({.x = golden_tensor(entry[0]), .y = golden_tensor(entry[1])});
    if (entry.size() == 3) batches.back().sample_weight = golden_tensor(entry[2]);
  }
  return batches;
}

Batch all_of(const std::vector<Batch>& batches) {
  std::vector<Tensor> x;
  std::vector<Tensor> y;
  std::vector<Tensor> weights;
  for (const Batch& batch : batches) {
    x.push_back(batch.x.front());
    y.push_back(batch.y.front());
    if (batch.sample_weight.defined()) weights.push_back(batch.sample_weight);
  }
  return {.x = ops::concatenate(x, 0),
          .y = ops::concatenate(y, 0),
          .sample_weight = weights.empty() ? Tensor() : ops::concatenate(weights, 0)};
}

// Each batch once, then no more.
BatchGenerator once(const std::vector<Batch>& batches) {
  return [batches, i = std::size_t{0}]() mutable -> std::optional<Batch> {
    if (i == batches.size()) return std::nullopt;
    return batches[i++];
  };
}

BatchGenerator without_end(const std::vector<Batch>& batches) {
  return [batches, i = std::size_t{0}]() mutable { return batches[i++ % batches.size()]; };
}

std::optional<int> given(const Config& options, const char* name) {
  return options.contains(name) ? std::optional<int>(options.at(name).get<int>()) : std::nullopt;
}

// The batches that the hooks of training are called with.
class BatchNumbers : public Callback {
 public:
  void on_train_batch_begin(int batch, const Logs&) override { begun.push_back(batch); }
  void on_train_batch_end(int batch, const Logs&) override { ended.push_back(batch); }

  std::vector<int> begun;
  std::vector<int> ended;
};

Sequential golden_model(const Config& entry) {
  const bool classifies = !entry.at("class_weight").empty();
  const Tensor kernel = golden_tensor(entry.at("kernel"));
  const Tensor bias = golden_tensor(entry.at("bias"));
  Sequential model(
      {layers::Input({3}), layers::Dense({.units = static_cast<int>(bias.size()),
                                          .activation = classifies ? "softmax" : "linear",
                                          .kernel_regularizer = regularizers::L2(0.1f)})});
  model.set_weights({kernel, bias});
  CompileOptions options{.optimizer = optimizers::SGD({.learning_rate = 0.1f}),
                         .loss = classifies ? "sparse_categorical_crossentropy" : "mse",
                         .metrics = {classifies ? "accuracy" : "mae"},
                         .steps_per_execution = entry.at("execution").get<int>()};
  if (!classifies) options.weighted_metrics = {"mse"};
  model.compile(options);
  return model;
}

FitOptions golden_options(const Config& entry) {
  const Config& given_options = entry.at("options");
  FitOptions options{.batch_size = given(given_options, "batch_size"),
                     .epochs = given(given_options, "epochs").value_or(1),
                     .verbose = 0,
                     .shuffle = false,
                     .steps_per_epoch = given(given_options, "steps_per_epoch"),
                     .validation_steps = given(given_options, "validation_steps")};
  if (given_options.contains("validation_freq"))
    options.validation_freq = given_options.at("validation_freq").get<std::vector<int>>();
  for (const auto& [label, weight] : entry.at("class_weight").items())
    options.class_weight[std::stoi(label)] = weight.get<float>();
  if (!entry.at("validation").empty())
    options.validation_data.batches = golden_batches(entry.at("validation"));
  return options;
}

History golden_fit(Sequential& model, const Config& entry, FitOptions options) {
  const std::vector<Batch> batches = golden_batches(entry.at("batches"));
  const auto kind = entry.at("kind").get<std::string>();
  if (kind == "arrays") {
    const Batch all = all_of(batches);
    options.sample_weight = all.sample_weight;
    return model.fit(all.x, all.y, options);
  }
  if (kind == "generator") return model.fit(once(batches), options);
  if (kind == "endless") return model.fit(without_end(batches), options);
  return model.fit(batches, options);
}

// Keras begins a batch that a generator then doesn't give, and numbers the end of an execution that
// was cut short as if it had been a whole one.
void expect_hooks(const Config& entry, const BatchNumbers& numbers, std::size_t steps) {
  auto begun = entry.at("begun").get<std::vector<int>>();
  if (entry.at("kind") == "generator") begun.pop_back();
  EXPECT_EQ(numbers.begun, begun);
  auto ended = entry.at("ended").get<std::vector<int>>();
  for (int& batch : ended) batch = std::min(batch, static_cast<int>(steps) - 1);
  EXPECT_EQ(numbers.ended, ended);
}

void expect_figures(const Config& expected, const Logs& logs) {
  for (const auto& [name, value] : expected.items()) {
    EXPECT_NEAR(logs.at(name), value.get<double>(), 1e-5 * std::abs(value.get<double>()) + 1e-7)
        << name;
  }
}

TEST(BatchGenerator, FitsAsKerasDoes) {
  for (const Config& entry : golden_cases("fed_fits")) {
    SCOPED_TRACE(entry.at("name").get<std::string>());
    Sequential model = golden_model(entry);
    const auto numbers = std::make_shared<BatchNumbers>();
    std::ostringstream warnings;
    FitOptions options = golden_options(entry);
    options.callbacks = {numbers};
    options.output = &warnings;
    const History history = golden_fit(model, entry, options);
    for (const auto& [name, values] : entry.at("history").items()) {
      const std::vector<double>& figures = history.history.at(name);
      ASSERT_EQ(figures.size(), values.size()) << name;
      for (std::size_t i = 0; i < figures.size(); ++i)
        expect_figures({{name, values[i]}}, {{name, figures[i]}});
    }
    for (std::size_t i = 0; i < 2; ++i)
      EXPECT_THAT(model.get_weights()[i], IsClose(golden_tensor(entry.at("weights")[i]), 1e-5));
    const std::vector<Batch> batches = golden_batches(entry.at("batches"));
    expect_hooks(entry, *numbers, batches.size());
    // Keras evaluates in whole executions.
    const auto execution = entry.at("execution").get<int>();
    const int steps =
        (entry.at("evaluate_steps").get<int>() + execution - 1) / execution * execution;
    expect_figures(entry.at("evaluated"),
                   model.evaluate(once(batches), {.verbose = 0, .steps = steps}));
    EXPECT_THAT(model.predict(once(batches), {.verbose = 0, .steps = steps}),
                IsClose(golden_tensor(entry.at("predicted")), 1e-5));
  }
}

class GeneratorRuns : public ::testing::Test {
 protected:
  // Dropout, momentum and a metric, so that whatever differs shows.
  static Sequential new_model(int steps_per_execution = 1) {
    set_random_seed(3);
    Sequential model({.layers = {layers::Input({3}),
                                 layers::Dense({.units = 4,
                                                .activation = "tanh",
                                                .kernel_regularizer = regularizers::L2(0.01f)}),
                                 layers::Dropout({.rate = 0.25f}), layers::Dense({.units = 1})},
                      .name = "m"});
    model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.1f, .momentum = 0.9f}),
                   .loss = "mse",
                   .metrics = {"mae"},
                   .weighted_metrics = {"mse"},
                   .steps_per_execution = steps_per_execution});
    return model;
  }

  Batch rows(std::int64_t begin, std::int64_t end) const {
    return {.x = data::slice_rows(x, begin, end),
            .y = data::slice_rows(y, begin, end),
            .sample_weight = data::slice_rows(weights, begin, end)};
  }
  // Of 3 samples, the last one of 1.
  std::vector<Batch> slices() const { return {rows(0, 3), rows(3, 6), rows(6, 9), rows(9, 10)}; }

  static void expect_same(const Sequential& model, const Sequential& expected) {
    const std::vector<Tensor> weights = model.get_weights();
    const std::vector<Tensor> expected_weights = expected.get_weights();
    for (std::size_t i = 0; i < weights.size(); ++i)
      EXPECT_TRUE(std::ranges::equal(weights[i].values(), expected_weights[i].values())) << i;
  }

  random::Generator source{7};
  const Tensor x = source.uniform({10, 3}, -1.0f, 1.0f);
  const Tensor y = source.uniform({10, 1}, -1.0f, 1.0f);
  const Tensor weights = source.uniform({10}, 0.0f, 2.0f);
};

TEST_F(GeneratorRuns, OverSlicesOfArraysAreThoseOfTheArraysToTheBit) {
  Sequential of_arrays = new_model();
  const FitOptions options{.epochs = 3, .verbose = 0};
  FitOptions array_options{.batch_size = 3, .epochs = 3, .verbose = 0, .shuffle = false};
  array_options.sample_weight = weights;
  const History expected = of_arrays.fit(x, y, array_options);
  const auto expect_like_arrays = [&](const BatchGenerator& batches) {
    Sequential model = new_model();
    EXPECT_EQ(model.fit(batches, options).history, expected.history);
    expect_same(model, of_arrays);
  };
  expect_like_arrays(slices());
  const std::vector<Batch> kept = slices();
  expect_like_arrays(kept);
  expect_like_arrays(data::batches(x, y, weights, {.batch_size = 3, .shuffle = false}));
  expect_like_arrays([&](int) { return slices(); });
  expect_like_arrays([&](int epoch) {
    return [&, epoch, i = 0]() mutable -> std::optional<Batch> {
      EXPECT_LT(epoch, 3);
      const int at = i++;
      return at == 4 ? std::nullopt : std::optional(kept[static_cast<std::size_t>(at)]);
    };
  });
  // A callable that begins anew by itself.
  expect_like_arrays([&, i = std::size_t{0}]() mutable -> std::optional<Batch> {
    if (i < kept.size()) return kept[i++];
    i = 0;
    return std::nullopt;
  });

  const Logs evaluated =
      of_arrays.evaluate(x, y, {.batch_size = 3, .verbose = 0, .sample_weight = weights});
  EXPECT_EQ(of_arrays.evaluate(kept, {.verbose = 0}), evaluated);
  const Tensor predicted = of_arrays.predict(x, {.batch_size = 3, .verbose = 0});
  for (const Tensor& outputs :
       {of_arrays.predict(kept, {.verbose = 0}),
        of_arrays.predict(data::batches(x, {.batch_size = 3, .shuffle = false}), {.verbose = 0}),
        of_arrays.predict<Tensors>(kept, {.verbose = 0}).front()}) {
    EXPECT_TRUE(std::ranges::equal(outputs.values(), predicted.values()));
  }
}

TEST_F(GeneratorRuns, ThatValidateAreThoseOfArraysToo) {
  Sequential of_arrays = new_model();
  FitOptions options{.batch_size = 5, .epochs = 2, .verbose = 0, .shuffle = false};
  options.validation_data = {.x = x, .y = y, .sample_weight = weights};
  options.validation_batch_size = 3;
  const History expected = of_arrays.fit(x, y, options);
  Sequential model = new_model();
  FitOptions generated{.batch_size = 5, .epochs = 2, .verbose = 0, .shuffle = false};
  generated.validation_data.batches = slices();
  EXPECT_EQ(model.fit(x, y, generated).history, expected.history);
  expect_same(model, of_arrays);
}

TEST_F(GeneratorRuns, SeveralStepsAnExecutionChangeTheHooksAlone) {
  Sequential one = new_model();
  const History expected = one.fit(slices(), {.epochs = 2, .verbose = 0});
  Sequential model = new_model(3);
  std::vector<int> tested;
  std::vector<int> predicted;
  LambdaCallbackOptions hooks;
  hooks.on_test_batch_begin = [&](int batch, const Logs&) { tested.push_back(batch); };
  hooks.on_test_batch_end = [&](int batch, const Logs& logs) {
    tested.push_back(batch);
    EXPECT_TRUE(logs.contains("loss"));
  };
  hooks.on_predict_batch_begin = [&](int batch, const Logs&) { predicted.push_back(batch); };
  hooks.on_predict_batch_end = [&](int batch, const Logs&) { predicted.push_back(batch); };
  const auto numbers = std::make_shared<BatchNumbers>();
  const auto lambda = std::make_shared<LambdaCallback>(hooks);
  EXPECT_EQ(
      model.fit(slices(), {.epochs = 2, .verbose = 0, .callbacks = {numbers, lambda}}).history,
      expected.history);
  expect_same(model, one);
  EXPECT_EQ(numbers->begun, std::vector<int>({0, 3, 0, 3}));
  EXPECT_EQ(numbers->ended, std::vector<int>({2, 3, 2, 3}));
  EXPECT_EQ(model.evaluate(slices(), {.verbose = 0, .callbacks = {lambda}}),
            one.evaluate(slices(), {.verbose = 0}));
  EXPECT_EQ(tested, std::vector<int>({0, 2, 3, 3}));
  model.predict(x, {.batch_size = 3, .verbose = 0, .callbacks = {lambda}});
  EXPECT_EQ(predicted, std::vector<int>({0, 2, 3, 3}));
  EXPECT_THAT([] { new_model(0); },
              Raises("m.compile: steps_per_execution must be at least 1. Received: "
                     "steps_per_execution=0."));
}

TEST_F(GeneratorRuns, DrawNoBatchAheadOfTheStepThatNeedsIt) {
  Sequential model = new_model();
  int drawn = 0;
  const BatchGenerator batches = [&] {
    ++drawn;
    return rows(0, 3);
  };
  model.fit(batches, {.epochs = 2, .verbose = 0, .steps_per_epoch = 3});
  EXPECT_EQ(drawn, 6);
  model.evaluate(batches, {.verbose = 0, .steps = 2});
  model.predict(batches, {.verbose = 0, .steps = 2});
  EXPECT_EQ(drawn, 10);
}

TEST_F(GeneratorRuns, AnExceptionOfTheSourceLeavesTheModelWhatItLearned) {
  Sequential expected = new_model();
  expected.fit(slices(), {.verbose = 0, .steps_per_epoch = 2});
  Sequential model = new_model();
  const std::vector<Batch> all = slices();
  std::size_t next = 0;
  bool fails = true;
  const BatchGenerator batches = [&]() -> std::optional<Batch> {
    if (next == 2 && std::exchange(fails, false)) throw std::runtime_error("the disk is gone");
    if (next == all.size()) return std::nullopt;
    return all[next++];
  };
  EXPECT_THAT([&] { model.fit(batches, {.verbose = 0}); }, Raises("the disk is gone"));
  expect_same(model, expected);
  // And no batch is lost for those who try again.
  model.fit(batches, {.verbose = 0});
  EXPECT_EQ(next, all.size());
  Sequential whole = new_model();
  whole.fit(slices(), {.verbose = 0});
  expect_same(model, whole);
}

TEST_F(GeneratorRuns, ARefusedFirstBatchLeavesTheModelUnbuiltAndIsNotLost) {
  Sequential model({.layers = {layers::Dense({.units = 1})}, .name = "m"});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const BatchGenerator batches = once(slices());
  FitOptions options{.verbose = 0, .class_weight = {{1, 2.0f}}};
  EXPECT_THAT([&] { model.fit(batches, options); },
              Raises("m.fit: batch 0: class_weight and sample_weight can't both be given. "
                     "Received: both."));
  EXPECT_FALSE(model.built());
  options.class_weight = {};
  const auto numbers = std::make_shared<BatchNumbers>();
  options.callbacks = {numbers};
  model.fit(batches, options);
  EXPECT_EQ(numbers->ended.size(), 4U);
}

TEST_F(GeneratorRuns, ABadBatchIsNamedByItsNumber) {
  Sequential model = new_model();
  std::vector<Batch> batches = slices();
  batches[2].y = ops::zeros({2, 1});
  const auto numbers = std::make_shared<BatchNumbers>();
  EXPECT_THAT([&] { model.fit(batches, {.verbose = 0, .callbacks = {numbers}}); },
              Raises<ShapeError>("m.fit: batch 2: x and y must have the same number of samples. "
                                 "Received: 3 in x, y of shape=(2, 1)."));
  EXPECT_EQ(numbers->ended, std::vector<int>({0, 1}));
  batches[2] = {.x = ops::zeros({3, 3})};
  EXPECT_THAT([&] { model.evaluate(batches, {.verbose = 0}); },
              Raises("m: the loss needs targets. Received: an undefined y."));
  batches[2] = {};
  EXPECT_THAT([&] { model.predict(batches, {.verbose = 0}); },
              Raises("m.predict: batch 2: x must be defined. Received: an undefined tensor."));
  EXPECT_EQ(model.evaluate(slices(), {.verbose = 0}).count("loss"), 1U);
}

TEST_F(GeneratorRuns, RefuseOptionsThatAreForArrays) {
  Sequential model = new_model();
  const BatchGenerator batches = slices();
  const auto fit = [&](FitOptions options) {
    return [&model, &batches, options] { model.fit(batches, options); };
  };
  EXPECT_THAT(fit({.batch_size = 8}),
              Raises("m.fit: a generator makes the batches itself, so batch_size can't be given. "
                     "Received: batch_size=8."));
  EXPECT_THAT(fit({.sample_weight = weights}),
              Raises("m.fit: a generator gives each batch its weights, so sample_weight can't be "
                     "given. Received: sample_weight of shape=(10,)."));
  EXPECT_THAT(fit({.validation_split = 0.5f}),
              Raises("m.fit: validation_split is for arrays; validation_data takes what a "
                     "generator is validated on. Received: validation_split=0.5."));
  EXPECT_THAT(fit({.validation_data = {.batches = slices()}, .validation_batch_size = 2}),
              Raises("m.fit: a generator makes the batches itself, so validation_batch_size can't "
                     "be given. Received: validation_batch_size=2."));
  EXPECT_THAT(fit({.validation_data = {.x = x, .batches = slices()}}),
              Raises("m.fit: validation_data takes arrays or batches. Received: both."));
  EXPECT_THAT(fit({.validation_steps = 2}),
              Raises("m.fit: validation_steps needs validation data. Received: "
                     "validation_steps=2 without any."));
  EXPECT_THAT(fit({.steps_per_epoch = 0}),
              Raises("m.fit: steps_per_epoch must be at least 1. Received: steps_per_epoch=0."));
  EXPECT_THAT([&] { model.evaluate(batches, {.batch_size = 8}); },
              Raises("m.evaluate: a generator makes the batches itself, so batch_size can't be "
                     "given. Received: batch_size=8."));
  EXPECT_THAT([&] { model.predict(batches, {.steps = -1}); },
              Raises("m.predict: steps must be at least 1. Received: steps=-1."));
  EXPECT_THAT([&] { model.fit(BatchGenerator()); },
              Raises("m.fit: the batches must come from somewhere. Received: an empty "
                     "BatchGenerator."));
}

TEST_F(GeneratorRuns, WithoutEndNeedANumberOfSteps) {
  Sequential model = new_model();
  const auto endless = [&] { return rows(0, 2); };
  EXPECT_THAT([&] { model.fit(endless); },
              Raises("m.fit: a generator that never ends needs steps_per_epoch. Received: none."));
  EXPECT_THAT([&] { model.fit(x, y, {.validation_data = {.batches = endless}}); },
              Raises("m.fit: validation_data: a generator that never ends needs "
                     "validation_steps. Received: none."));
  EXPECT_THAT([&] { model.evaluate(endless); },
              Raises("m.evaluate: a generator that never ends needs steps. Received: none."));
  EXPECT_THAT([&] { model.predict(endless); },
              Raises("m.predict: a generator that never ends needs steps. Received: none."));
}

TEST_F(GeneratorRuns, ThatRunOutOfDataSaySoAndEnd) {
  Sequential model = new_model();
  std::ostringstream output;
  const History history = model.fit(
      once(slices()), {.epochs = 5, .verbose = 0, .steps_per_epoch = 3, .output = &output});
  EXPECT_EQ(history.epoch, std::vector<int>({0, 1}));
  EXPECT_EQ(output.str(),
            "m.fit: the input ran out of data after 1 of 3 batches.\n"
            "m.fit: the input ran out of data, so the fit ends before epoch 3 of 5.\n");
  output.str("");
  FitOptions options{.epochs = 2, .verbose = 0, .output = &output};
  options.validation_data.batches = once(slices());
  EXPECT_EQ(model.fit(slices(), options).history.at("val_loss").size(), 1U);
  EXPECT_EQ(output.str(),
            "m.fit: validation_data: the input ran out of data, so epoch 2 has no validation.\n");
  output.str("");
  model.evaluate(x, y, {.batch_size = 4, .verbose = 0, .steps = 5, .output = &output});
  model.predict(once(slices()), {.verbose = 0, .steps = 9, .output = &output});
  EXPECT_EQ(output.str(),
            "m.evaluate: the input ran out of data after 3 of 5 batches.\n"
            "m.predict: the input ran out of data after 4 of 9 batches.\n");
  EXPECT_THAT([&] { model.evaluate(once({}), {.verbose = 0}); },
              Raises("m.evaluate: the generator must give at least one batch. Received: none."));
}

TEST_F(GeneratorRuns, StopWhereTheyAreTold) {
  Sequential model = new_model();
  int drawn = 0;
  const BatchGenerator batches = [&] {
    if (++drawn == 4) model.stop_training();
    return rows(0, 3);
  };
  const History history = model.fit(batches, {.epochs = 9, .verbose = 0, .steps_per_epoch = 3});
  EXPECT_EQ(history.epoch.size(), 2U);
  EXPECT_EQ(drawn, 4);
  FitOptions options{.epochs = 9, .verbose = 0, .steps_per_epoch = 2};
  options.validation_data = {.x = x, .y = y};
  options.callbacks = {std::make_shared<callbacks::EarlyStopping>(
      callbacks::EarlyStoppingOptions{.monitor = "val_loss", .min_delta = 1e6f, .patience = 1})};
  EXPECT_EQ(model.fit(batches, options).epoch.size(), 2U);
  EXPECT_EQ(drawn, 8);
}

TEST_F(GeneratorRuns, ShowTheirProgressWhereTheTotalIsNotKnown) {
  Sequential model = new_model();
  std::ostringstream output;
  model.fit(once(slices()), {.output = &output});
  EXPECT_TRUE(output.str().starts_with("4/4 - ")) << output.str();
  EXPECT_EQ(model.fit(once(slices()), {.verbose = 0}).params.steps, 0);
  EXPECT_EQ(model.fit(slices(), {.verbose = 0}).params.steps, 4);
}

// Puts a fit where another one was at the end of an epoch.
class ResumesThere : public Callback {
 public:
  ResumesThere(FitProgress progress, std::vector<Tensor> weights)
      : progress_(std::move(progress)), weights_(std::move(weights)) {}
  void on_train_begin(const Logs&) override {
    model().set_weights(weights_);
    model().continue_from(progress_);
  }

 private:
  FitProgress progress_;
  std::vector<Tensor> weights_;
};

class Remembers : public Callback {
 public:
  void on_epoch_end(int, const Logs&) override {
    progress.push_back(model().progress());
    weights.push_back(model().get_weights());
  }
  std::vector<FitProgress> progress;
  std::vector<std::vector<Tensor>> weights;
};

TEST_F(GeneratorRuns, OfFewerStepsThanAPassGoOnInItWhereTheyAreResumed) {
  const auto compiled = [&] {
    set_random_seed(5);
    Sequential model({layers::Input({3}), layers::Dense({.units = 1})});
    model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.1f}), .loss = "mse"});
    return model;
  };
  FitOptions options{.batch_size = 2, .epochs = 6, .verbose = 0, .steps_per_epoch = 2};
  std::ostringstream warnings;
  options.output = &warnings;
  Sequential whole = compiled();
  const auto remembers = std::make_shared<Remembers>();
  options.callbacks = {remembers};
  const History expected = whole.fit(x, y, options);
  for (std::size_t epoch = 0; epoch < 5; ++epoch) {
    Sequential resumed = compiled();
    options.callbacks = {
        std::make_shared<ResumesThere>(remembers->progress[epoch], remembers->weights[epoch])};
    const History rest = resumed.fit(x, y, options);
    EXPECT_EQ(rest.history.at("loss").back(), expected.history.at("loss").back()) << epoch;
    expect_same(resumed, whole);
  }
}

TEST_F(GeneratorRuns, ValidateInTheEpochsThatAreListed) {
  Sequential model = new_model();
  FitOptions options{.epochs = 5, .verbose = 0, .validation_split = 0.2f};
  options.validation_freq = {1, 4, 9};
  EXPECT_EQ(model.fit(x, y, options).history.at("val_loss").size(), 2U);
  options.validation_freq = {2, 0};
  EXPECT_THAT([&] { model.fit(x, y, options); },
              Raises("m.fit: validation_freq lists epochs from 1 on. Received: validation_freq "
                     "with 0."));
}

}  // namespace batch_generator_test
}  // namespace strata
