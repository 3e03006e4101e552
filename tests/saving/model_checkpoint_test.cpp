// ModelCheckpoint: when it saves, under which name, and what it says, as Keras 3.15 does.
#include "strata/saving/model_checkpoint.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "io/files.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/saving/load_model.hpp"
#include "strata/training/host.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace model_checkpoint_test {

using callbacks::ModelCheckpoint;
using callbacks::ModelCheckpointOptions;
using callbacks::SaveFrequency;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::names_in;
using ::testing::Not;
using testing::Raises;

Sequential small_model() {
  Sequential model({layers::Input({2}), layers::Dense({.units = 1, .name = "out"})});
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"accuracy", "mae"}});
  return model;
}

// A model whose logs a test makes up.
class FakeHost final : public TrainingHost {
 public:
  void stop_training() override {}
  std::vector<Tensor> get_weights() const override { return model.get_weights(); }
  void set_weights(const std::vector<Tensor>& weights) override { model.set_weights(weights); }
  Optimizer& optimizer() override { return model.optimizer(); }
  Model& trained_model() override { return model; }
  std::optional<bool> larger_is_better(const std::string& log) const override {
    return log == "acc"        ? std::optional(true)
           : log == "val_loss" ? std::optional(false)
                               : std::nullopt;
  }
  std::vector<std::string> log_names() const override { return {"acc", "loss", "val_loss"}; }
  void print(const std::string& line) override { printed += line + "\n"; }

  Sequential model = small_model();
  std::string printed;
};

class ModelCheckpointTest : public ::testing::Test {
 protected:
  // In a folder of the test's own.
  std::string path(const std::string& name) const { return folder.path(name); }
  std::string best() const { return path("m.keras"); }
  std::vector<std::string> files() const { return names_in(folder.path()); }

  // A run whose epochs log these values, and whether each of them saved.
  std::vector<bool> saved_epochs(ModelCheckpointOptions options,
                                 const std::vector<double>& values) {
    options.save_best_only = true;
    const std::string monitor = options.monitor;
    ModelCheckpoint checkpoint(options);
    checkpoint.attach(&host, {});
    checkpoint.on_train_begin({});
    std::vector<bool> saved;
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::filesystem::remove(path("m.keras"));
      checkpoint.on_epoch_begin(static_cast<int>(i), {});
      checkpoint.on_epoch_end(static_cast<int>(i), {{monitor, values[i]}});
      saved.push_back(std::filesystem::exists(path("m.keras")));
    }
    return saved;
  }

  History fit(const ModelCheckpointOptions& options, FitOptions how = {}) {
    how.callbacks = {std::make_shared<ModelCheckpoint>(options)};
    how.output = &output;
    how.verbose = 0;
    return host.model.fit(x, y, how);
  }

  const testing::TemporaryFolder folder;
  FakeHost host;
  std::ostringstream output;
  const Tensor x = Tensor({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor y = Tensor({4, 1}, {1, 2, 3, 4});
};

TEST_F(ModelCheckpointTest, SavesAtTheEndOfEveryEpoch) {
  fit({.filepath = path("{epoch:02d}.keras")}, {.epochs = 3});
  EXPECT_THAT(files(), ElementsAre("01.keras", "02.keras", "03.keras"));
}

TEST_F(ModelCheckpointTest, SavesTheModelOfThatMoment) {
  fit({.filepath = path("{epoch}.keras")}, {.epochs = 2});
  const auto last = load_model(path("2.keras"));
  EXPECT_EQ(last->get_weights()[0].values()[0], host.model.get_weights()[0].values()[0]);
  EXPECT_EQ(last->optimizer().calls(), 2);
  EXPECT_EQ(load_model(path("1.keras"))->optimizer().calls(), 1);
}

TEST_F(ModelCheckpointTest, CountsBatchesAcrossEpochs) {
  fit({.filepath = path("{epoch}-{batch}.keras"), .save_freq = 3}, {.batch_size = 1, .epochs = 3});
  EXPECT_THAT(files(), ElementsAre("1-3.keras", "2-2.keras", "3-1.keras", "3-4.keras"));
}

TEST_F(ModelCheckpointTest, FillsInLogsAsPythonFormatsThem) {
  const History history = fit({.filepath = path("{epoch:03d}-{val_loss:.2f}-{{x}}.keras")},
                              {.validation_data = {.x = x, .y = y}});
  EXPECT_THAT(files(), ElementsAre(fmt::format("001-{:.2f}-{{x}}.keras",
                                               history.history.at("val_loss").front())));
}

TEST_F(ModelCheckpointTest, MakesFolders) {
  fit({.filepath = path("runs/{epoch}/m.keras")});
  EXPECT_TRUE(std::filesystem::exists(path("runs/1/m.keras")));
}

TEST_F(ModelCheckpointTest, SavesWeightsAloneInEachOfTheirFormats) {
  for (const char* name : {"m.weights.h5", "m.safetensors", "m.npz"}) {
    fit({.filepath = path(name), .save_weights_only = true});
    Sequential other = small_model();
    other.load_weights(path(name));
    EXPECT_EQ(other.get_weights()[0].values()[1], host.model.get_weights()[0].values()[1]) << name;
  }
}

TEST_F(ModelCheckpointTest, SavesOnlyWhereAValueIsBetterThanAllBefore) {
  EXPECT_THAT(saved_epochs({.filepath = best()}, {1, .9, .95, .9, .8}),
              ElementsAre(true, true, false, false, true));
  EXPECT_THAT(saved_epochs({.filepath = best(), .mode = "max"}, {1, .9, 2}),
              ElementsAre(true, false, true));
  EXPECT_THAT(saved_epochs({.filepath = best(), .monitor = "acc"}, {.5, .4, .6}),
              ElementsAre(true, false, true));
}

TEST_F(ModelCheckpointTest, BeginsWithTheThreshold) {
  EXPECT_THAT(saved_epochs({.filepath = best(), .initial_value_threshold = .5f}, {.9, .5, .4}),
              ElementsAre(false, false, true));
}

TEST_F(ModelCheckpointTest, NanIsNeverBetterThanAValue) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(saved_epochs({.filepath = best()}, {1, nan, .5}), ElementsAre(true, false, true));
  EXPECT_THAT(saved_epochs({.filepath = best()}, {nan, 1}), ElementsAre(true, true));
}

TEST_F(ModelCheckpointTest, TheBestStaysForTheNextFit) {
  const auto checkpoint = std::make_shared<ModelCheckpoint>(ModelCheckpointOptions{
      .filepath = path("m.keras"), .monitor = "loss", .save_best_only = true});
  const auto fit_once = [&] {
    host.model.fit(x, y, {.verbose = 0, .callbacks = {checkpoint}, .output = &output});
  };
  fit_once();
  const std::optional<double> best = checkpoint->best();
  ASSERT_TRUE(best.has_value());
  std::filesystem::remove(path("m.keras"));
  host.model.set_weights({Tensor({2, 1}, {90, 90}), Tensor({1}, {90})});
  fit_once();
  EXPECT_EQ(checkpoint->best(), best);
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ModelCheckpointTest, SaysWhatItDoes) {
  saved_epochs({.filepath = best(), .verbose = 1}, {.5, .75, .25});
  const std::string file = path("m.keras");
  EXPECT_EQ(host.printed,
            "\nEpoch 1: val_loss improved from None to 0.50000, saving model to " + file +
                "\n\nEpoch 1: finished saving model to " + file +
                "\n\nEpoch 2: val_loss did not improve from 0.50000\n"
                "\nEpoch 3: val_loss improved from 0.50000 to 0.25000, saving model to " +
                file + "\n\nEpoch 3: finished saving model to " + file + "\n");
}

TEST_F(ModelCheckpointTest, SaysThatItSavesEveryEpoch) {
  fit({.filepath = path("m.keras"), .verbose = 1});
  EXPECT_EQ(output.str(), "\nEpoch 1: saving model to " + path("m.keras") +
                              "\n\nEpoch 1: finished saving model to " + path("m.keras") + "\n");
}

TEST_F(ModelCheckpointTest, SavesWhereTheMonitoredLogIsMissingAndSaysSoOnce) {
  fit({.filepath = path("{epoch}.keras"), .save_best_only = true}, {.epochs = 2});
  EXPECT_THAT(files(), ElementsAre("1.keras", "2.keras"));
  EXPECT_THAT(output.str(), ::testing::MatchesRegex(
                                "ModelCheckpoint: epoch 1 logs nothing as val_loss; [^\n]*\n"));
}

TEST_F(ModelCheckpointTest, KeepsTheOldFileWhereTheNewOneCannotBeWritten) {
  std::filesystem::create_directory(path("m.keras"));
  EXPECT_THAT([&] { fit({.filepath = path("m.keras")}); },
              Raises<IoError>("save: " + path("m.keras") +
                              ": the path must be that of a regular file, or of none. Received: a "
                              "directory."));
}

TEST_F(ModelCheckpointTest, RefusesOtherExtensions) {
  EXPECT_THAT([] { ModelCheckpoint({.filepath = "m.pt"}); },
              Raises<InvalidArgument>("ModelCheckpoint: a model's file must end in .keras, or in "
                                      ".h5 or .hdf5 for the legacy format; save_weights writes "
                                      "weights alone. Received: m.pt."));
  EXPECT_THAT([] { ModelCheckpoint({.filepath = "m.keras", .save_weights_only = true}); },
              Raises<InvalidArgument>("ModelCheckpoint: a file of weights must end in .weights.h5, "
                                      ".safetensors or .npz. Received: m.keras."));
}

TEST_F(ModelCheckpointTest, RefusesOptionsOutOfRange) {
  EXPECT_THAT([] { ModelCheckpoint({.filepath = "m.keras", .verbose = -1}); },
              Raises("ModelCheckpoint: verbose must not be negative. Received: verbose=-1."));
  EXPECT_THAT([] { ModelCheckpoint({.filepath = "m.keras", .mode = "most"}); },
              Raises("ModelCheckpoint: mode must be \"auto\", \"min\" or \"max\". Received: "
                     "mode=most."));
  EXPECT_THAT([] { ModelCheckpoint({.filepath = "m.keras", .initial_value_threshold = NAN}); },
              Raises("ModelCheckpoint: initial_value_threshold must be a number. Received: "
                     "initial_value_threshold=nan."));
}

TEST_F(ModelCheckpointTest, RefusesBracesThatAreNoFields) {
  for (const char* path : {"{epoch.keras", "epoch}.keras", "{}.keras", "{:d}.keras"}) {
    EXPECT_THAT([&] { ModelCheckpoint({.filepath = path}); },
                Raises<InvalidArgument>(
                    "ModelCheckpoint: a brace in filepath must be part of a field such as "
                    "{epoch:02d}, or doubled. Received: filepath=" +
                    std::string(path) + "."));
  }
}

TEST_F(ModelCheckpointTest, RefusesAFieldThatNobodyLogsBeforeTraining) {
  const std::vector<Tensor> before = host.model.get_weights();
  EXPECT_THAT([&] { fit({.filepath = path("{val_los}.keras")}); },
              ::testing::ThrowsMessage<InvalidArgument>(HasSubstr("did you mean val_loss?")));
  EXPECT_THAT(
      [&] { fit({.filepath = path("{batch}.keras")}); },
      ::testing::ThrowsMessage<InvalidArgument>(HasSubstr("where save_freq counts batches")));
  EXPECT_EQ(host.model.get_weights()[0].values()[0], before[0].values()[0]);
}

TEST_F(ModelCheckpointTest, RefusesAFieldThatThisEpochDoesNotLog) {
  EXPECT_THAT(
      [&] { fit({.filepath = path("{val_loss:.2f}.keras")}); },
      Raises<InvalidArgument>("ModelCheckpoint: filepath's fields must be logged. Received: "
                              "val_loss, which epoch 1 does not log."));
}

TEST_F(ModelCheckpointTest, RefusesAFormatThatIsNotOneForItsValue) {
  EXPECT_THAT([&] { fit({.filepath = path("{loss:02d}.keras")}); },
              ::testing::ThrowsMessage<InvalidArgument>(
                  HasSubstr("filepath's field loss must have a format for its value")));
}

TEST_F(ModelCheckpointTest, RefusesADirectionThatItCannotTell) {
  EXPECT_THAT(
      [&] { fit({.filepath = path("m.keras"), .monitor = "accurac", .save_best_only = true}); },
      ::testing::ThrowsMessage<InvalidArgument>(HasSubstr("did you mean accuracy?")));
  EXPECT_THAT(files(), IsEmpty());
}

TEST(SaveFrequency, IsTheEpochOrANumberOfBatches) {
  EXPECT_TRUE(SaveFrequency("epoch").per_epoch());
  EXPECT_EQ(SaveFrequency(7L).batches(), 7);
  EXPECT_THAT([] { SaveFrequency("batch"); },
              Raises<InvalidArgument>(
                  "save_freq: must be \"epoch\" or a number of batches. Received: batch."));
  EXPECT_THAT(
      [] { SaveFrequency(0); },
      Raises<InvalidArgument>("save_freq: must be \"epoch\" or a number of batches from 1 to "
                              "2147483647. Received: 0."));
  EXPECT_THAT(
      [] { SaveFrequency(1LL << 40); },
      Raises<InvalidArgument>("save_freq: must be \"epoch\" or a number of batches from 1 to "
                              "2147483647. Received: 1099511627776."));
}

}  // namespace model_checkpoint_test
}  // namespace strata
