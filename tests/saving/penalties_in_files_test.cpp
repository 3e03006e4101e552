// Penalties by proximal steps and of changing strength in files, and trainings that go on from them.
#include <gtest/gtest.h>

#include <stdexcept>

#include "io/files.hpp"
#include "strata/callbacks/lambda_callback.hpp"
#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/regularization_scheduler.hpp"
#include "strata/models/sequential.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/exponential_decay.hpp"
#include "strata/optimizers/scheduled.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/nuclear_norm.hpp"
#include "strata/regularizers/proximal.hpp"
#include "strata/saving/backup_and_restore.hpp"
#include "strata/saving/load_model.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace penalties_in_files_test {
namespace {

using callbacks::BackupAndRestore;
using callbacks::LambdaCallback;
using callbacks::RegularizationScheduler;
using optimizers::Adam;
using optimizers::schedules::ExponentialDecay;
using namespace regularizers;

const Tensor kX({4, 1}, {1, 2, -1, 3});
const Tensor kY({4, 1}, {1, 2, -1, 3});

Sequential model_of(const RegularizerSpec& rule) {
  Sequential model({layers::Input({1}),
                    layers::Dense({.units = 2, .kernel_regularizer = rule, .name = "a"}),
                    layers::Dense({.units = 1, .name = "b"})});
  model.compile({.optimizer = Adam(0.01f), .loss = "mse"});
  return model;
}

History fit(Model& model, int epochs, std::vector<std::shared_ptr<Callback>> callbacks = {}) {
  return model.fit(kX, kY,
                   {.batch_size = 2,
                    .epochs = epochs,
                    .verbose = 0,
                    .callbacks = std::move(callbacks),
                    .shuffle = false});
}

TEST(PenaltiesInFiles, OfProximalStepsGoOnToTheSameBits) {
  const TemporaryFolder folder;
  Sequential model = model_of(Proximal(L1(0.1f)));
  fit(model, 3);
  model.save(folder.path("model.keras"));
  const auto loaded = load_model(folder.path("model.keras"));
  EXPECT_EQ(loaded->to_json(), model.to_json());
  fit(model, 3);
  fit(*loaded, 3);
  EXPECT_THAT(loaded->get_weights()[0], IsClose(model.get_weights()[0], 0.0));
}

TEST(PenaltiesInFiles, ThatAreScheduledGoOnWithTheSameFactor) {
  const TemporaryFolder folder;
  Sequential model = model_of(Proximal(Scheduled(
      L1(4.0f),
      ExponentialDecay({.initial_learning_rate = 1, .decay_steps = 1, .decay_rate = 0.5f}))));
  fit(model, 1);
  model.save(folder.path("model.keras"));
  const auto loaded = load_model(folder.path("model.keras"));
  EXPECT_EQ(fit(*loaded, 1).history.at("reg_factor/a/kernel"), (std::vector<double>{0.25}));
}

// Saved after two of three steps.
TEST(PenaltiesInFiles, ThatCountNowAndThenGoOnInTheSameStep) {
  const TemporaryFolder folder;
  Sequential model = model_of(NuclearNorm({.factor = 0.5f, .every = 3}));
  fit(model, 1);
  model.save(folder.path("model.keras"));
  const auto loaded = load_model(folder.path("model.keras"));
  EXPECT_EQ(loaded->to_json(), model.to_json());
  const History expected = fit(model, 2);
  EXPECT_EQ(fit(*loaded, 2).history.at("reg_loss"), expected.history.at("reg_loss"));
  EXPECT_THAT(loaded->get_weights()[0], IsClose(model.get_weights()[0], 0.0));
}

TEST(PenaltiesInFiles, ThatACallbackSetsGoOnFromABackup) {
  const TemporaryFolder folder;
  const auto run = [&](bool crashes) {
    Sequential model = model_of(L2(0.25f));
    callbacks::LambdaCallbackOptions hooks;
    hooks.on_epoch_begin = [crashes](int epoch, const Logs&) {
      if (crashes && epoch == 2) throw std::runtime_error("crash");
    };
    const auto doubling = std::make_shared<RegularizationScheduler>(
        [](int epoch, float factor) { return epoch == 0 ? factor : 2.0f * factor; });
    return fit(model, 4,
               {doubling, std::make_shared<LambdaCallback>(hooks),
                std::make_shared<BackupAndRestore>(
                    callbacks::BackupAndRestoreOptions{.backup_dir = folder.path("backup")})});
  };
  EXPECT_THROW(run(true), std::runtime_error);
  EXPECT_EQ(run(false).history.at("reg_factor/a/kernel").back(), 2.0);
}

TEST(PenaltiesInFiles, OfAnotherFactorAreNoBackupOfThisModel) {
  const TemporaryFolder folder;
  const auto run = [&](float factor, bool crashes) {
    Sequential model = model_of(L2(factor));
    callbacks::LambdaCallbackOptions hooks;
    hooks.on_epoch_begin = [crashes](int epoch, const Logs&) {
      if (crashes && epoch == 2) throw std::runtime_error("crash");
    };
    fit(model, 4,
        {std::make_shared<LambdaCallback>(hooks),
         std::make_shared<BackupAndRestore>(
             callbacks::BackupAndRestoreOptions{.backup_dir = folder.path("backup")})});
  };
  EXPECT_THROW(run(0.25f, true), std::runtime_error);
  EXPECT_THAT(
      [&] { run(0.5f, false); },
      RaisesWith<IoError>("one that differs at /config/layers/1/config/kernel_regularizer"));
}

}  // namespace
}  // namespace penalties_in_files_test
}  // namespace strata::testing
