// SwapEMAWeights: which weights a run sees, and which stay.
#include "strata/callbacks/swap_ema_weights.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "strata/callbacks/lambda_callback.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/optimizers/sgd.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace swap_ema_weights_test {

using callbacks::LambdaCallback;
using callbacks::SwapEMAWeights;
using testing::RaisesWith;

const Tensor kX({1, 1}, {1});
const Tensor kY({1, 1}, {0});

// One weight, from 1; each step takes a fifth of it: 0.8, 0.64, …
Sequential shrinking(bool use_ema) {
  Sequential model({layers::Input({1}),
                    layers::Dense({.units = 1, .use_bias = false, .kernel_initializer = "ones"})});
  model.compile({.optimizer = optimizers::SGD(
                     {.learning_rate = 0.1f, .use_ema = use_ema, .ema_momentum = 0.5f}),
                 .loss = "mse"});
  return model;
}

float weight_of(const Sequential& model) { return model.get_weights()[0].item(); }

// After two steps the weight is 0.64, its average 0.5 * 0.8 + 0.5 * 0.64 = 0.72.
TEST(SwapEMAWeights, ValidatesWithTheAverages) {
  Sequential model = shrinking(true);
  const History history = model.fit(kX, kY,
                                    {.epochs = 2,
                                     .verbose = 0,
                                     .callbacks = {std::make_shared<SwapEMAWeights>()},
                                     .validation_data = {.x = kX, .y = kY}});
  EXPECT_NEAR(history.history.at("val_loss")[1], 0.72 * 0.72, 1e-6);
  EXPECT_NEAR(history.history.at("loss")[1], 0.8 * 0.8, 1e-6);
  EXPECT_NEAR(weight_of(model), 0.72f, 1e-6f);  // as at the end of any fit with use_ema
}

TEST(SwapEMAWeights, ShowsTheAveragesAtTheEndOfEpochs) {
  Sequential model = shrinking(true);
  std::vector<float> seen;
  const auto look = std::make_shared<LambdaCallback>(callbacks::LambdaCallbackOptions{
      .on_epoch_end = [&](int, const Logs&) { seen.push_back(weight_of(model)); }});
  const auto swap =
      std::make_shared<SwapEMAWeights>(callbacks::SwapEMAWeightsOptions{.swap_on_epoch = true});
  const History history = model.fit(kX, kY, {.epochs = 3, .verbose = 0, .callbacks = {swap, look}});
  EXPECT_NEAR(seen.at(1), 0.72f, 1e-6f);
  EXPECT_NEAR(history.history.at("loss")[2], 0.64 * 0.64, 1e-6);
  EXPECT_NEAR(weight_of(model), 0.5f * 0.72f + 0.5f * 0.512f, 1e-6f);
}

TEST(SwapEMAWeights, GivesTheWeightsBackAfterARun) {
  Sequential model = shrinking(true);
  model.train_on_batch(kX, kY);
  model.train_on_batch(kX, kY);
  const auto swap = std::make_shared<SwapEMAWeights>();
  const Tensor predicted = model.predict(kX, {.verbose = 0, .callbacks = {swap}});
  EXPECT_NEAR(predicted.item(), 0.72f, 1e-6f);
  EXPECT_NEAR(weight_of(model), 0.64f, 1e-6f);
  const auto raise = std::make_shared<LambdaCallback>(callbacks::LambdaCallbackOptions{
      .on_test_batch_begin = [](int, const Logs&) { throw std::runtime_error("no more"); }});
  EXPECT_THROW(model.evaluate(kX, kY, {.verbose = 0, .callbacks = {swap, raise}}),
               std::runtime_error);
  EXPECT_NEAR(weight_of(model), 0.64f, 1e-6f);
}

TEST(SwapEMAWeights, NeedsAverages) {
  Sequential model = shrinking(false);
  EXPECT_THAT(([&] {
                model.evaluate(kX, kY,
                               {.verbose = 0, .callbacks = {std::make_shared<SwapEMAWeights>()}});
              }),
              RaisesWith<StateError>("SGD: averages of the weights are kept with use_ema alone."));
}

}  // namespace swap_ema_weights_test
}  // namespace strata
