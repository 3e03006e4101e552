// What docs/files.md shows, as a user writes it. The page shows the parts between the marks.
#include <gtest/gtest.h>

#include <cstdio>
#include <strata/config.hpp>
#include <strata/io/npz.hpp>
#include <strata/strata.hpp>

#include "io/files.hpp"

namespace strata::testing {
namespace {

class FilesPage : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.path(name); }

  TemporaryFolder folder_;
  const Tensor x = random::Generator(1).normal({32, 4});
  const Tensor y = random::Generator(2).normal({32, 1});
  Sequential model{{layers::Input({4}),
                    layers::Dense({.units = 8, .kernel_regularizer = regularizers::L2(0.01f)}),
                    layers::Dense({.units = 1})}};
};

// readme: custom class
/// Penalizes each weight's distance from a value of one's own.
class Toward : public Regularizer {
 public:
  explicit Toward(float value) : value_(value) {}
  Tensor operator()(const Tensor& x) const override { return ops::sum(ops::square(x - value_)); }
  Config get_config() const override { return {{"value", value_}}; }
  static Toward from_config(const Config& config) { return Toward(config.at("value")); }

 private:
  float value_;
};
// readme: end

TEST_F(FilesPage, SavesAndLoadsAModel) {
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(x, y, {.verbose = 0});
  const std::string file = path("model.keras");
  // readme: model
  model.save(file);  // architecture, weights, penalties, what it was compiled with, optimizer state
  const std::shared_ptr<Model> again = load_model(file);
  again->fit(x, y, {.epochs = 5, .verbose = 0});  // goes on where it stopped
  // readme: end
  EXPECT_EQ(again->optimizer().iterations(), 6);
  EXPECT_EQ(again->losses().size(), 1U);
}

TEST_F(FilesPage, SavesWhileAModelTrains) {
  const std::string folder = path("");
  model.compile({.optimizer = "adam", .loss = "mse"});
  // readme: callbacks
  const auto checkpoint = std::make_shared<callbacks::ModelCheckpoint>(
      callbacks::ModelCheckpointOptions{.filepath = folder + "best.keras", .save_best_only = true});
  const auto backup = std::make_shared<callbacks::BackupAndRestore>(
      callbacks::BackupAndRestoreOptions{.backup_dir = folder + "backup"});
  model.fit(
      x, y,
      {.epochs = 8, .verbose = 0, .callbacks = {checkpoint, backup}, .validation_split = 0.25f});
  // readme: end
  EXPECT_THAT(names_in(folder_.path()), ::testing::ElementsAre("best.keras"));
}

TEST_F(FilesPage, SavesAndLoadsWeights) {
  const std::string folder = path("");
  // readme: weights
  model.save_weights(folder + "model.weights.h5");   // as Keras does
  model.save_weights(folder + "model.safetensors");  // by path: dense/kernel, dense/bias, …
  model.save_weights(folder + "model.npz");          // the same for NumPy
  model.load_weights(folder + "model.safetensors");
  // readme: end
  // readme: skip
  for (const std::string& skipped :
       model.load_weights(folder + "model.weights.h5", {.skip_mismatch = true}))
    std::printf("left as it was: %s\n", skipped.c_str());
  // readme: end
  EXPECT_EQ(names_in(path("")).size(), 3U);
}

TEST_F(FilesPage, RegistersAClass) {
  const std::string file = path("model.keras");
  // readme: register
  register_serializable<Toward>({.package = "Custom", .name = "Toward"});
  model.get_layer(0).set_regularizer("kernel", Toward(0.5f));
  model.save(file);
  const auto again = load_model(file);
  // readme: end
  EXPECT_EQ(again->losses().size(), 1U);
}

TEST_F(FilesPage, KeepsAnArchitectureAsJson) {
  // readme: json
  const std::string json = model.to_json();
  const std::shared_ptr<Model> fresh = model_from_json(json);  // with weights of its own
  // readme: end
  EXPECT_EQ(fresh->count_params(), model.count_params());
}

TEST_F(FilesPage, WritesAndReadsArrays) {
  const std::string file = path("data.npz");
  // readme: arrays
  io::write_npz(file, {{"x", x}, {"y", y}});
  const std::map<std::string, Tensor> arrays = io::read_npz(file);
  // readme: end
  EXPECT_EQ(arrays.at("x").shape(), x.shape());
}

}  // namespace
}  // namespace strata::testing
