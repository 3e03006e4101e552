// Files that real Keras wrote: they give what that Keras gave, and training goes on where it stopped.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <stdexcept>

#include "io/files.hpp"
#include "strata/config.hpp"
#include "strata/layers/layer.hpp"
#include "strata/models/model.hpp"
#include "strata/saving/load_model.hpp"
#include "strata/saving/model_from_json.hpp"
#include "support/golden.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using testing::Bytes;
using testing::golden_tensor;
using testing::IsClose;
using testing::TemporaryFolder;

constexpr std::array kVersions = {"2.15", "3.3", "3.6", "3.13", "3.15", "3.15_torch"};

std::string folder_of(const std::string& version) {
  return std::string(STRATA_SOURCE_DIR) + "/tests/fixtures/keras/" + version;
}

/// A file, and what the Keras that wrote it computes from its model.
struct Stored {
  std::string version;
  std::string file;
  Config expected;

  bool is_weights_alone() const { return file.find("weights") != std::string::npos; }
  bool is_of_keras_3() const { return version[0] == '3'; }
};

void PrintTo(const Stored& stored, std::ostream* out) {
  *out << stored.version << "/" << stored.file;
}

std::string name_of(const ::testing::TestParamInfo<Stored>& parameter) {
  std::string name = parameter.param.version + "_" + parameter.param.file;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return "Of" + name;
}

enum class Classes { kKnown, kLacking };

/// Whether a model was compiled with classes that Strata has.
Classes classes_of(const std::string& name) {
  return name == "muon" ? Classes::kLacking : Classes::kKnown;
}

/// All but the JSON of an architecture alone.
bool is_read(const std::string& file) {
  return !file.ends_with(".json") || file.ends_with(".weights.json");
}

/// The files whose case says something under this key.
std::vector<Stored> files_with(const std::string& key, Classes classes = Classes::kKnown) {
  std::vector<Stored> files;
  for (const std::string version : kVersions) {
    const Config cases = Config::parse(testing::read_bytes(folder_of(version) + "/expected.json"));
    for (const Config& expected : cases.at("cases")) {
      const std::string& name = expected.at("name").get_ref<const std::string&>();
      if (!expected.contains(key) || classes_of(name) != classes) continue;
      for (const std::string file : expected.at("files")) {
        if (is_read(file)) files.push_back({version, file, expected});
      }
    }
  }
  return files;
}

/// Those whose models are compiled; the JSON that goes with weights is not in Keras 2.
std::vector<Stored> compiled_files_with(const std::string& key) {
  std::vector<Stored> files = files_with(key);
  std::erase_if(files, [](const Stored& stored) {
    return stored.is_weights_alone() && !stored.is_of_keras_3();
  });
  return files;
}

Bytes gunzip(const std::string& path) {
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) throw std::runtime_error("no file: " + path);
  Bytes bytes;
  std::array<char, 1 << 16> chunk;
  for (int count = 0; (count = gzread(file, chunk.data(), chunk.size())) > 0;)
    bytes.append(chunk.data(), static_cast<std::size_t>(count));
  gzclose(file);
  return bytes;
}

/// Unpacks a file, with the others of its model that it may name, and gives its path.
std::string unpack(const TemporaryFolder& folder, const std::string& version,
                   const std::string& file) {
  const std::string model = file.substr(0, file.find('.'));
  for (const std::string& name : testing::names_in(folder_of(version))) {
    if (!name.starts_with(model)) continue;
    const std::string path = folder_of(version) + "/" + name;
    if (name.ends_with(".gz")) {
      folder.write(name.substr(0, name.size() - 3), gunzip(path));
    } else {
      folder.write(name, testing::read_bytes(path));
    }
  }
  return folder.path(file);
}

std::shared_ptr<Model> restore(const Stored& stored) {
  const TemporaryFolder folder;
  const std::string path = unpack(folder, stored.version, stored.file);
  if (!stored.is_weights_alone()) return load_model(path);
  const std::string name = stored.expected.at("name");
  auto model =
      model_from_json(testing::read_bytes(folder_of(stored.version) + "/" + name + ".json"));
  EXPECT_THAT(model->load_weights(path), ::testing::IsEmpty());
  return model;
}

class KerasFile : public ::testing::TestWithParam<Stored> {
 protected:
  void SetUp() override { model_ = restore(GetParam()); }

  const Config& expected(const std::string& key) const { return GetParam().expected.at(key); }
  Tensor tensor(const std::string& key) const { return golden_tensor(expected(key)); }
  Tensor outputs() const { return model_->predict(tensor("x"), {.verbose = 0}); }

  std::shared_ptr<Model> model_;
};

Tensor row_of(std::vector<float> values) {
  const Shape shape{static_cast<std::int64_t>(values.size())};
  return {shape, std::move(values)};
}

class OutputsOfKerasFile : public KerasFile {};
INSTANTIATE_TEST_SUITE_P(, OutputsOfKerasFile, ::testing::ValuesIn(files_with("predict")), name_of);

TEST_P(OutputsOfKerasFile, AreThoseOfKeras) {
  EXPECT_THAT(outputs(), IsClose(tensor("predict"), 1e-5));
}

class PenaltiesOfKerasFile : public KerasFile {};
INSTANTIATE_TEST_SUITE_P(, PenaltiesOfKerasFile, ::testing::ValuesIn(files_with("losses")),
                         name_of);

TEST_P(PenaltiesOfKerasFile, AreThoseOfKeras) {
  (*model_)(tensor("x"));
  std::vector<float> actual;
  for (const Tensor& loss : model_->losses()) actual.push_back(loss.item());
  auto wanted = expected("losses").get<std::vector<float>>();
  if (!GetParam().is_of_keras_3()) {  // which goes layer by layer
    std::sort(actual.begin(), actual.end());
    std::sort(wanted.begin(), wanted.end());
  }
  EXPECT_THAT(row_of(std::move(actual)), IsClose(row_of(std::move(wanted)), 1e-4));
}

class EvaluationOfKerasFile : public KerasFile {};
INSTANTIATE_TEST_SUITE_P(, EvaluationOfKerasFile,
                         ::testing::ValuesIn(compiled_files_with("evaluate")), name_of);

TEST_P(EvaluationOfKerasFile, IsThatOfKeras) {
  const Logs logs = model_->evaluate(tensor("x"), tensor("y"), {.verbose = 0});
  for (const auto& [name, value] : expected("evaluate").items()) {
    ASSERT_TRUE(logs.contains(name)) << name;
    EXPECT_NEAR(logs.at(name), value.get<double>(), 1e-4 * std::abs(value.get<double>())) << name;
  }
}

class TrainingOfKerasFile : public KerasFile {};
INSTANTIATE_TEST_SUITE_P(, TrainingOfKerasFile,
                         ::testing::ValuesIn(compiled_files_with("continued")), name_of);

// A slot of the optimizer in another's place, or a wrong iteration, shows in the second loss.
TEST_P(TrainingOfKerasFile, GoesOnAsInKeras) {
  EXPECT_EQ(model_->optimizer().iterations(), expected("iterations").get<std::int64_t>());
  for (const Config& loss : expected("continued")) {
    const double wanted = loss.get<double>();
    EXPECT_NEAR(model_->train_on_batch(tensor("x"), tensor("y")).at("loss"), wanted, 1e-4 * wanted);
  }
  EXPECT_THAT(outputs(), IsClose(tensor("predict_continued"), 2e-3));
}

class FileOfAClassThatIsLacking : public ::testing::TestWithParam<Stored> {};
INSTANTIATE_TEST_SUITE_P(, FileOfAClassThatIsLacking,
                         ::testing::ValuesIn(files_with("predict", Classes::kLacking)), name_of);

TEST_P(FileOfAClassThatIsLacking, LoadsWithoutWhatItWasCompiledWith) {
  const TemporaryFolder folder;
  const std::string path = unpack(folder, GetParam().version, GetParam().file);
  EXPECT_THROW(load_model(path), InvalidArgument);
  const auto model = load_model(path, {.compile = false});
  EXPECT_FALSE(model->compiled());
  EXPECT_THAT(model->predict(golden_tensor(GetParam().expected.at("x")), {.verbose = 0}),
              IsClose(golden_tensor(GetParam().expected.at("predict"))));
}

class KerasFileOf : public ::testing::TestWithParam<const char*> {
 protected:
  std::shared_ptr<Model> load(const std::string& file) const {
    const TemporaryFolder folder;
    return load_model(unpack(folder, GetParam(), file));
  }
};
INSTANTIATE_TEST_SUITE_P(, KerasFileOf, ::testing::Values("2.15", "3.15"),
                         [](const auto& parameter) {
                           return std::string(parameter.param).starts_with("2") ? "Keras2"
                                                                                : "Keras3";
                         });

TEST_P(KerasFileOf, AnUnbuiltModelIsUnbuilt) {
  const auto model = load("unbuilt.keras");
  EXPECT_FALSE(model->built());
  EXPECT_FALSE(model->compiled());
  EXPECT_EQ((*model)(Tensor({4, 3}, std::vector<float>(12, 1.0f))).shape(), Shape({4, 2}));
}

TEST_P(KerasFileOf, AnUncompiledModelIsUncompiled) {
  const auto model = load("uncompiled.keras");
  EXPECT_TRUE(model->built());
  EXPECT_FALSE(model->compiled());
}

TEST_P(KerasFileOf, AFrozenLayerStaysFrozen) {
  const auto model = load("nested.keras");
  EXPECT_FALSE(model->get_layer(0).trainable());
  EXPECT_TRUE(model->get_layer(1).trainable());
  EXPECT_EQ(model->trainable_variables().size(), 6U);
}

}  // namespace
}  // namespace strata
