// `strata convert`: what is written is the same model.
#include "cli/program.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

class Convert : public Program {
 protected:
  void convert(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all = {"convert"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Ended ended = strata(all);
    EXPECT_EQ(ended.code, 0) << ended.errors;
    EXPECT_EQ(ended.output + ended.errors, "");
  }

  void expect_same(Model& other) const {
    EXPECT_THAT(other.predict(x_, {.verbose = 0}),
                IsClose(model_->predict(x_, {.verbose = 0}), 0.0));
  }
};

TEST_F(Convert, WritesWeightsOfEachFormat) {
  for (const char* file : {"w.weights.h5", "w.safetensors", "w.npz"}) {
    convert({"blobs.keras", file});
    const std::shared_ptr<Model> other = clone_model(*model_);
    other->load_weights(path(file));
    expect_same(*other);
  }
}

TEST_F(Convert, WritesAWholeModelWithItsTraining) {
  convert({"blobs.keras", "copy.keras"});
  const std::shared_ptr<Model> copy = load_model(path("copy.keras"));
  expect_same(*copy);
  EXPECT_EQ(copy->optimizer().iterations(), model_->optimizer().iterations());
}

TEST_F(Convert, WritesAndReadsTheLegacyFormat) {
  for (const char* file : {"old.h5", "old.hdf5"}) {
    convert({"blobs.keras", file});
    expect_same(*load_model(path(file)));
    convert({file, "new.keras"});
    expect_same(*load_model(path("new.keras")));
  }
}

TEST_F(Convert, TakesWeightsFromSeveralFiles) {
  model_->save_weights(path("w.weights.json"), {.max_shard_size = 1.0});
  convert({"blobs.json", "joined.keras", "--weights", "w.weights.json"});
  expect_same(*load_model(path("joined.keras")));
}

TEST_F(Convert, WritesOnnxAndDoesNotReadIt) {
  const Ended ended = strata({"convert", "blobs.keras", "model.onnx"});
  if (ended.code != 0 && ended.errors.find("STRATA_WITH_ONNX") != std::string::npos)
    GTEST_SKIP() << ended.errors;
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_THAT(read_bytes(path("model.onnx")), ::testing::HasSubstr("hidden"));
  expect_refused({"convert", "model.onnx", "new.keras"}, 2, "model.onnx");
}

TEST_F(Convert, WritesTheArchitecture) {
  convert({"blobs.keras", "copy.json"});
  EXPECT_EQ(model_from_json(read_bytes(path("copy.json")))->to_json(), model_->to_json());
}

TEST_F(Convert, JoinsAnArchitectureAndWeights) {
  model_->save_weights(path("w.safetensors"));
  convert({"blobs.json", "joined.keras", "--weights", "w.safetensors"});
  expect_same(*load_model(path("joined.keras")));
}

TEST_F(Convert, RefusesToInventWeights) {
  const std::vector<std::string> before = names_in(folder_.path());
  expect_refused({"convert", "blobs.json", "new.keras"}, 2, "--weights");
  EXPECT_EQ(names_in(folder_.path()), before);
}

TEST_F(Convert, RefusesWeightsWithoutAnArchitecture) {
  model_->save_weights(path("w.npz"));
  expect_refused({"convert", "w.npz", "new.keras"}, 2, "without an architecture");
}

TEST_F(Convert, RefusesWeightsOfAnotherModel) {
  Sequential other({layers::Input({2}), layers::Dense({.units = 1})});
  other.save_weights(path("w.npz"));
  expect_refused({"convert", "blobs.json", "new.keras", "--weights", "w.npz"}, 1, "w.npz");
}

TEST_F(Convert, RefusesWeightsForAnArchitectureWithoutInput) {
  Sequential open({layers::Dense({.units = 1})});
  folder_.write("open.json", open.to_json());
  model_->save_weights(path("w.npz"));
  expect_refused({"convert", "open.json", "new.keras", "--weights", "w.npz"}, 1, "InputLayer");
}

TEST_F(Convert, RefusesAnUnknownEnding) {
  expect_refused({"convert", "blobs.keras", "model.pb"}, 2, "model.pb: a file's name must end in");
}

TEST_F(Convert, SaysWhereTheFileCantBeWritten) {
  expect_refused({"convert", "blobs.keras", "none/model.keras"}, 3, "none/model.keras: ");
}

}  // namespace
}  // namespace strata::testing
