// Threads that share a model, and threads that build and train their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "strata/layers/activity_regularization.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/pooling.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/tensor/random.hpp"

namespace strata {
namespace {

// A user's layer that gets its name on first use and adds a loss in each call.
class AddsALoss : public Layer {
 public:
  Tensor call(const Tensor& inputs, const CallContext&) override {
    add_loss(ops::sum(inputs));
    return inputs;
  }
};

std::shared_ptr<Sequential> shared_model() {
  const auto inner = std::make_shared<Sequential>(std::initializer_list<LayerHandle>{
      layers::Dense({.units = 6, .activation = "relu", .activity_regularizer = "l1"}),
      layers::BatchNormalization(), AddsALoss()});
  return std::make_shared<Sequential>(std::initializer_list<LayerHandle>{
      layers::Input({8, 8, 1}),
      layers::Conv2D({.filters = 3, .kernel_size = 3, .activation = "relu"}),
      layers::MaxPooling2D(), layers::Flatten(), layers::Dropout(0.5f), LayerHandle(inner),
      layers::Dense({.units = 2, .kernel_regularizer = "l2", .activity_regularizer = "l2"}),
      layers::ActivityRegularization({.l1 = 0.1f})});
}

TEST(Threads, MayPredictWithOneModelWhileOthersTrainTheirOwn) {
  const auto model = shared_model();
  model->compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae"}});
  const Tensor x = random::normal({6, 8, 8, 1});
  const Tensor y = ops::zeros({6, 2});
  const Tensor expected = model->predict(x, {.verbose = 0});
  const double loss = model->evaluate(x, y, {.verbose = 0}).at("loss");

  std::atomic<int> wrong = 0;
  const auto compare = [&](const Tensor& outputs) {
    const bool same = std::equal(outputs.values().begin(), outputs.values().end(),
                                 expected.values().begin(), expected.values().end());
    wrong += same ? 0 : 1;
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 12; ++i) {
        compare(model->predict(x, {.verbose = 0}));
        compare(model->predict_on_batch(x));
        compare((*model)(x));
      }
    });
  }
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      const auto own = shared_model();
      own->compile({.optimizer = "adam", .loss = "mse", .metrics = {"mae"}});
      own->fit(x, y, {.batch_size = 2, .epochs = 3, .verbose = 0});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(model->evaluate(x, y, {.verbose = 0}).at("loss"), loss);
}

TEST(Threads, MayEvaluateOneModelAtOnce) {
  Sequential model({layers::Input({1}), layers::Dense({.units = 1,
                                                       .use_bias = false,
                                                       .kernel_initializer = "ones",
                                                       .activity_regularizer = "l1"})});
  model.compile({.optimizer = "sgd", .loss = "mae", .metrics = {"mae"}});
  std::vector<Logs> logs(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < logs.size(); ++t) {
    threads.emplace_back([&, t] {
      const Tensor x = ops::full({4, 1}, static_cast<float>(t));
      for (int i = 0; i < 20; ++i)
        logs[t] = model.evaluate(x, ops::zeros({4, 1}), {.batch_size = 2, .verbose = 0});
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t t = 0; t < logs.size(); ++t) {
    EXPECT_EQ(logs[t].at("data_loss"), static_cast<double>(t));
    EXPECT_EQ(logs[t].at("mae"), static_cast<double>(t));
    EXPECT_FLOAT_EQ(static_cast<float>(logs[t].at("reg_loss")), 0.01f * static_cast<float>(t));
  }
}

}  // namespace
}  // namespace strata
