// What a profile lists and how it adds up; never how long anything takes.
#include "strata/callbacks/profiler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <sstream>
#include <thread>

#include "core/profile.hpp"
#include "strata/callbacks/lambda_callback.hpp"
#include "strata/core/threads.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using callbacks::ProfilePart;
using callbacks::Profiler;
using callbacks::ProfileReport;
using callbacks::ProfileRow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Raises;
using ::testing::StartsWith;

constexpr int kSamples = 24;

layers::Dense dense(const std::string& name, int units, RegularizerSpec penalty = {}) {
  return layers::Dense({.units = units, .kernel_regularizer = std::move(penalty), .name = name});
}

// A nested model between two dense layers.
Sequential nested_model(const RegularizerSpec& penalty = {}) {
  Sequential block({.layers = {dense("inner", 8), layers::Dropout({.rate = 0.5f, .name = "drop"})},
                    .name = "block"});
  return Sequential({layers::Input({6}), layers::Flatten({.name = "flatten"}),
                     dense("first", 8, penalty), std::move(block), dense("last", 1)});
}

struct Run {
  int batch_size = 8;
  int epochs = 1;
  std::vector<MetricSpec> metrics = {};
};

ProfileReport profiled(Sequential& model, const Run& run = {}, int skip_batches = 0) {
  random::Generator draws{7};
  const Tensor x = random::normal({kSamples, 6});
  const Tensor y = random::normal({kSamples, 1});
  std::ostringstream table;
  const auto profiler =
      std::make_shared<Profiler>(Profiler::Options{.skip_batches = skip_batches, .output = &table});
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = run.metrics});
  model.fit(
      x, y,
      {.batch_size = run.batch_size, .epochs = run.epochs, .verbose = 0, .callbacks = {profiler}});
  EXPECT_EQ(table.str(), to_string(profiler->report()));
  return profiler->report();
}

std::vector<std::string> names(const ProfileReport& report, bool of_layers) {
  std::vector<std::string> found;
  for (const ProfileRow& row : report.rows) {
    if ((row.part == ProfilePart::layer) == of_layers) found.push_back(row.name);
  }
  return found;
}

const ProfileRow& row(const ProfileReport& report, const std::string& name) {
  const auto found = std::find_if(report.rows.begin(), report.rows.end(),
                                  [&](const ProfileRow& each) { return each.name == name; });
  if (found == report.rows.end()) throw std::runtime_error("no row " + name);
  return *found;
}

TEST(Profiler, ListsEachLayerOnceWithNestedOnesUnderTheirPath) {
  Sequential model = nested_model();
  EXPECT_THAT(names(profiled(model), true),
              ElementsAre("flatten", "first", "block/inner", "block/drop", "last"));
}

TEST(Profiler, ListsALayerThatIsCalledTwiceOnce) {
  const auto shared =
      std::make_shared<layers::Dense>(layers::Dense::Options{.units = 6, .name = "shared"});
  class Twice : public Layer {
   public:
    explicit Twice(std::shared_ptr<Layer> inner) : inner_(std::move(inner)) { track(inner_); }
    Tensor call(const Tensor& x, const CallContext&) override { return (*inner_)((*inner_)(x)); }

   private:
    std::shared_ptr<Layer> inner_;
  };
  const auto twice = std::make_shared<Twice>(shared);
  Sequential model({layers::Input({6}), twice, dense("last", 1)});
  EXPECT_THAT(names(profiled(model), true), ElementsAre(twice->name() + "/shared", "last"));
}

TEST(Profiler, ListsALayerWithPartsOfItsOwnOnlyIfItComputesSomethingItself) {
  class Doubled : public Layer {
   public:
    Doubled() { track(inner_); }
    Tensor call(const Tensor& x, const CallContext&) override { return 2.0f * (*inner_)(x); }

   private:
    std::shared_ptr<Layer> inner_ = std::make_shared<layers::Dense>(dense("inner", 1));
  };
  const auto doubled = std::make_shared<Doubled>();
  Sequential model({layers::Input({6}), doubled});
  EXPECT_THAT(names(profiled(model), true),
              ElementsAre(doubled->name(), doubled->name() + "/inner"));
}

TEST(Profiler, ListsThePartsThatTheRunHas) {
  Sequential plain = nested_model();
  EXPECT_THAT(names(profiled(plain), false), ElementsAre("loss", "optimizer", "batches", "rest"));
  Sequential regularized = nested_model("l2");
  EXPECT_THAT(names(profiled(regularized, {.metrics = {"mae"}}), false),
              ElementsAre("loss", "penalties", "metrics", "optimizer", "batches", "rest"));
}

TEST(Profiler, ChargesActivityPenaltiesToThePenalties) {
  Sequential model({layers::Input({6}), layers::Dense({.units = 1, .activity_regularizer = "l2"})});
  const ProfileRow penalties = row(profiled(model), "penalties");
  EXPECT_GT(penalties.forward, 0.0);
  EXPECT_GT(penalties.backward, 0.0);
}

TEST(Profiler, TheRowsAddUpToTheStep) {
  Sequential model = nested_model("l2");
  const ProfileReport report = profiled(model);
  double sum = 0.0;
  for (const ProfileRow& each : report.rows) {
    EXPECT_GE(each.forward, 0.0) << each.name;
    EXPECT_GE(each.backward, 0.0) << each.name;
    sum += each.total();
  }
  EXPECT_GT(report.milliseconds, 0.0);
  EXPECT_DOUBLE_EQ(report.milliseconds, sum);
}

TEST(Profiler, WhatHasNoBackwardPassIsChargedNone) {
  Sequential model = nested_model();
  const ProfileReport report = profiled(model, {.metrics = {"mae"}});
  for (const char* name : {"flatten", "metrics", "optimizer", "batches"})
    EXPECT_EQ(row(report, name).backward, 0.0) << name;
  for (const char* name : {"first", "block/inner", "block/drop", "last", "loss"})
    EXPECT_GT(row(report, name).backward, 0.0) << name;
}

TEST(Profiler, MatrixProductsArePartOfTheLayersThatHaveSome) {
  Sequential model = nested_model();
  const ProfileReport report = profiled(model);
  for (const ProfileRow& each : report.rows) {
    const bool multiplies =
        each.name == "first" || each.name == "block/inner" || each.name == "last";
    EXPECT_EQ(each.products > 0.0, multiplies) << each.name;
    EXPECT_LE(each.products, each.total()) << each.name;
  }
}

TEST(Profiler, MatrixProductsOfManyThreadsTakeNoLongerThanTheLayer) {
  const int before = num_threads();
  set_num_threads(4);
  Sequential model({layers::Input({20, 20, 16}),
                    layers::Conv2D({.filters = 16, .kernel_size = 3, .name = "conv"})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  std::ostringstream table;
  const auto profiler =
      std::make_shared<Profiler>(Profiler::Options{.skip_batches = 0, .output = &table});
  model.fit(random::normal({16, 20, 20, 16}), random::normal({16, 18, 18, 16}),
            {.batch_size = 8, .verbose = 0, .callbacks = {profiler}});
  set_num_threads(before);
  const ProfileRow conv = row(profiler->report(), "conv");
  EXPECT_GT(conv.products, 0.0);
  EXPECT_LE(conv.products, conv.total());
}

TEST(Profiler, SkipsTheFirstBatchesOfARunNotOfAnEpoch) {
  Sequential model = nested_model();
  EXPECT_EQ(profiled(model, {.batch_size = 8, .epochs = 2}, 2).steps, 4);
  EXPECT_EQ(profiled(model, {.batch_size = 8, .epochs = 2}, 0).steps, 6);
  const ProfileReport nothing = profiled(model, {.batch_size = 24}, 1);
  EXPECT_EQ(nothing.steps, 0);
  EXPECT_EQ(to_string(nothing), "Profile: no training step was measured.\n");
}

TEST(Profiler, StartsAnewWithEachRun) {
  const auto profiler = std::make_shared<Profiler>(Profiler::Options{.skip_batches = 0});
  const Tensor x = random::normal({kSamples, 6});
  const Tensor y = random::normal({kSamples, 1});
  std::ostringstream output;
  for (const char* name : {"one", "other"}) {
    Sequential model({layers::Input({6}), dense(name, 1)});
    model.compile({.optimizer = "sgd", .loss = "mse"});
    model.fit(x, y, {.verbose = 0, .callbacks = {profiler}, .output = &output});
    EXPECT_THAT(names(profiler->report(), true), ElementsAre(name));
  }
  EXPECT_THAT(output.str(), StartsWith("Profile of 1 training step, "));
}

TEST(Profiler, PrintsALineForEachRowAndOneForAll) {
  const ProfileReport report{.steps = 467,
                             .threads = 2,
                             .milliseconds = 2.0,
                             .rows = {{ProfilePart::layer, "block/dense", 0.5, 1.0, 1.2},
                                      {ProfilePart::optimizer, "optimizer", 0.4, 0.0, 0.0},
                                      {ProfilePart::rest, "rest", 0.05, 0.05, 0.0}}};
  EXPECT_EQ(to_string(report),
            "Profile of 467 training steps, 2.000 ms each on average, with 2 threads\n"
            "            forward ms   backward      total     share in products\n"
            "block/dense      0.500      1.000      1.500    75.0 %      80.0 %\n"
            "optimizer                              0.400    20.0 %       0.0 %\n"
            "rest                                   0.100     5.0 %       0.0 %\n"
            "a step                                 2.000   100.0 %      60.0 %\n");
}

TEST(Profiler, TrainsToTheSameBits) {
  const Tensor x = random::normal({kSamples, 6});
  const Tensor y = random::normal({kSamples, 1});
  std::vector<Tensor> outcomes;
  for (const bool measured : {false, true}) {
    set_random_seed(5);
    Sequential model = nested_model("l2");
    model.compile({.optimizer = "adam", .loss = "mse"});
    std::ostringstream output;
    FitOptions options{.epochs = 2, .verbose = 0, .output = &output};
    if (measured) options.callbacks.push_back(std::make_shared<Profiler>());
    model.fit(x, y, options);
    outcomes.push_back(model.predict(x, {.verbose = 0}));
  }
  EXPECT_TRUE(std::ranges::equal(outcomes[0].values(), outcomes[1].values()));
}

TEST(Profiler, LetsGoOfTheThreadWhenARunFails) {
  class Failing : public Layer {
   public:
    Tensor call(const Tensor& x, const CallContext& context) override {
      return context.training ? throw StateError("failed") : x;
    }
  };
  Sequential model({layers::Input({6}), Failing(), dense("last", 1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const auto profiler = std::make_shared<Profiler>(Profiler::Options{.skip_batches = 0});
  const Tensor y = ops::zeros({kSamples, 1});
  EXPECT_THROW(model.fit(random::normal({kSamples, 6}), y, {.verbose = 0, .callbacks = {profiler}}),
               StateError);
  EXPECT_EQ(profile::ledger, nullptr);
  EXPECT_EQ(profile::products, nullptr);
}

TEST(Profiler, IsOneAtATimeOnAThread) {
  Sequential model({layers::Input({6}), dense("only", 1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const FitOptions twice{
      .verbose = 0,
      .callbacks = {std::make_shared<Profiler>(Profiler::Options{.skip_batches = 0}),
                    std::make_shared<Profiler>(Profiler::Options{.skip_batches = 0})}};
  EXPECT_THAT(
      [&] {
        model.fit(ops::zeros({8, 6}), ops::zeros({8, 1}), twice);
      },
      Raises<StateError>("Profiler: a thread has one profiler at a time. Received: a second one."));
  EXPECT_EQ(profile::ledger, nullptr);
}

// Starts runs inside hooks while a step is measured.
void fit_with_inner_runs(const std::shared_ptr<Profiler>& profiler,
                         const std::function<void()>& inner) {
  Sequential model({layers::Input({6}), dense("outer", 1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  std::ostringstream output;
  callbacks::LambdaCallbackOptions hooks;
  hooks.on_train_batch_begin = [&](int, const Logs&) { inner(); };
  model.fit(ops::zeros({8, 6}), ops::zeros({8, 1}),
            {.batch_size = 4,
             .verbose = 0,
             .callbacks = {profiler, std::make_shared<callbacks::LambdaCallback>(hooks)},
             .output = &output});
}

TEST(Profiler, TakesARunInsideAHookForTheRest) {
  Sequential other({layers::Input({6}), dense("other", 1)});
  other.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae"}});
  const auto profiler = std::make_shared<Profiler>(Profiler::Options{.skip_batches = 0});
  fit_with_inner_runs(profiler, [&] {
    const Tensor x = ops::zeros({4, 6});
    const Tensor y = ops::zeros({4, 1});
    EXPECT_NE(profile::ledger, nullptr);
    other.evaluate(x, y, {.verbose = 0});
    other.predict(x, {.verbose = 0});
    other.predict_on_batch(x);
    other.train_on_batch(x, y);
    other.test_on_batch(x, y);
    other.fit(x, y, {.verbose = 0});
    EXPECT_NE(profile::ledger, nullptr);
  });
  EXPECT_EQ(profiler->report().steps, 2);
  EXPECT_THAT(names(profiler->report(), true), ElementsAre("outer"));
  EXPECT_THAT(names(profiler->report(), false),
              ElementsAre("loss", "optimizer", "batches", "rest"));
}

TEST(Profiler, RefusesARunInsideTheOneThatItMeasures) {
  Sequential other({layers::Input({6}), dense("other", 1)});
  other.compile({.optimizer = "sgd", .loss = "mse"});
  const auto profiler = std::make_shared<Profiler>(Profiler::Options{.skip_batches = 0});
  const auto inner = [&] {
    other.fit(ops::zeros({4, 6}), ops::zeros({4, 1}), {.verbose = 0, .callbacks = {profiler}});
  };
  EXPECT_THAT([&] { fit_with_inner_runs(profiler, inner); },
              Raises<StateError>("Profiler: a profiler measures one run at a time. Received: a run "
                                 "inside the one that it measures."));
  EXPECT_EQ(profile::ledger, nullptr);
  EXPECT_EQ(profile::products, nullptr);
  fit_with_inner_runs(profiler, [] {});
  EXPECT_EQ(profiler->report().steps, 2);
}

TEST(Profiler, SeparateThreadsHaveSeparateProfiles) {
  std::vector<ProfileReport> reports(2);
  const auto train = [&](std::size_t i) {
    Sequential model({layers::Input({6}), dense("layer" + std::to_string(i), 1)});
    reports[i] = profiled(model, {.epochs = 3});
  };
  std::thread other(train, 0);
  train(1);
  other.join();
  EXPECT_THAT(names(reports[0], true), ElementsAre("layer0"));
  EXPECT_THAT(names(reports[1], true), ElementsAre("layer1"));
}

TEST(Profiler, RefusesANegativeNumberOfBatches) {
  EXPECT_THAT([] { Profiler({.skip_batches = -1}); },
              Raises<InvalidArgument>(
                  "Profiler: skip_batches must not be negative. Received: skip_batches=-1."));
}

}  // namespace
}  // namespace strata
