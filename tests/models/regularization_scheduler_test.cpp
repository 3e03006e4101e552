// Penalties whose strength changes: by the epoch, by the step, in logs and files.
#include "strata/models/regularization_scheduler.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/exponential_decay.hpp"
#include "strata/optimizers/scheduled.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/proximal.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace regularization_scheduler_test {
namespace {

using callbacks::RegularizationScheduler;
using callbacks::RegularizationSchedulerOptions;
using optimizers::SGD;
using optimizers::schedules::ExponentialDecay;
using namespace regularizers;

const Tensor kX({2, 1}, {1, 2});
const Tensor kY({2, 1}, {1, 2});
using Figures = std::vector<double>;

Sequential model_of(const RegularizerSpec& first, const RegularizerSpec& second = nullptr) {
  Sequential model({layers::Input({1}),
                    layers::Dense({.units = 2, .kernel_regularizer = first, .name = "a"}),
                    layers::Dense({.units = 1, .kernel_regularizer = second, .name = "b"})});
  model.compile({.optimizer = SGD(0.01f), .loss = "mse"});
  return model;
}

History fit(Model& model, int epochs, std::vector<std::shared_ptr<Callback>> callbacks,
            std::ostream* output = nullptr) {
  return model.fit(kX, kY,
                   {.batch_size = 1,
                    .epochs = epochs,
                    .verbose = 0,
                    .callbacks = std::move(callbacks),
                    .shuffle = false,
                    .output = output});
}

std::shared_ptr<Callback> doubling(RegularizationSchedulerOptions options = {
                                       .schedule = [](int epoch, float factor) {
                                         return epoch == 0 ? factor : 2.0f * factor;
                                       }}) {
  return std::make_shared<RegularizationScheduler>(std::move(options));
}

TEST(RegularizationScheduler, SetsAndLogsTheFactorOfEachEpoch) {
  Sequential model = model_of(L2(0.25f), Proximal(L1(0.5f)));
  const History history = fit(model, 3, {doubling()});
  EXPECT_EQ(history.history.at("reg_factor/a/kernel"), (Figures{0.25, 0.5, 1.0}));
  EXPECT_EQ(history.history.at("reg_factor/b/kernel"), (Figures{0.5, 1.0, 2.0}));
  const Config object = model.get_layer("b").get_config();
  EXPECT_EQ(object["kernel_regularizer"]["config"]["rule"]["config"]["l1"], 2.0);
}

TEST(RegularizationScheduler, TakesTheLayersAndTheFactorItIsTold) {
  Sequential model = model_of(L1L2(0.25f, 0.5f), L1L2(0.25f, 0.5f));
  const History history =
      fit(model, 2,
          {doubling({.schedule = [](int epoch) { return static_cast<float>(epoch + 1); },
                     .where = [](const Layer& layer) { return layer.name() == "b"; },
                     .factor = "l2"})});
  EXPECT_EQ(history.history.at("reg_factor/b/kernel/l1"), (Figures{0.25, 0.25}));
  EXPECT_EQ(history.history.at("reg_factor/b/kernel/l2"), (Figures{1, 2}));
  EXPECT_FALSE(history.history.contains("reg_factor/a/kernel/l2"));
}

TEST(RegularizationScheduler, SaysWhatItSets) {
  Sequential model = model_of(L2(0.25f));
  std::ostringstream output;
  fit(model, 1, {doubling({.schedule = [](int) { return 0.5f; }, .verbose = 1})}, &output);
  EXPECT_EQ(output.str(),
            "\nEpoch 1: RegularizationScheduler setting the factor of a/kernel to 0.5.\n");
}

TEST(RegularizationScheduler, RefusesWhatCantBeSet) {
  Sequential model = model_of(L1L2(0.25f, 0.5f));
  const auto run = [&](RegularizationSchedulerOptions options) {
    return [&model, options] { fit(model, 1, {doubling(options)}); };
  };
  const auto schedule = [](int) { return 0.5f; };
  EXPECT_THAT(
      run({.schedule = schedule}),
      Raises("RegularizationScheduler: which factor is to be set must be said unless the rule "
             "has just one. Received: L1L2, which has l1, l2."));
  EXPECT_THAT(
      run({.schedule = schedule, .factor = "rate"}),
      Raises("RegularizationScheduler: the rule has no factor of this name. Received: rate for "
             "L1L2, which has l1, l2."));
  EXPECT_THAT(run({.schedule = schedule, .weight = "bias"}),
              Raises("RegularizationScheduler: there must be a layer whose penalty is to be set. "
                     "Received: none with one on its bias."));
  EXPECT_THAT(
      run({.schedule = schedule, .where = [](const Layer&) { return true; }, .factor = "l1"}),
      Raises("RegularizationScheduler: a layer that is picked must have a penalty on this "
             "weight. Received: b, without one on its kernel."));
  EXPECT_THAT(run({.schedule = [](int) { return -1.0f; }, .factor = "l1"}),
              Raises("L1L2: l1 must be finite and >= 0. Received: l1=-1."));
  model.set_regularizer([](const Layer& layer) { return layer.name() == "a"; }, "kernel",
                        [](const Tensor& x) { return ops::sum(x); });
  EXPECT_THAT(run({.schedule = schedule, .factor = "l1"}),
              RaisesWith("has no factor of this name"));
}

TEST(ScheduledTraining, LogsTheFactorInForceAndPaysIt) {
  Sequential model = model_of(Scheduled(
      L1(4.0f),
      ExponentialDecay({.initial_learning_rate = 1, .decay_steps = 1, .decay_rate = 0.5f})));
  model.compile({.optimizer = SGD(0.0f), .loss = "mse"});
  model.set_weights(
      {Tensor({1, 2}, {1, -1}), Tensor({2}, {0, 0}), Tensor({2, 1}, {1, 1}), Tensor({1}, {0})});
  const History history = fit(model, 2, {});
  EXPECT_EQ(history.history.at("reg_factor/a/kernel"), (Figures{1, 0.25}));
  EXPECT_EQ(history.history.at("reg_loss"), (Figures{6, 1.5}));  // (8 + 4) / 2, (2 + 1) / 2
  EXPECT_EQ(model.losses()[0].item(), 0.5f);
  EXPECT_EQ(model.penalties()[0].value.item(), 0.5f);
  EXPECT_EQ(model.evaluate(kX, kY, {.verbose = 0}).at("reg_loss"), 0.5);
}

TEST(ScheduledTraining, OfAnActivityFollowsTheStepsToo) {
  Sequential model(
      {layers::Input({1}),
       layers::Dense({.units = 1,
                      .kernel_initializer = "ones",
                      .activity_regularizer = Scheduled(
                          L1(1.0f), [](std::int64_t step) { return static_cast<float>(step + 1); }),
                      .name = "a"})});
  model.compile({.optimizer = SGD(0.0f), .loss = "mse"});
  const History history = fit(model, 1, {});
  EXPECT_EQ(history.history.at("reg_loss"), (Figures{2.5}));  // (1 * 1 + 2 * 2) / 2
  EXPECT_EQ(history.history.at("reg_factor/a/activity"), (Figures{3}));
  EXPECT_EQ(model.predict(kX, {.verbose = 0}).values()[1], 2.0f);
}

}  // namespace
}  // namespace regularization_scheduler_test
}  // namespace strata::testing
