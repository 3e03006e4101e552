// `strata evaluate`: the figures of the library, for people and for programs.
#include <strata/config.hpp>

#include "cli/program.hpp"

namespace strata::testing {
namespace {

using ::testing::ContainsRegex;

class Evaluate : public Program {
 protected:
  Config figures(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all = {"evaluate"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.emplace_back("--json");
    const Ended ended = strata(all);
    EXPECT_EQ(ended.code, 0) << ended.errors;
    return Config::parse(ended.output);
  }
};

TEST_F(Evaluate, GivesTheLogsOfTheLibrary) {
  const Logs expected = model_->evaluate(x_, y_, {.verbose = 0});
  EXPECT_EQ(figures({"blobs.keras", "--data", "blobs.npz"}), Config(expected));
  EXPECT_EQ(expected.count("reg_loss"), 1U);
}

TEST_F(Evaluate, PrintsALineForEachFigure) {
  const std::string output = strata({"evaluate", "blobs.keras", "--data", "blobs.npz"}).output;
  for (const char* name : {"accuracy", "data_loss", "loss", "reg_loss"})
    EXPECT_THAT(output, ContainsRegex(std::string("  ") + name + " +[0-9.]+\n"));
}

TEST_F(Evaluate, TakesTestDataOfAFileWithoutXAndY) {
  const Config expected = figures({"blobs.keras", "--data", "blobs.npz"});
  io::write_npz(path("all.npz"), {{"x_train", 0.0f * x_}, {"x_test", x_}, {"y_test", y_}});
  EXPECT_EQ(figures({"blobs.keras", "--data", "all.npz"}), expected);
}

TEST_F(Evaluate, TakesTheArraysThatAreNamed) {
  const Config expected = figures({"blobs.keras", "--data", "blobs.npz"});
  io::write_npz(path("named.npz"), {{"x", 0.0f * x_}, {"samples", x_}, {"labels", y_}});
  EXPECT_EQ(figures({"blobs.keras", "--data", "named.npz", "--x", "samples", "--y", "labels"}),
            expected);
}

TEST_F(Evaluate, MeasuresWhatIsNamed) {
  const Config found = figures({"blobs.keras", "--data", "blobs.npz", "--metric",
                                "sparse_top_k_categorical_accuracy", "--metric", "accuracy"});
  EXPECT_EQ(found.size(), 5U) << found.dump();
}

TEST_F(Evaluate, OfAModelThatIsNotCompiledNeedsALoss) {
  Sequential plain({layers::Input({2}), layers::Dense({.units = 3, .activation = "softmax"})});
  plain.save(path("plain.keras"));
  expect_refused({"evaluate", "plain.keras", "--data", "blobs.npz"}, 1, "--loss");
  const std::string loss = "sparse_categorical_crossentropy";
  EXPECT_EQ(figures({"plain.keras", "--data", "blobs.npz", "--loss", loss}).size(), 1U);
}

TEST_F(Evaluate, RefusesUnknownNames) {
  expect_refused({"evaluate", "blobs.keras", "--data", "blobs.npz", "--loss", "msee"}, 1, "msee");
}

TEST_F(Evaluate, RefusesDataThatIsMissingOrDoesNotFit) {
  expect_refused({"evaluate", "blobs.keras"}, 2, "--data is required");
  expect_refused({"evaluate", "blobs.keras", "--data", "none.npz"}, 1, "none.npz: ");
  expect_refused({"evaluate", "blobs.keras", "--data", "x.npy"}, 2, ".npz");
  io::write_npz(path("half.npz"), {{"x", x_}});
  expect_refused({"evaluate", "blobs.keras", "--data", "half.npz"}, 1, "'y'. Received: x");
  io::write_npz(path("labels.npz"), {{"x", x_}, {"y", y_ + 7.0f}});
  expect_refused({"evaluate", "blobs.keras", "--data", "labels.npz"}, 1, "strata evaluate: ");
}

}  // namespace
}  // namespace strata::testing
