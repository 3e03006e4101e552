// The callbacks that change the learning rate: what they set, log and say. Numbers: Keras's.
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "strata/callbacks/lambda_callback.hpp"
#include "strata/callbacks/learning_rate_scheduler.hpp"
#include "strata/callbacks/reduce_lr_on_plateau.hpp"
#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/optimizers/exponential_decay.hpp"
#include "strata/optimizers/sgd.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using callbacks::LambdaCallback;
using callbacks::LearningRateScheduler;
using callbacks::ReduceLROnPlateau;
using callbacks::ReduceLROnPlateauOptions;
using optimizers::SGD;
using testing::Raises;
using testing::RaisesWith;

const Tensor kX({2, 1}, {1, 2});
const Tensor kY({2, 1}, {1, 2});

// A model whose loss stays what it is, since its only layer is frozen.
Sequential standing(const OptimizerSpec& optimizer) {
  Sequential model({layers::Input({1}), layers::Dense({.units = 1})});
  model.layers()[0]->set_trainable(false);
  model.compile({.optimizer = optimizer, .loss = "mse"});
  return model;
}

History fit(Sequential& model, int epochs, std::vector<std::shared_ptr<Callback>> callbacks,
            std::ostream* output = nullptr) {
  return model.fit(
      kX, kY,
      {.epochs = epochs, .verbose = 0, .callbacks = std::move(callbacks), .output = output});
}

std::vector<double> rates(const ReduceLROnPlateauOptions& options, int epochs) {
  Sequential model = standing(SGD(1.0f));
  return fit(model, epochs, {std::make_shared<ReduceLROnPlateau>(options)})
      .history.at("learning_rate");
}

TEST(ReduceLROnPlateau, ReducesAfterPatienceEpochs) {
  EXPECT_EQ(rates({.monitor = "loss", .factor = 0.5f, .patience = 2}, 8),
            (std::vector<double>{1, 1, 1, .5, .5, .25, .25, .125}));
  EXPECT_EQ(rates({.monitor = "loss", .factor = 0.5f, .patience = 2, .cooldown = 2}, 8),
            (std::vector<double>{1, 1, 1, .5, .5, .5, .25, .25}));
}

TEST(ReduceLROnPlateau, StopsAtTheLeastRate) {
  const std::vector<double> expected{1, 1, .1, .05, .05, .05};
  const std::vector<double> logged =
      rates({.monitor = "loss", .factor = 0.1f, .patience = 1, .min_lr = 0.05f}, 6);
  ASSERT_EQ(logged.size(), expected.size());
  for (std::size_t i = 0; i < logged.size(); ++i) EXPECT_NEAR(logged[i], expected[i], 1e-8);
}

TEST(ReduceLROnPlateau, SaysWhatItDoes) {
  Sequential model = standing(SGD(1.0f));
  std::ostringstream output;
  fit(model, 3,
      {std::make_shared<ReduceLROnPlateau>(ReduceLROnPlateauOptions{
          .monitor = "loss", .factor = 0.5f, .patience = 1, .verbose = 1})},
      &output);
  EXPECT_EQ(output.str(),
            "\nEpoch 2: ReduceLROnPlateau reducing learning rate to 0.5.\n"
            "\nEpoch 3: ReduceLROnPlateau reducing learning rate to 0.25.\n");
}

TEST(ReduceLROnPlateau, CantReduceASchedule) {
  Sequential model = standing(SGD(optimizers::schedules::ExponentialDecay(
      {.initial_learning_rate = 0.5f, .decay_steps = 10, .decay_rate = 0.5f})));
  const auto reduce = std::make_shared<ReduceLROnPlateau>(
      ReduceLROnPlateauOptions{.monitor = "loss", .patience = 1});
  EXPECT_THAT([&] { fit(model, 3, {reduce}); },
              RaisesWith<StateError>("where a schedule is in place"));
}

TEST(ReduceLROnPlateau, GoesOnFromItsState) {
  ReduceLROnPlateau before;
  const Config state = {
      {"best", 0.5}, {"wait", 3}, {"cooldown_counter", 1}, {"said_what_is_missing", false}};
  before.set_state(state, {});
  EXPECT_EQ(*before.get_state(), state);
}

TEST(ReduceLROnPlateau, RefusesWhatIsOutOfRange) {
  EXPECT_THAT([] { ReduceLROnPlateau({.factor = 1.0f}); },
              Raises("ReduceLROnPlateau: factor must be in [0, 1). Received: factor=1."));
  EXPECT_THAT([] { ReduceLROnPlateau({.min_lr = -1.0f}); },
              Raises("ReduceLROnPlateau: min_lr must be finite and >= 0. Received: min_lr=-1."));
}

TEST(LearningRateScheduler, SetsTheRateOfEachEpoch) {
  Sequential model = standing(SGD(1.0f));
  const auto halve = std::make_shared<LearningRateScheduler>(
      [](int epoch, float rate) { return epoch == 0 ? rate : 0.5f * rate; });
  EXPECT_EQ(fit(model, 3, {halve}).history.at("learning_rate"), (std::vector<double>{1, .5, .25}));
  EXPECT_EQ(model.optimizer().learning_rate(), 0.25f);
}

TEST(LearningRateScheduler, MayAskForTheEpochAlone) {
  Sequential model = standing(SGD(1.0f));
  std::ostringstream output;
  fit(model, 2,
      {std::make_shared<LearningRateScheduler>(callbacks::LearningRateSchedulerOptions{
          .schedule = [](int epoch) { return epoch == 0 ? 0.5f : 0.25f; }, .verbose = 1})},
      &output);
  EXPECT_EQ(output.str(),
            "\nEpoch 1: LearningRateScheduler setting learning rate to 0.5.\n"
            "\nEpoch 2: LearningRateScheduler setting learning rate to 0.25.\n");
}

TEST(LearningRateScheduler, SetsNoRateThatIsNone) {
  Sequential model = standing(SGD(1.0f));
  const auto negative = std::make_shared<LearningRateScheduler>([](int) { return -1.0f; });
  EXPECT_THAT([&] { fit(model, 1, {negative}); },
              Raises("SGD: learning_rate must be finite and >= 0. Received: learning_rate=-1."));
}

// What one callback adds to the logs, those behind it see.
TEST(EpochLogs, AddedByOneCallbackAreSeenByTheNext) {
  Sequential model = standing(SGD(1.0f));
  double seen = 0.0;
  const auto schedule = std::make_shared<LearningRateScheduler>([](int) { return 0.5f; });
  const auto look = std::make_shared<LambdaCallback>(callbacks::LambdaCallbackOptions{
      .on_epoch_end = [&](int, const Logs& logs) { seen = logs.at("learning_rate"); }});
  fit(model, 1, {schedule, look});
  EXPECT_EQ(seen, 0.5);
}

}  // namespace
}  // namespace strata
