// `strata predict`: the outputs of the library, to a file or as lines.
#include <algorithm>
#include <locale>
#include <sstream>

#include "cli/program.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

class Predict : public Program {
 protected:
  Tensor expected() const { return model_->predict(x_, {.verbose = 0}); }
};

TEST_F(Predict, WritesTheOutputs) {
  io::write_npy(path("x.npy"), x_);
  const Ended ended = strata({"predict", "blobs.keras", "--input", "x.npy", "--output", "y.npy"});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_EQ(ended.output, "");
  EXPECT_THAT(io::read_npy(path("y.npy")), IsClose(expected(), 0.0));
  strata({"predict", "blobs.keras", "--input", "blobs.npz", "--output", "y.npz"});
  EXPECT_THAT(io::read_npz(path("y.npz")).at("y"), IsClose(expected(), 0.0));
}

TEST_F(Predict, PrintsALineForEachSample) {
  std::string text = strata({"predict", "blobs.keras", "--input", "blobs.npz"}).output;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 60);
  std::replace(text.begin(), text.end(), ',', ' ');
  std::istringstream numbers(text);
  numbers.imbue(std::locale::classic());
  std::vector<float> values;
  for (float value = 0; numbers >> value;) values.push_back(value);
  ASSERT_EQ(values.size(), 180U);
  EXPECT_THAT(Tensor({60, 3}, values), IsClose(expected(), 0.0));
}

TEST_F(Predict, TakesTheArrayThatIsNamed) {
  io::write_npz(path("two.npz"), {{"x", 0.0f * x_}, {"other", x_}});
  strata({"predict", "blobs.keras", "--input", "two.npz", "--key", "other", "--output", "y.npy"});
  EXPECT_THAT(io::read_npy(path("y.npy")), IsClose(expected(), 0.0));
}

TEST_F(Predict, TakesTheOnlyArrayWhateverItsName) {
  io::write_npz(path("one.npz"), {{"samples", x_}});
  EXPECT_EQ(strata({"predict", "blobs.keras", "--input", "one.npz"}).code, 0);
}

TEST_F(Predict, TakesWeightsBatchSizeAndThreads) {
  model_->save_weights(path("w.npz"));
  const Ended ended = strata({"predict", "blobs.json", "--weights", "w.npz", "--input", "blobs.npz",
                              "--output", "y.npy", "--batch-size", "7", "--threads", "1"});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_THAT(io::read_npy(path("y.npy")), IsClose(expected(), 1e-6));
}

TEST_F(Predict, RefusesAnArchitectureWithoutWeights) {
  expect_refused({"predict", "blobs.json", "--input", "blobs.npz"}, 2, "no weights");
}

TEST_F(Predict, RefusesDataThatDoesNotFit) {
  io::write_npy(path("x.npy"), Tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
  expect_refused({"predict", "blobs.keras", "--input", "x.npy"}, 1, "(None, 2)");
  io::write_npz(path("two.npz"), {{"a", x_}, {"b", x_}});
  expect_refused({"predict", "blobs.keras", "--input", "two.npz"}, 1, "Received: a, b");
  expect_refused({"predict", "blobs.keras", "--input", "two.npz", "--key", "c"}, 1, "'c'");
}

TEST_F(Predict, RefusesWrongUsage) {
  io::write_npy(path("x.npy"), x_);
  expect_refused({"predict", "blobs.keras"}, 2, "--input is required");
  expect_refused({"predict", "blobs.keras", "--input", "x.csv"}, 2, ".npy or .npz");
  expect_refused({"predict", "blobs.keras", "--input", "x.npy", "--key", "x"}, 2, "no name");
  expect_refused({"predict", "blobs.keras", "--input", "x.npy", "--output", "y.txt"}, 2, "y.txt");
  expect_refused({"predict", "blobs.keras", "--input", "x.npy", "--batch-size", "0"}, 2, "0");
}

TEST_F(Predict, SaysWhereTheFileCantBeWritten) {
  expect_refused({"predict", "blobs.keras", "--input", "blobs.npz", "--output", "none/y.npy"}, 3,
                 "none/y.npy");
}

TEST_F(Predict, HoldsToTheMemoryLimit) {
  io::write_npy(path("x.npy"), Tensor(Shape{200000, 2}, std::vector<float>(400000)));
  expect_refused({"predict", "blobs.keras", "--input", "x.npy", "--max-memory", "1"}, 1, "x.npy");
}

}  // namespace
}  // namespace strata::testing
