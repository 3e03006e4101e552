// `strata inspect`: config, figures of the weights and the optimizer's state.
#include <strata/config.hpp>

#include "cli/program.hpp"

namespace strata::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class Inspect : public Program {
 protected:
  Config report(const std::string& file) const {
    const Ended ended = strata({"inspect", file, "--json"});
    EXPECT_EQ(ended.code, 0) << ended.errors;
    return Config::parse(ended.output);
  }
};

TEST_F(Inspect, PrintsConfigsWeightsAndOptimizer) {
  const std::string output = strata({"inspect", "blobs.keras"}).output;
  EXPECT_THAT(output, HasSubstr("\"class_name\": \"Sequential\""));
  EXPECT_THAT(output, HasSubstr("\"loss\": \"sparse_categorical_crossentropy\""));
  EXPECT_THAT(output, ContainsRegex("hidden/kernel +\\(2, 8\\) "));
  EXPECT_THAT(output, HasSubstr("Optimizer: 4 steps, learning rate 0.001"));
}

TEST_F(Inspect, GivesAsJsonWhatTheModelHolds) {
  const Config found = report("blobs.keras");
  EXPECT_EQ(found["compile_config"]["metrics"], Config::array({"accuracy"}));
  EXPECT_EQ(found["architecture"]["config"]["name"], "blobs");
  EXPECT_FALSE(found["architecture"].contains("compile_config"));
  ASSERT_EQ(found["weights"].size(), 4U);
  const Config& kernel = found["weights"][0];
  const Tensor value = model_->weights().front().value();
  EXPECT_EQ(kernel["name"], "hidden/kernel");
  EXPECT_EQ(kernel["shape"], Config::array({2, 8}));
  EXPECT_FLOAT_EQ(kernel["max"].get<float>(), ops::max(value).item());
  EXPECT_FLOAT_EQ(kernel["min"].get<float>(), ops::min(value).item());
  EXPECT_NEAR(kernel["mean"].get<float>(), ops::mean(value).item(), 1e-6f);
  EXPECT_EQ(found["optimizer"]["steps"], 4);
  EXPECT_EQ(found["optimizer"]["variables"].size(), 9U);  // the rate, and two slots a weight
}

TEST_F(Inspect, NamesTheOptimizersVariablesByTheirWeights) {
  const Config found = report("blobs.keras");
  std::vector<std::string> names;
  for (const Config& each : found["optimizer"]["variables"])
    names.push_back(each["name"].get<std::string>());
  EXPECT_THAT(names, ::testing::ElementsAre(
                         "adam/learning_rate", "adam/blobs_hidden_kernel_momentum",
                         "adam/blobs_hidden_kernel_velocity", "adam/blobs_hidden_bias_momentum",
                         "adam/blobs_hidden_bias_velocity", "adam/blobs_output_kernel_momentum",
                         "adam/blobs_output_kernel_velocity", "adam/blobs_output_bias_momentum",
                         "adam/blobs_output_bias_velocity"));
}

TEST_F(Inspect, OfAModelThatIsNotCompiledHasNoOptimizer) {
  Sequential plain({layers::Input({2}), layers::Dense({.units = 1})});
  plain.save(path("plain.keras"));
  const Config found = report("plain.keras");
  EXPECT_TRUE(found["compile_config"].is_null());
  EXPECT_FALSE(found.contains("optimizer"));
}

TEST_F(Inspect, ReadsWeightsWithoutAModel) {
  for (const char* file : {"w.safetensors", "w.npz", "w.weights.h5"}) {
    model_->save_weights(path(file));
    EXPECT_GE(report(file)["weights"].size(), 4U) << file;
  }
  EXPECT_THAT(strata({"inspect", "w.npz"}).output, ContainsRegex("output/bias +\\(3,\\) "));
}

TEST_F(Inspect, TakesWeightsForAnArchitecture) {
  model_->save_weights(path("w.npz"));
  const Ended ended = strata({"inspect", "blobs.json", "--weights", "w.npz", "--json"});
  EXPECT_EQ(Config::parse(ended.output)["weights"], report("blobs.keras")["weights"]);
}

TEST_F(Inspect, ShowsNoControlCharactersOfAFile) {
  std::string header = R"({"a\u001b[2J":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  folder_.write("hostile.safetensors", little_endian(header.size(), 8) + header + Bytes(4, '\0'));
  const Ended ended = strata({"inspect", "hostile.safetensors"});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_THAT(ended.output, HasSubstr("a?[2J"));
}

TEST_F(Inspect, RefusesDamagedFiles) {
  folder_.write("bad.safetensors", "????????????");
  expect_refused({"inspect", "bad.safetensors"}, 1, "strata inspect: bad.safetensors: ");
  const Bytes whole = read_bytes(path("blobs.keras"));
  folder_.write("cut.keras", whole.substr(0, whole.size() / 2));
  expect_refused({"inspect", "cut.keras"}, 1, "strata inspect: cut.keras");
}

}  // namespace
}  // namespace strata::testing
