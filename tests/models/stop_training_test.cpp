// A stop request has effect at any point of a run, and only on the runs under way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "strata/callbacks/early_stopping.hpp"
#include "strata/callbacks/lambda_callback.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/training/host.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using callbacks::LambdaCallback;
using callbacks::LambdaCallbackOptions;
using testing::Raises;

// A layer that calls a function in each forward pass.
class Probe : public Layer {
 public:
  using Action = std::function<void(bool training)>;
  explicit Probe(std::shared_ptr<Action> action) : action_(std::move(action)) {}
  Tensor call(const Tensor& x, const CallContext& context) override {
    if (*action_) (*action_)(context.training);
    return x;
  }

 private:
  std::shared_ptr<Action> action_;
};

Model* of_the_signal = nullptr;

class StopTraining : public ::testing::Test {
 protected:
  StopTraining()
      : in_call(std::make_shared<Probe::Action>()),
        model({.layers = {layers::Input({2}), layers::Dense({.units = 1}), Probe(in_call)},
               .name = "m"}) {
    model.compile({.optimizer = "sgd", .loss = "mse"});
  }

  History fit(LambdaCallbackOptions hooks = {}, bool validate = true) {
    hooks.on_train_batch_begin = [this](int, const Logs&) { ++train_batches; };
    hooks.on_test_batch_begin = [this](int, const Logs&) { ++test_batches; };
    hooks.on_train_end = [this](const Logs&) { ++ends; };
    FitOptions options{.batch_size = 2,
                       .epochs = 3,
                       .verbose = 0,
                       .callbacks = {std::make_shared<LambdaCallback>(hooks)}};
    if (validate) options.validation_data = {x, y};
    return model.fit(x, y, options);
  }

  // Requests a stop in the forward pass number `count`, counting those of training or of inference.
  void stop_in_call(int count, bool in_training) {
    *in_call = [this, count, in_training, seen = 0](bool training) mutable {
      if (training == in_training && ++seen == count) model.stop_training();
    };
  }

  // Only the prediction's first batch asks for the stop, so that nothing else of the run does.
  void predict_and_stop() {
    *in_call = [this, asked = false](bool) mutable {
      if (!std::exchange(asked, true)) model.stop_training();
    };
    model.predict(x, {.batch_size = 2, .verbose = 0});
  }

  void expect_a_normal_fit() {
    *in_call = {};
    train_batches = 0;
    EXPECT_EQ(fit().epoch.size(), 3U);
    EXPECT_EQ(train_batches, 12);
  }

  std::shared_ptr<Probe::Action> in_call;
  Sequential model;
  const Tensor x = ops::ones({8, 2});
  const Tensor y = ops::ones({8, 1});
  int train_batches = 0;
  int test_batches = 0;
  int ends = 0;
};

TEST_F(StopTraining, WhileFitPreparesLetsNoEpochBegin) {
  stop_in_call(1, false);
  const History history = fit();
  EXPECT_TRUE(history.epoch.empty());
  EXPECT_EQ(train_batches, 0);
  EXPECT_EQ(ends, 1);
  expect_a_normal_fit();
}

TEST_F(StopTraining, InATrainingBatchEndsFitAfterIt) {
  stop_in_call(2, true);
  const History history = fit();
  EXPECT_EQ(history.epoch, std::vector<int>({0}));
  EXPECT_EQ(train_batches, 2);
  EXPECT_EQ(test_batches, 0);
  EXPECT_EQ(ends, 1);
  expect_a_normal_fit();
}

TEST_F(StopTraining, InAValidationBatchEndsFitAfterIt) {
  LambdaCallbackOptions hooks;
  hooks.on_epoch_begin = [this](int, const Logs&) { stop_in_call(2, false); };
  const History history = fit(hooks);
  EXPECT_EQ(history.epoch, std::vector<int>({0}));
  EXPECT_EQ(history.history.at("val_loss").size(), 1U);
  EXPECT_EQ(train_batches, 4);
  EXPECT_EQ(test_batches, 2);
  EXPECT_EQ(ends, 1);
  expect_a_normal_fit();
}

TEST_F(StopTraining, InAHookEndsFit) {
  LambdaCallbackOptions begin;
  begin.on_train_begin = [this](const Logs&) { model.stop_training(); };
  EXPECT_TRUE(fit(begin).epoch.empty());
  LambdaCallbackOptions epoch_end;
  epoch_end.on_epoch_end = [this](int, const Logs&) { model.stop_training(); };
  EXPECT_EQ(fit(epoch_end).epoch.size(), 1U);
  LambdaCallbackOptions batch_end;
  batch_end.on_train_batch_end = [this](int, const Logs&) { model.stop_training(); };
  train_batches = 0;
  EXPECT_EQ(fit(batch_end).epoch.size(), 1U);
  EXPECT_EQ(train_batches, 1);
  LambdaCallbackOptions test_end;
  test_end.on_test_batch_end = [this](int, const Logs&) { model.stop_training(); };
  test_batches = 0;
  EXPECT_EQ(fit(test_end).epoch.size(), 1U);
  EXPECT_EQ(test_batches, 1);
  expect_a_normal_fit();
}

TEST_F(StopTraining, ByTheHostEndsTheRunThatTheCallbackIsIn) {
  class Stops : public Callback {
    void on_test_batch_end(int, const Logs&) override {
      ++batches;
      model().stop_training();
    }

   public:
    int batches = 0;
  };
  const auto stops = std::make_shared<Stops>();
  model.evaluate(x, y, {.batch_size = 2, .verbose = 0, .callbacks = {stops}});
  EXPECT_EQ(stops->batches, 1);
  expect_a_normal_fit();
}

TEST_F(StopTraining, InAnEvaluationEndsItWithTheFiguresSoFar) {
  Tensor targets = ops::concatenate({ops::zeros({4, 1}), ops::full({4, 1}, 1e4f)}, 0);
  *in_call = [this](bool) { model.stop_training(); };
  const Logs logs = model.evaluate(x, targets, {.batch_size = 4, .verbose = 0});
  *in_call = {};
  EXPECT_EQ(logs, model.evaluate(ops::ones({4, 2}), ops::zeros({4, 1}), {.verbose = 0}));
  EXPECT_GT(model.evaluate(x, targets, {.batch_size = 4, .verbose = 0}).at("loss"), 1e6);
}

TEST_F(StopTraining, InAPredictionRaises) {
  stop_in_call(3, false);
  EXPECT_THAT([&] { model.predict(x, {.batch_size = 2, .verbose = 0}); },
              Raises<StateError>("m.predict: a prediction that is told to stop has nothing "
                                 "to return. Received: stop_training() in batch 3 of 4."));
  EXPECT_EQ(model.predict(x, {.batch_size = 2, .verbose = 0}).shape(), (Shape{8, 1}));
}

TEST_F(StopTraining, WhenNothingRunsMeansNothing) {
  model.stop_training();
  expect_a_normal_fit();
  model.stop_training();
  EXPECT_EQ(model.predict(x, {.batch_size = 2, .verbose = 0}).shape(), (Shape{8, 1}));
}

TEST_F(StopTraining, FromAnotherThreadAndFromASignalHandler) {
  LambdaCallbackOptions by_thread;
  by_thread.on_train_batch_end = [this](int, const Logs&) {
    std::thread([this] { model.stop_training(); }).join();
  };
  EXPECT_EQ(fit(by_thread).epoch.size(), 1U);
  EXPECT_EQ(train_batches, 1);
  of_the_signal = &model;
  const auto before = std::signal(SIGUSR1, [](int) { of_the_signal->stop_training(); });
  LambdaCallbackOptions by_signal;
  by_signal.on_train_batch_end = [](int, const Logs&) { std::raise(SIGUSR1); };
  train_batches = 0;
  EXPECT_EQ(fit(by_signal).epoch.size(), 1U);
  EXPECT_EQ(train_batches, 1);
  std::signal(SIGUSR1, before);
}

TEST_F(StopTraining, InARunInsideAFitEndsBoth) {
  int inner_batches = 0;
  LambdaCallbackOptions inner;
  inner.on_test_batch_end = [&](int, const Logs&) {
    ++inner_batches;
    model.stop_training();
  };
  LambdaCallbackOptions hooks;
  hooks.on_epoch_end = [&](int, const Logs&) {
    model.evaluate(
        x, y,
        {.batch_size = 2, .verbose = 0, .callbacks = {std::make_shared<LambdaCallback>(inner)}});
  };
  EXPECT_EQ(fit(hooks).epoch.size(), 1U);
  EXPECT_EQ(inner_batches, 1);
  expect_a_normal_fit();
}

TEST_F(StopTraining, InAPredictionInsideAFitEndsBothAndTheFitReturns) {
  LambdaCallbackOptions hooks;
  bool came_back = false;
  hooks.on_train_batch_end = [&](int, const Logs&) {
    *in_call = [this](bool) { model.stop_training(); };
    model.predict(x, {.batch_size = 2, .verbose = 0});
    came_back = true;
  };
  fit(hooks);
  EXPECT_FALSE(came_back);
  EXPECT_EQ(train_batches, 1);
  EXPECT_EQ(ends, 1);
  expect_a_normal_fit();
}

// Which hook of a fit of three epochs with four batches each asks for the prediction, and what the
// fit has then: the epochs in its history, and the batches that were trained and validated.
struct StoppedHook {
  const char* name;
  std::vector<int> epochs;
  int train_batches;
  int test_batches;
};

// Calls a function in the hook of this name.
class PredictsInAHook : public Callback {
 public:
  PredictsInAHook(std::string hook, std::function<void()> predict)
      : hook_(std::move(hook)), predict_(std::move(predict)) {}
  void on_train_begin(const Logs&) override { at("train_begin"); }
  void on_train_end(const Logs&) override { at("train_end"); }
  void on_epoch_begin(int, const Logs&) override { at("epoch_begin"); }
  void on_epoch_end(int, const Logs&) override { at("epoch_end"); }
  void on_train_batch_begin(int, const Logs&) override { at("train_batch_begin"); }
  void on_train_batch_end(int, const Logs&) override { at("train_batch_end"); }
  void on_test_begin(const Logs&) override { at("test_begin"); }
  void on_test_end(const Logs&) override { at("test_end"); }
  void on_test_batch_begin(int, const Logs&) override { at("test_batch_begin"); }
  void on_test_batch_end(int, const Logs&) override { at("test_batch_end"); }

 private:
  void at(const std::string& hook) const {
    if (hook == hook_) predict_();
  }

  std::string hook_;
  std::function<void()> predict_;
};

TEST_F(StopTraining, InAPredictionInAnyHookEndsFitWithTheHistorySoFar) {
  const std::vector<StoppedHook> hooks = {
      {"train_begin", {}, 0, 0},       {"epoch_begin", {0}, 1, 0}, {"train_batch_begin", {0}, 1, 0},
      {"train_batch_end", {0}, 1, 0},  {"test_begin", {0}, 4, 1},  {"test_batch_begin", {0}, 4, 1},
      {"test_batch_end", {0}, 4, 1},   {"test_end", {0}, 4, 4},    {"epoch_end", {0}, 4, 4},
      {"train_end", {0, 1, 2}, 12, 12}};
  for (const StoppedHook& expected : hooks) {
    SCOPED_TRACE(expected.name);
    LambdaCallbackOptions counts;
    int trained = 0, tested = 0, train_ends = 0;
    counts.on_train_batch_end = [&](int, const Logs&) { ++trained; };
    counts.on_test_batch_end = [&](int, const Logs&) { ++tested; };
    counts.on_train_end = [&](const Logs&) { ++train_ends; };
    const auto predicts =
        std::make_shared<PredictsInAHook>(expected.name, [this] { predict_and_stop(); });
    const History history =
        model.fit(x, y,
                  {.batch_size = 2,
                   .epochs = 3,
                   .verbose = 0,
                   .callbacks = {predicts, std::make_shared<LambdaCallback>(counts)},
                   .validation_data = {x, y}});
    EXPECT_EQ(history.epoch, expected.epochs);
    EXPECT_EQ(trained, expected.train_batches);
    EXPECT_EQ(tested, expected.test_batches);
    EXPECT_EQ(train_ends, 1);
    if (expected.epochs.empty()) continue;
    EXPECT_EQ(history.history.at("loss").size(), expected.epochs.size());
    EXPECT_EQ(history.history.count("val_loss"), expected.test_batches == 0 ? 0U : 1U);
  }
}

TEST_F(StopTraining, InAPredictionInAnEvaluationsHookEndsItWithTheFiguresSoFar) {
  const Tensor targets = ops::concatenate({ops::zeros({4, 1}), ops::full({4, 1}, 1e4f)}, 0);
  const Logs first = model.evaluate(ops::ones({4, 2}), ops::zeros({4, 1}), {.verbose = 0});
  const Logs all = model.evaluate(x, targets, {.batch_size = 4, .verbose = 0});
  for (const char* hook : {"test_begin", "test_batch_begin", "test_batch_end", "test_end"}) {
    SCOPED_TRACE(hook);
    const auto predicts = std::make_shared<PredictsInAHook>(hook, [this] { predict_and_stop(); });
    const Logs logs =
        model.evaluate(x, targets, {.batch_size = 4, .verbose = 0, .callbacks = {predicts}});
    EXPECT_EQ(logs, std::string(hook) == "test_end" ? all : first);
  }
}

TEST_F(StopTraining, InAPredictionInAForwardPassEndsTheFitToo) {
  bool inside = false;
  *in_call = [&](bool training) {
    if (inside) model.stop_training();
    if (!training || inside) return;
    inside = true;
    model.predict(x, {.batch_size = 2, .verbose = 0});
  };
  EXPECT_TRUE(fit().epoch.empty());
  EXPECT_EQ(ends, 1);
}

TEST_F(StopTraining, OfAnotherModelsPredictionInAHookIsAnError) {
  const auto in_other = std::make_shared<Probe::Action>();
  Sequential other({layers::Input({2}), Probe(in_other)});
  *in_other = [&](bool) { other.stop_training(); };
  LambdaCallbackOptions hooks;
  hooks.on_epoch_end = [&](int, const Logs&) { other.predict(x, {.verbose = 0}); };
  EXPECT_THROW(fit(hooks), StateError);
}

TEST_F(StopTraining, ARunThatBeginsAfterTheWishInsideAFitIsWhole) {
  LambdaCallbackOptions hooks;
  Tensor outputs;
  hooks.on_epoch_end = [&](int, const Logs&) {
    model.stop_training();
    outputs = model.predict(x, {.batch_size = 2, .verbose = 0});
  };
  EXPECT_EQ(fit(hooks).epoch.size(), 1U);
  EXPECT_EQ(outputs.shape(), (Shape{8, 1}));
}

TEST_F(StopTraining, OfOneModelLeavesAnotherOneAlone) {
  Sequential other({layers::Input({2}), layers::Dense({.units = 1})});
  LambdaCallbackOptions hooks;
  hooks.on_train_batch_end = [&](int, const Logs&) { other.stop_training(); };
  EXPECT_EQ(fit(hooks).epoch.size(), 3U);
}

}  // namespace
}  // namespace strata
