// A run inside a hook of another run, or beside it on another thread, has its own logs and its own
// stop requests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>

#include "strata/callbacks/lambda_callback.hpp"
#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/metrics/formula_metric.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/sgd.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::Raises;

// The sum of all errors: a user's metric that keeps its own state.
class TotalError : public Metric {
 public:
  TotalError() : Metric("total_error") {}
  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor&) override {
    total_ += static_cast<double>(ops::sum(ops::abs(y_true - y_pred)).item());
  }
  double result() const override { return total_; }
  void reset_state() override { total_ = 0.0; }

 private:
  double total_ = 0.0;
};

class SingleError : public TotalError {
 public:
  SingleError() = default;
  SingleError(const SingleError&) = delete;
};

Tensor error_of(const Tensor& y_true, const Tensor& y_pred) { return ops::abs(y_true - y_pred); }

class NestedRuns : public ::testing::Test {
 protected:
  NestedRuns()
      : model({layers::Input({1}),
               layers::Dense({.units = 1, .use_bias = false, .kernel_initializer = "ones"})}) {}

  void compile(std::vector<MetricSpec> metrics) {
    model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.0f}),
                   .loss = "mse",
                   .metrics = std::move(metrics)});
  }

  // Fits three batches, each with an error sum of 1, and calls `inner` after each.
  std::map<std::string, std::vector<double>> fit_with(std::function<void()> inner) {
    callbacks::LambdaCallbackOptions hooks;
    hooks.on_train_batch_end = [inner](int, const Logs&) { inner(); };
    return model
        .fit(ops::zeros({6, 1}), ops::ones({6, 1}),
             {.batch_size = 2,
              .verbose = 0,
              .callbacks = {std::make_shared<callbacks::LambdaCallback>(hooks)}})
        .history;
  }

  Sequential model;
  const Tensor other_x = ops::zeros({4, 1});
  const Tensor other_y = ops::full({4, 1}, 100.0f);
};

TEST_F(NestedRuns, LeaveTheMetricsOfTheFitAroundThemAlone) {
  compile({"mae", "accuracy", metrics::MeanAbsoluteError({.name = "object"}),
           MetricSpec(metrics::serialize(metrics::MeanAbsoluteError({.name = "config"}))), error_of,
           TotalError(), std::make_shared<TotalError>()});
  Logs inner;
  const std::array<std::function<void()>, 4> runs = {
      [&] { inner = model.evaluate(other_x, other_y, {.verbose = 0}); },
      [&] { inner = model.test_on_batch(other_x, other_y); },
      [&] { inner = model.train_on_batch(other_x, other_y); },
      [&] {
        model.fit(other_x, other_y, {.verbose = 0});
        inner = model.evaluate(other_x, other_y, {.verbose = 0});
      }};
  const auto alone = fit_with([] {});
  EXPECT_EQ(alone.at("mae").front(), 1.0);
  EXPECT_EQ(alone.at("total_error").front(), 6.0);
  for (const auto& run : runs) {
    EXPECT_EQ(fit_with(run), alone);
    for (const char* name : {"mae", "object", "config", "lambda"})
      EXPECT_EQ(inner.at(name), 100.0) << name;
    EXPECT_EQ(inner.at("total_error"), 400.0);
    EXPECT_EQ(inner.at("total_error_1"), 400.0);
  }
}

TEST_F(NestedRuns, LeaveTheMetricsOfAnEvaluationAlone) {
  compile({"mae"});
  callbacks::LambdaCallbackOptions hooks;
  hooks.on_test_batch_end = [&](int, const Logs&) { model.test_on_batch(other_x, other_y); };
  const Logs logs =
      model.evaluate(ops::zeros({6, 1}), ops::ones({6, 1}),
                     {.batch_size = 2,
                      .verbose = 0,
                      .callbacks = {std::make_shared<callbacks::LambdaCallback>(hooks)}});
  EXPECT_EQ(logs.at("mae"), 1.0);
}

TEST_F(NestedRuns, OfAnotherModelThatSharesTheMetricLeaveItAlone) {
  const auto shared = std::make_shared<TotalError>();
  compile({shared});
  Sequential other({layers::Input({1}), layers::Dense({.units = 1})});
  other.compile({.optimizer = "sgd", .loss = "mse", .metrics = {shared}});
  const auto history = fit_with([&] { other.evaluate(other_x, other_y, {.verbose = 0}); });
  EXPECT_EQ(history.at("total_error").front(), 6.0);
}

TEST_F(NestedRuns, ARunLeavesItsFiguresInTheUsersOwnMetric) {
  const auto own = std::make_shared<TotalError>();
  compile({own});
  fit_with([&] { model.evaluate(other_x, other_y, {.verbose = 0}); });
  EXPECT_EQ(own->result(), 6.0);
  model.evaluate(other_x, other_y, {.verbose = 0});
  EXPECT_EQ(own->result(), 400.0);
}

TEST_F(NestedRuns, AreRefusedWhereAMetricHasNoCopy) {
  compile({std::make_shared<SingleError>()});
  EXPECT_EQ(fit_with([] {}).at("total_error").front(), 6.0);
  EXPECT_THAT([&] { fit_with([&] { model.test_on_batch(other_x, other_y); }); },
              Raises<StateError>(
                  "total_error: runs that overlap need a metric each: give compile an object of a "
                  "copyable class, by value or as a shared_ptr of that class, or override fresh(). "
                  "Received: a run inside or beside another one that uses this metric."));
  EXPECT_EQ(fit_with([] {}).at("total_error").front(),
            6.0);  // the failed runs have released the metric
}

TEST_F(NestedRuns, TakeTheMetricThatFreshMakes) {
  class Fresh : public SingleError {
    std::shared_ptr<Metric> fresh() const override { return std::make_shared<Fresh>(); }
  };
  compile({std::make_shared<Fresh>()});
  const auto history = fit_with([&] { model.test_on_batch(other_x, other_y); });
  EXPECT_EQ(history.at("total_error").front(), 6.0);
}

TEST_F(NestedRuns, OnSeveralThreadsHaveFiguresOfTheirOwn) {
  compile({"mae", TotalError()});
  model.evaluate(other_x, other_y, {.verbose = 0});
  std::array<Logs, 4> logs;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    threads.emplace_back([&, i] {
      const Tensor y = ops::full({64, 1}, static_cast<float>(i));
      for (int repeat = 0; repeat < 20; ++repeat)
        logs[i] = model.evaluate(ops::zeros({64, 1}), y, {.batch_size = 1, .verbose = 0});
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < logs.size(); ++i) {
    EXPECT_EQ(logs[i].at("mae"), static_cast<double>(i));
    EXPECT_EQ(logs[i].at("total_error"), 64.0 * static_cast<double>(i));
  }
}

TEST(NestedRun, KeepsTheWeightsItTrainedWhereTheFitAroundItFails) {
  Sequential model({layers::Dense({.units = 1})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  std::vector<Tensor> trained;
  callbacks::LambdaCallbackOptions hooks;
  hooks.on_train_begin = [&](const Logs&) {
    model.train_on_batch(ops::ones({2, 3}), ops::ones({2, 1}));
    trained = model.get_weights();
    throw StateError("after that");
  };
  EXPECT_THROW(
      model.fit(ops::ones({2, 3}), ops::ones({2, 1}),
                {.verbose = 0, .callbacks = {std::make_shared<callbacks::LambdaCallback>(hooks)}}),
      StateError);
  ASSERT_TRUE(model.get_layer(0).built());
  EXPECT_THAT(model.get_weights()[0], testing::IsClose(trained[0]));
}

// Evaluates the model it tracks, then fails.
class EvaluatesAndFails : public Layer {
 public:
  explicit EvaluatesAndFails(const std::shared_ptr<Sequential>& model) : model_(*model) {
    track(model);
  }
  Tensor call(const Tensor& inputs, const CallContext&) override {
    model_.evaluate(inputs, inputs, {.verbose = 0});
    throw std::runtime_error("after the evaluation");
  }

 private:
  Sequential& model_;
};

// Takes one feature only, but says so of data alone, not of the zeros that a shape is tried with.
class TakesOneFeature : public Layer {
 public:
  Tensor call(const Tensor& inputs, const CallContext&) override {
    if (inputs.shape().back() != 1 && ops::sum(inputs).item() != 0.0f)
      throw std::runtime_error("features");
    return inputs;
  }
};

TEST(NestedRun, ThatIsUndoneWithTheCallAroundItLeavesTheModelLikeANewOne) {
  const auto model = std::make_shared<Sequential>(
      Sequential({TakesOneFeature(), layers::Dense({.units = 1, .use_bias = false})}));
  model->compile({.optimizer = "sgd", .loss = "mse"});
  EvaluatesAndFails around(model);
  EXPECT_THROW(around(ops::ones({2, 1})), std::runtime_error);
  EXPECT_FALSE(model->built()) << "as the layer around it";
  EXPECT_THROW((*model)(ops::ones({2, 3})), std::runtime_error);
  EXPECT_FALSE(model->built()) << "its weights would be for inputs that were refused";
}

}  // namespace
}  // namespace strata
