// `strata train`: trains as the library does, and keeps what was reached.
#include <unistd.h>

#include <csignal>
#include <strata/config.hpp>

#include "cli/program.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using ::testing::HasSubstr;

class Train : public Program {
 protected:
  Ended train(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all = {"train", "blobs.json", "--data", "blobs.npz"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return strata(all);
  }

  double loss(const std::vector<std::string>& arguments) const {
    const Ended ended = train(arguments);
    EXPECT_EQ(ended.code, 0) << ended.errors;
    return Config::parse(ended.output).at("loss").at(0);
  }
};

TEST_F(Train, DoesWhatFitDoes) {
  const Ended ended = train({"--epochs", "3", "--batch-size", "20", "--validation-split", "0.25",
                             "--seed", "7", "--json", "--output", "new.keras"});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  set_random_seed(7);
  const std::shared_ptr<Model> twin = model_from_json(read_bytes(path("blobs.json")));
  const History history =
      twin->fit(x_, y_, {.batch_size = 20, .epochs = 3, .verbose = 0, .validation_split = 0.25f});
  EXPECT_EQ(Config::parse(ended.output), Config(history.history));
  EXPECT_THAT(load_model(path("new.keras"))->predict(x_, {.verbose = 0}),
              IsClose(twin->predict(x_, {.verbose = 0}), 0.0));
}

TEST_F(Train, PrintsProgress) {
  EXPECT_THAT(train({"--epochs", "2"}).output, HasSubstr("Epoch 2/2\n2/2 - "));
  EXPECT_EQ(train({"--quiet"}).output, "");
}

TEST_F(Train, GoesOnWhereAModelStopped) {
  const Ended ended =
      strata({"train", "blobs.keras", "--data", "blobs.npz", "--output", "on.keras"});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_EQ(load_model(path("on.keras"))->optimizer().iterations(),
            model_->optimizer().iterations() + 2);
}

TEST_F(Train, StartsFromGivenWeights) {
  model_->fit(x_, y_, {.epochs = 100, .verbose = 0});
  model_->save_weights(path("w.npz"));
  EXPECT_LT(loss({"--weights", "w.npz", "--json"}), loss({"--json"}));
}

TEST_F(Train, WritesWeightsAlone) {
  EXPECT_EQ(train({"--quiet", "--output", "w.safetensors"}).code, 0);
  EXPECT_NO_THROW(model_->load_weights(path("w.safetensors")));
}

TEST_F(Train, ValidatesOnAFileOfItsOwn) {
  io::write_npz(path("all.npz"),
                {{"x_train", x_}, {"y_train", y_}, {"x_test", x_}, {"y_test", y_}});
  const Ended ended = strata(
      {"train", "blobs.json", "--data", "all.npz", "--validation-data", "all.npz", "--json"});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_TRUE(Config::parse(ended.output).contains("val_accuracy"));
}

TEST_F(Train, TakesOptimizerLossAndMetrics) {
  Sequential plain({layers::Input({2}), layers::Dense({.units = 1})});
  folder_.write("plain.json", plain.to_json());
  expect_refused({"train", "plain.json", "--data", "blobs.npz"}, 1, "--loss");
  const Ended ended = strata({"train", "plain.json", "--data", "blobs.npz", "--y", "x", "--loss",
                              "mae", "--optimizer", "sgd", "--metric", "mse"});
  EXPECT_EQ(ended.code, 1) << "targets of two numbers fitted one output";
  io::write_npz(path("line.npz"), {{"x", x_}, {"y", ops::reshape(y_, {60, 1})}});
  const Ended fitted =
      strata({"train", "plain.json", "--data", "line.npz", "--loss", "mae", "--optimizer", "sgd",
              "--metric", "mse", "--json", "--output", "new.keras"});
  EXPECT_EQ(fitted.code, 0) << fitted.errors;
  EXPECT_TRUE(Config::parse(fitted.output).contains("mse"));
  const Config compiled = load_model(path("new.keras"))->get_compile_config();
  EXPECT_EQ(compiled["optimizer"]["class_name"], "SGD");
  EXPECT_EQ(compiled["loss"], "mae");
}

TEST_F(Train, RefusesWrongUsage) {
  expect_refused({"train", "blobs.json"}, 2, "--data is required");
  const auto refused = [&](const std::string& option, const std::string& value) {
    expect_refused({"train", "blobs.json", "--data", "blobs.npz", option, value}, 2,
                   option == "--output" ? value : option);
  };
  refused("--epochs", "0");
  refused("--epochs", "many");
  refused("--validation-split", "1");
  refused("--seed", "-1");
  refused("--output", "new.json");
  refused("--output", "new.pb");
}

TEST_F(Train, SaysBeforeItTrainsThatTheFileCantBeWritten) {
  expect_refused({"train", "blobs.json", "--data", "blobs.npz", "--output", "none/new.keras"}, 3,
                 "none/new.keras");
}

TEST_F(Train, WithALossThatIsNotFiniteSaysSoAndWritesNothing) {
  io::write_npz(path("huge.npz"), {{"x", x_ * 1e38f}, {"y", y_}});
  const std::vector<std::string> before = names_in(folder_.path());
  expect_refused({"train", "blobs.json", "--data", "huge.npz", "--quiet", "--output", "new.keras"},
                 1, "finite");
  EXPECT_EQ(names_in(folder_.path()), before);
}

// Reads what comes, to its end if the text does not.
void wait_for_text(int descriptor, const std::string& text) {
  std::string seen;
  char c = 0;
  while (seen.find(text) == std::string::npos && read(descriptor, &c, 1) == 1) {
    if (seen.size() > 2 * text.size()) seen.erase(0, text.size());
    seen += c;
  }
}

TEST_F(Train, InterruptedWritesWhatItReached) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = start_program(folder_.path(),
                                    {STRATA_PROGRAM, "train", "blobs.json", "--data", "blobs.npz",
                                     "--epochs", "1000000000", "--output", "new.keras"},
                                    ends[1]);
  close(ends[1]);
  wait_for_text(ends[0], "Epoch 3/");
  kill(child, SIGINT);
  wait_for_text(ends[0], "never printed");
  EXPECT_EQ(wait_for(child), 130);
  close(ends[0]);
  EXPECT_GE(load_model(path("new.keras"))->optimizer().iterations(), 4);
}

TEST_F(Train, WhoseOutputNobodyReadsGoesOn) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  const pid_t child = start_program(
      folder_.path(),
      {STRATA_PROGRAM, "train", "blobs.json", "--data", "blobs.npz", "--output", "new.keras"},
      ends[1]);
  close(ends[1]);
  EXPECT_EQ(wait_for(child), 0);
  EXPECT_EQ(load_model(path("new.keras"))->optimizer().iterations(), 2);
}

}  // namespace
}  // namespace strata::testing
