// Numbers: keras.io's behavior on sequences of a monitored value, computed by Keras 3.15.
#include "strata/callbacks/early_stopping.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "strata/optimizers/optimizer.hpp"
#include "strata/training/host.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using callbacks::EarlyStopping;
using callbacks::EarlyStoppingOptions;
using testing::Raises;

// A model whose only weight is the number of the epoch.
class FakeHost final : public TrainingHost {
 public:
  void stop_training() override { stopped = true; }
  std::vector<Tensor> get_weights() const override { return {weight}; }
  void set_weights(const std::vector<Tensor>& weights) override { weight = weights.front(); }
  Optimizer& optimizer() override { throw std::logic_error("not asked for"); }
  std::optional<bool> larger_is_better(const std::string& log) const override {
    return log == "val_accuracy" ? std::optional(true)
           : log == "val_loss"   ? std::optional(false)
                                 : std::nullopt;
  }
  void print(const std::string& line) override { printed += line + "\n"; }

  bool stopped = false;
  Tensor weight = -1.0f;
  std::string printed;
};

// How many epochs run on this sequence.
int epochs_run(EarlyStopping& stopping, const std::vector<double>& values, FakeHost& host,
               const std::string& monitor = "val_loss") {
  stopping.attach(&host, {});
  stopping.on_train_begin({});
  int epoch = 0;
  for (; epoch < static_cast<int>(values.size()) && !host.stopped; ++epoch) {
    host.weight = static_cast<float>(epoch);
    stopping.on_epoch_end(epoch, {{monitor, values[static_cast<std::size_t>(epoch)]}});
  }
  stopping.on_train_end({});
  return epoch;
}

int epochs_run(const EarlyStoppingOptions& options, const std::vector<double>& values) {
  EarlyStopping stopping(options);
  FakeHost host;
  return epochs_run(stopping, values, host, options.monitor);
}

TEST(EarlyStopping, StopsAfterPatienceEpochsWithoutImprovement) {
  EXPECT_EQ(epochs_run({.patience = 2}, {1, .9, .95, .96, .97, .98}), 4);
  EXPECT_EQ(epochs_run({.patience = 0}, {1, .9, .95, .96, .97, .98}), 3);
  EXPECT_EQ(epochs_run({.patience = 0}, {1, 2, 3, 4}), 2);
}

TEST(EarlyStopping, ASmallerChangeThanMinDeltaIsNoImprovement) {
  EXPECT_EQ(epochs_run({.min_delta = .001f, .patience = 2}, {1, .9999, .9998, .9997, .9996}), 3);
}

TEST(EarlyStopping, WaitingStartsAnewOnlyBelowTheBaseline) {
  EXPECT_EQ(epochs_run({.patience = 1, .baseline = .5f}, {1, .8, .9, .9}), 3);
  EXPECT_EQ(epochs_run({.patience = 2, .baseline = .5f}, {1, .4, .9, .9, .9}), 4);
}

TEST(EarlyStopping, EarlyEpochsAreNotLookedAt) {
  EXPECT_EQ(epochs_run({.patience = 1, .start_from_epoch = 2}, {1, 2, 3, 4, 5}), 4);
}

TEST(EarlyStopping, NanIsNeverBetterThanAValue) {
  EXPECT_EQ(epochs_run({.patience = 2}, {NAN, NAN, NAN, NAN}), 3);
}

TEST(EarlyStopping, ModeMaxWantsMore) {
  EXPECT_EQ(epochs_run({.patience = 2, .mode = "max"}, {.1, .2, .15, .1, .1}), 4);
}

TEST(EarlyStopping, ModeAutoAsksTheMetric) {
  EXPECT_EQ(epochs_run({.monitor = "val_accuracy", .patience = 2}, {.1, .2, .15, .1, .1}), 4);
}

TEST(EarlyStopping, RestoresTheBestWeightsEvenIfItDidNotStop) {
  EarlyStopping stopping({.patience = 9, .verbose = 1, .restore_best_weights = true});
  FakeHost host;
  EXPECT_EQ(epochs_run(stopping, {3, 1, 2}, host), 3);
  EXPECT_EQ(host.weight.item(), 1.0f);
  EXPECT_EQ(stopping.stopped_epoch(), 0);
  EXPECT_EQ(stopping.best_epoch(), 1);
  EXPECT_EQ(host.printed, "Restoring model weights from the end of the best epoch: 2.\n");
}

TEST(EarlyStopping, SaysWhenItStoppedIfAsked) {
  EarlyStopping stopping({.patience = 1, .verbose = 1});
  FakeHost host;
  epochs_run(stopping, {1, 2, 3}, host);
  EXPECT_EQ(stopping.stopped_epoch(), 1);
  EXPECT_EQ(host.printed, "Epoch 2: early stopping\n");
}

// What two epochs without the monitored log say.
std::string said_of_a_missing_log(const EarlyStoppingOptions& options, int verbose_of_run) {
  EarlyStopping stopping(options);
  FakeHost host;
  stopping.attach(&host, {.verbose = verbose_of_run});
  stopping.on_train_begin({});
  for (int epoch : {0, 1}) stopping.on_epoch_end(epoch, {{"accuracy", 0.5}, {"loss", 1.0}});
  EXPECT_FALSE(host.stopped);
  return host.printed;
}

TEST(EarlyStopping, NamesALogThatIsNotThereOnceUnlessAllIsSilent) {
  const std::string text =
      "EarlyStopping: epoch 1 logs nothing as val_loss; known are accuracy, loss.\n";
  EXPECT_EQ(said_of_a_missing_log({.monitor = "val_loss"}, 1), text);
  EXPECT_EQ(said_of_a_missing_log({.monitor = "val_loss", .verbose = 1}, 0), text);
  EXPECT_EQ(said_of_a_missing_log({.monitor = "val_loss"}, 0), "");
}

TEST(EarlyStopping, OutsideOfARunHasNoModelToAsk) {
  EarlyStopping stopping;
  EXPECT_THAT([&] { stopping.on_train_begin({}); },
              Raises<StateError>("Callback: the model can be asked only in a run of fit, evaluate "
                                 "or predict that was given this callback. Received: a call "
                                 "outside of one."));
}

TEST(EarlyStopping, RefusesBadOptions) {
  EXPECT_THAT(
      [] { EarlyStopping({.mode = "up"}); },
      Raises("EarlyStopping: mode must be \"auto\", \"min\" or \"max\". Received: mode=up."));
  EXPECT_THAT([] { EarlyStopping({.patience = -1}); },
              Raises("EarlyStopping: patience must not be negative. Received: patience=-1."));
  EXPECT_THAT([] { EarlyStopping({.min_delta = NAN}); },
              Raises("EarlyStopping: min_delta must be finite. Received: min_delta=nan."));
  EXPECT_THAT([] { EarlyStopping({.baseline = std::nanf("")}); },
              Raises("EarlyStopping: baseline must be a number. Received: baseline=nan."));
  EXPECT_THAT([] { EarlyStopping({.start_from_epoch = -5}); },
              Raises("EarlyStopping: start_from_epoch must not be negative. Received: "
                     "start_from_epoch=-5."));
  EXPECT_THAT([] { EarlyStopping({.verbose = -3}); },
              Raises("EarlyStopping: verbose must not be negative. Received: verbose=-3."));
}

TEST(EarlyStopping, RefusesToGuessADirection) {
  EXPECT_THAT(
      [] {
        epochs_run({.monitor = "val_foo"}, {1, 2});
      },
      Raises("EarlyStopping: mode \"auto\" can't tell whether more is better; pass mode \"min\" or "
             "\"max\". "
             "Received: monitor=val_foo."));
}

}  // namespace
}  // namespace strata
