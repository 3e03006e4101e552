// What a call records, and when its layers show the record.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "strata/core/errors.hpp"
#include "strata/layers/activation.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using regularizers::L1;
using regularizers::L2;
using ::testing::ElementsAre;

std::vector<float> values(const std::vector<Tensor>& losses) {
  std::vector<float> all;
  for (const Tensor& loss : losses) all.push_back(loss.item());
  return all;
}

// An identity layer whose activity penalty is the sum of its inputs' absolute values.
std::shared_ptr<Layer> paying() {
  return std::make_shared<layers::Activation>(
      layers::ActivationOptions{.activation = "linear", .activity_regularizer = L1(1.0f)});
}

// Calls other layers, which it may track, passing its context on or not.
class Caller : public Layer {
 public:
  using Call = std::function<Tensor(const Tensor&, const CallContext&)>;
  Caller(Call call, std::vector<std::shared_ptr<Layer>> tracked) : call_(std::move(call)) {
    for (auto& layer : tracked) track(std::move(layer));
  }
  Tensor call(const Tensor& inputs, const CallContext& context) override {
    return call_(inputs, context);
  }

 private:
  Call call_;
};

TEST(CallRecord, OfAnUntrackedLayerIsItsOwnAndDoesNotCountInItsCaller) {
  const auto teacher = paying();
  for (const bool with_context : {false, true}) {
    Caller student(
        [&](const Tensor& x, const CallContext& context) {
          return with_context ? (*teacher)(x, context) : (*teacher)(x);
        },
        {});
    for (int i = 0; i < 3; ++i) student(ops::ones({1, 2}));
    EXPECT_TRUE(student.losses().empty());
    EXPECT_THAT(values(teacher->losses()), ElementsAre(2));
  }
}

TEST(CallRecord, OfAnUntrackedLayerHoldsThatOfItsOwnParts) {
  const auto part = paying();
  const auto teacher = std::make_shared<Caller>(
      [&](const Tensor& x, const CallContext&) { return (*part)((*part)(x)); }, std::vector{part});
  Caller student([&](const Tensor& x, const CallContext&) { return (*teacher)(x); }, {});
  student(ops::ones({1, 3}));
  EXPECT_THAT(values(teacher->losses()), ElementsAre(3, 3));
  EXPECT_TRUE(student.losses().empty());
}

TEST(CallRecord, CountsALayerThatIsTrackedFurtherIn) {
  const auto inner = paying();
  const auto middle = std::make_shared<Caller>(
      [](const Tensor& x, const CallContext&) { return x; }, std::vector{inner});
  Caller outer([&](const Tensor& x, const CallContext&) { return (*inner)(x); }, {middle});
  outer(ops::ones({1, 2}));
  outer(ops::ones({1, 2}));
  EXPECT_THAT(values(outer.losses()), ElementsAre(2));
}

TEST(CallRecord, OfAPartThatIsCalledItselfReplacesWhatTheWholeRecordedOfIt) {
  const auto first = paying();
  const auto second = paying();
  Sequential model({layers::Input({2}), LayerHandle(first), LayerHandle(second)});
  model(ops::ones({1, 2}));
  (*second)(ops::full({1, 2}, 5.0f));
  EXPECT_THAT(values(model.losses()), ElementsAre(2, 10));
  EXPECT_THAT(values(first->losses()), ElementsAre(2));
}

TEST(CallRecord, IsNotLeftByPredictions) {
  Sequential model({layers::Input({2}), LayerHandle(paying())});
  model(ops::ones({1, 2}));
  model.predict(ops::full({4, 2}, 7.0f), {.verbose = 0});
  model.predict_on_batch(ops::full({4, 2}, 7.0f));
  model.compute_output_shape({Shape::kUnknown, 2});
  EXPECT_THAT(values(model.losses()), ElementsAre(2));
}

TEST(CallRecord, CountsATrackedLayerThatIsReachedThroughAnUntrackedOne) {
  const auto encoder = paying();
  Caller between([&](const Tensor& x, const CallContext&) { return (*encoder)(x); }, {});
  Caller outer([&](const Tensor& x, const CallContext&) { return between(x); }, {encoder});
  for (int i = 0; i < 3; ++i) outer(ops::ones({1, 2}));
  EXPECT_THAT(values(outer.losses()), ElementsAre(2));
  EXPECT_TRUE(between.losses().empty());
}

TEST(CallRecord, CountsWhatAnUntrackedLayerAddsToItsCaller) {
  Layer* adds_to = nullptr;
  Caller between(
      [&](const Tensor& x, const CallContext&) {
        adds_to->add_loss(ops::sum(x));
        return x;
      },
      {});
  Caller outer([&](const Tensor& x, const CallContext&) { return between(x); }, {});
  adds_to = &outer;
  for (int i = 0; i < 3; ++i) outer(ops::ones({1, 2}));
  EXPECT_THAT(values(outer.losses()), ElementsAre(2));
}

TEST(CallRecord, IsReadInsideItsCall) {
  const auto encoder = paying();
  std::vector<float> seen;
  Caller outer(
      [&](const Tensor& x, const CallContext&) {
        const Tensor y = (*encoder)(x);
        seen = values(encoder->losses());
        return y;
      },
      {encoder});
  outer(ops::ones({1, 2}));
  EXPECT_THAT(seen, ElementsAre(2));
  outer.compute_output_shape({1, 5});
  EXPECT_THAT(seen, ElementsAre(0));  // of the zeros that are tried
  EXPECT_THAT(values(outer.losses()), ElementsAre(2));
}

TEST(CallRecord, OfAPredictionIsDroppedForLayersOutsideOfItToo) {
  const auto other = paying();
  Sequential model({layers::Input({2}), LayerHandle(std::make_shared<Caller>(
                                            [&](const Tensor& x, const CallContext&) {
                                              other->add_loss(Tensor(1.0f));
                                              return x;
                                            },
                                            std::vector<std::shared_ptr<Layer>>()))});
  for (int i = 0; i < 5; ++i) model.predict_on_batch(ops::ones({1, 2}));
  EXPECT_TRUE(other->losses().empty());
}

TEST(CallRecord, IsLeftByStepsOfTrainingAndEvaluation) {
  Sequential model(
      {layers::Input({1}), LayerHandle(paying()), layers::Dense({.units = 1, .use_bias = false})});
  model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.0f}), .loss = "mse"});
  const Tensor y = ops::ones({2, 1});
  model.train_on_batch(ops::full({2, 1}, 2.0f), y);
  EXPECT_THAT(values(model.losses()), ElementsAre(2));
  model.test_on_batch(ops::full({2, 1}, 3.0f), y);
  EXPECT_THAT(values(model.losses()), ElementsAre(3));
  model.evaluate(ops::full({2, 1}, 4.0f), y, {.verbose = 0});
  EXPECT_THAT(values(model.losses()), ElementsAre(4));
  model.fit(ops::full({2, 1}, 5.0f), y, {.verbose = 0});
  EXPECT_THAT(values(model.losses()), ElementsAre(5));
}

TEST(CallRecord, OfACallThatFailsIsDropped) {
  const auto layer = paying();
  Caller caller(
      [&](const Tensor& x, const CallContext&) -> Tensor {
        const Tensor outputs = (*layer)(x);
        if (x.item() > 1.0f) throw std::runtime_error("too large");
        return outputs;
      },
      {layer});
  caller(ops::ones({1, 1}));
  EXPECT_THROW(caller(ops::full({1, 1}, 2.0f)), std::runtime_error);
  EXPECT_THAT(values(caller.losses()), ElementsAre(1));
}

TEST(CallRecord, IsAddedToOutsideOfACallUntilTheNext) {
  const auto layer = paying();
  (*layer)(ops::ones({1, 2}));
  layer->add_loss(Tensor(7.0f));
  EXPECT_THAT(values(layer->losses()), ElementsAre(2, 7));
  (*layer)(ops::ones({1, 2}));
  EXPECT_THAT(values(layer->losses()), ElementsAre(2));
}

TEST(CallRecord, MovesWithItsLayer) {
  layers::Activation layer({.activation = "linear", .activity_regularizer = L1(1.0f)});
  layer(ops::ones({1, 2}));
  const layers::Activation moved = std::move(layer);
  EXPECT_THAT(values(moved.losses()), ElementsAre(2));
}

TEST(CallRecord, BelongsToOneThread) {
  const auto layer = paying();
  Sequential model({layers::Input({1}), LayerHandle(layer)});
  model.compile({.loss = "mse"});
  const auto loss_of = [&](float value) {
    return model.test_on_batch(ops::full({1, 1}, value), ops::full({1, 1}, value)).at("loss");
  };
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 1; t <= 4; ++t) {
    threads.emplace_back([&, own = static_cast<float>(t)] {
      for (int i = 0; i < 200; ++i) wrong += loss_of(own) == own ? 0 : 1;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(RandomStream, StandsWhereItStoodAfterAStepThatFails) {
  const auto weights_after = [](bool fails_first) {
    Sequential model({layers::Input({8}), layers::Dropout({.rate = 0.5f, .seed = 3}),
                      layers::Dense({.units = 1, .kernel_initializer = "ones"})});
    model.compile({.optimizer = "sgd", .loss = "mse"});
    const Tensor x = ops::ones({4, 8});
    if (fails_first) {
      EXPECT_THROW(model.train_on_batch(x, ops::full({4, 1}, 1e30f)),
                   StateError);  // its square, 1e60, overflows
    }
    model.train_on_batch(x, ops::ones({4, 1}));
    return model.get_weights()[0];
  };
  const Tensor expected = weights_after(false);
  EXPECT_THAT(weights_after(true).values(), ::testing::ElementsAreArray(expected.values()));
}

TEST(RandomStream, GivesEachThreadDrawsOfItsOwn) {
  layers::Dropout layer({.rate = 0.5f, .seed = 1});
  std::vector<Tensor> drawn(64);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < drawn.size(); i += 4)
        drawn[i] = layer(ops::ones({256}), {.training = true});
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::vector<float>> different;
  for (const Tensor& each : drawn)
    different.insert(std::vector<float>(each.values().begin(), each.values().end()));
  EXPECT_EQ(different.size(), drawn.size());
}

// Has no given name: the first call of `name()` makes one from the class.
class Unnamed : public Layer {
 public:
  Tensor call(const Tensor& inputs, const CallContext&) override { return inputs; }
};

TEST(Name, IsMadeOnceHoweverManyThreadsAsk) {
  Unnamed layer;
  std::vector<std::string> names(8);
  std::vector<std::thread> threads;
  for (std::string& name : names) {
    threads.emplace_back([&] {
      layer(ops::ones({1}));
      name = layer.name();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(names, ::testing::Each(layer.name()));
}

TEST(Build, HappensOnceHoweverManyThreadsCallFirst) {
  Sequential model({layers::Dense({.units = 4}), layers::Dense({.units = 2})});
  std::vector<Tensor> outputs(8);
  std::vector<std::thread> threads;
  for (Tensor& output : outputs)
    threads.emplace_back([&] { output = model.predict_on_batch(ops::ones({3, 5})); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(model.weights().size(), 4U);
  for (const Tensor& output : outputs)
    EXPECT_THAT(output.values(), ::testing::ElementsAreArray(outputs[0].values()));
}

TEST(Build, OfBranchesOnThreadsInsideACallDoesNotBlock) {
  const auto left = std::make_shared<layers::Dense>(layers::DenseOptions{.units = 2});
  const auto right = std::make_shared<layers::Dense>(layers::DenseOptions{.units = 2});
  Caller both(
      [&](const Tensor& x, const CallContext&) {
        Tensor a;
        std::thread other([&] { a = (*left)(x); });
        const Tensor b = (*right)(x);
        other.join();
        return a + b;
      },
      {left, right});
  EXPECT_EQ(both(ops::ones({1, 3})).shape(), Shape({1, 2}));
}

TEST(Build, ThatFailsOnOneThreadLeavesTheOthersTheirWeights) {
  for (int round = 0; round < 20; ++round) {
    Sequential model({layers::Dense({.units = 4}), layers::Dense({.units = 1})});
    model.compile({.optimizer = "sgd", .loss = "mse"});
    std::atomic<int> failed = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, fits = t % 2 == 0] {
        try {
          model.evaluate(ops::ones({3, 5}), ops::ones({3, fits ? 1 : 7}), {.verbose = 0});
          if (model.weights().size() != 4) ++failed;
        } catch (const std::invalid_argument&) {
          if (fits) ++failed;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(model.weights().size(), 4U);
  }
}

}  // namespace
}  // namespace strata
