// Legacy `.h5` files: Strata's own come back, those of tf.keras 2 load, damaged ones change nothing.
#include <gtest/gtest.h>

#include "io/files.hpp"
#include "io/hdf5_library.hpp"
#include "strata/config.hpp"
#include "strata/strata.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace legacy_hdf5_test {

using testing::Bytes;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using testing::Hdf5Format;
using ::testing::IsEmpty;
using testing::LibraryFile;
using testing::RaisesWith;
using testing::TemporaryFolder;

Tensor inputs() { return random::Generator(3).normal({20, 3}); }
Tensor targets() { return random::Generator(4).normal({20, 1}); }
FitOptions quiet() { return {.batch_size = 5, .verbose = 0, .shuffle = false}; }

Sequential nested_model() {
  Sequential inner({.layers = {layers::Dense({.units = 4}), layers::BatchNormalization(),
                               layers::Dense({.units = 2})},
                    .name = "inner"});
  return Sequential({layers::Input({3}),
                     layers::Dense({.units = 3, .kernel_regularizer = regularizers::L2(0.01f)}),
                     std::move(inner), layers::Dropout(0.1f), layers::Dense({.units = 1})});
}

void expect_same_weights(const Model& expected, const Model& actual) {
  const std::vector<Tensor> a = expected.get_weights();
  const std::vector<Tensor> b = actual.get_weights();
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_THAT(b[i].values(), ElementsAreArray(a[i].values())) << i;
}

class LegacyModelFile : public ::testing::TestWithParam<const char*> {};

TEST_P(LegacyModelFile, GoesOnTrainingWhereItStopped) {
  const TemporaryFolder folder;
  Sequential model = nested_model();
  model.compile({.optimizer = GetParam(), .loss = "mse", .metrics = {"mae"}});
  model.fit(inputs(), targets(), quiet());
  const std::string path = folder.path("a.h5");
  model.save(path);
  const std::shared_ptr<Model> twin = load_model(path);
  expect_same_weights(model, *twin);
  twin->set_random_states(model.random_states());
  EXPECT_EQ(twin->optimizer().calls(), 4);
  EXPECT_EQ(twin->fit(inputs(), targets(), quiet()).history,
            model.fit(inputs(), targets(), quiet()).history);
  expect_same_weights(model, *twin);
}

INSTANTIATE_TEST_SUITE_P(Optimizers, LegacyModelFile, ::testing::Values("sgd", "adam", "rmsprop"));

TEST(LegacyModelFiles, AreWhatKerasWrites) {
  const TemporaryFolder folder;
  Sequential model({.layers = {layers::Input({3}), layers::Flatten({.name = "flat"}),
                               layers::Dense({.units = 2, .name = "dense"})},
                    .name = "net"});
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.optimizer().build(model.trainable_variables());
  model.save(folder.path("a.hdf5"));
  const auto objects = testing::read_with_library(testing::read_bytes(folder.path("a.hdf5")));
  const Config config = Config::parse(objects.at("").texts.at("model_config").front());
  EXPECT_EQ(config.size(), 2U);
  EXPECT_EQ(config["config"]["layers"][2].size(), 2U);
  const Config training = Config::parse(objects.at("").texts.at("training_config").front());
  EXPECT_EQ(training["optimizer_config"]["class_name"], "Adam");
  EXPECT_EQ(training["loss"], "mean_squared_error");  // Keras 3 opens no file with "mse"
  EXPECT_THAT(objects.at("/model_weights").texts.at("layer_names"), ElementsAre("flat", "dense"));
  EXPECT_THAT(objects.at("/model_weights/dense").texts.at("weight_names"),
              ElementsAre("dense/kernel", "dense/bias"));
  EXPECT_THAT(objects.at("/optimizer_weights").texts.at("weight_names"),
              ElementsAre("adam/iteration", "adam/learning_rate", "adam/net_dense_kernel_momentum",
                          "adam/net_dense_kernel_velocity", "adam/net_dense_bias_momentum",
                          "adam/net_dense_bias_velocity"));
}

TEST(LegacyModelFiles, HoldWeightedMetrics) {
  const TemporaryFolder folder;
  Sequential model = nested_model();
  model.compile({.loss = "MSE", .metrics = {"mse"}, .weighted_metrics = {"mse", "accuracy"}});
  model.save(folder.path("a.h5"));
  const std::shared_ptr<Model> twin = load_model(folder.path("a.h5"));
  EXPECT_EQ(twin->compile_options().weighted_metrics.size(), 2U);
  EXPECT_EQ(twin->get_compile_config()["loss"], "mean_squared_error");
  EXPECT_EQ(twin->get_compile_config()["weighted_metrics"],
            model.get_compile_config()["weighted_metrics"]);
}

TEST(LegacyModelFiles, AreNotWrittenUnderANameOfWeights) {
  const TemporaryFolder folder;
  const Sequential model = nested_model();
  EXPECT_THAT([&] { model.save(folder.path("a.weights.h5")); },
              RaisesWith<InvalidArgument>("save_weights"));
  EXPECT_THAT([&] { model.save_weights(folder.path("a.h5")); },
              RaisesWith<InvalidArgument>(".weights.h5"));
  EXPECT_THAT(testing::names_in(folder.path()), IsEmpty());
}

/// A file as tf.keras 2.4 writes it, of a Dense of one unit and a BatchNormalization.
struct OlderFile {
  std::vector<std::string> layers = {"first", "idle", "norm"};
  std::vector<std::string> weights = {"first/kernel:0", "first/bias:0"};  ///< of `first`
  std::vector<hsize_t> kernel_shape = {2, 1};
  std::string root = "/model_weights";  ///< where the weights are
  std::string optimizer =
      R"({"class_name": "Adam", "config": {"name": "Adam", "learning_rate": 0.25, "decay": 0.0}})";
  std::vector<std::string> slots =
      {};  ///< after the iteration, each with the next value from 10 on
  std::string iteration = "Adam/iter:0";
  bool fixed_length = true;  ///< of strings

  Bytes bytes() const {
    LibraryFile file;
    file.text("/", "model_config", kModel);
    file.text("/", "training_config",
              R"({"loss": "mse", "metrics": [[{"class_name":
        "MeanMetricWrapper", "config": {"name": "error", "dtype": "float32",
        "fn": "mean_absolute_error"}}]], "weighted_metrics": null, "loss_weights": null,
        "sample_weight_mode": null, "optimizer_config": )" +
                  optimizer + "}");
    add_weights(file);
    add_optimizer(file);
    return file.finish();
  }

  static constexpr const char* kModel = R"({"class_name": "Sequential", "config": {"name": "net",
      "layers": [{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 2],
        "dtype": "float32", "sparse": false, "ragged": false, "name": "first_input"}},
      {"class_name": "Dense", "config": {"name": "first", "trainable": true, "dtype": "float32",
        "batch_input_shape": [null, 2], "units": 1, "activation": "linear", "use_bias": true,
        "kernel_initializer": {"class_name": "GlorotUniform",
                               "config": {"seed": null, "dtype": "float32"}},
        "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.5}}}},
      {"class_name": "Activation", "config": {"name": "idle", "activation": "tanh"}},
      {"class_name": "BatchNormalization", "config": {"name": "norm", "axis": [1]}}]}})";

 private:
  void list(LibraryFile& file, const std::string& group, const std::string& name,
            const std::vector<std::string>& values) const {
    if (fixed_length) {
      file.fixed_texts(group, name, 48, H5T_STR_NULLPAD, values);
    } else {
      file.texts(group, name, values);
    }
  }

  void add_weights(LibraryFile& file) const {
    const std::string within = root == "/" ? root : root + "/";
    const hsize_t count = kernel_shape[0] * kernel_shape[1];
    file.dataset(within + "first/first/kernel:0", kernel_shape, H5T_IEEE_F32LE,
                 std::vector<double>(count, 1.0));
    file.dataset(within + "first/first/bias:0", {1}, H5T_IEEE_F32LE, {3});
    list(file, within + "first", "weight_names", weights);
    file.group(within + "idle");
    double value = 4;
    std::vector<std::string> names;
    for (const char* name : {"gamma", "beta", "moving_mean", "moving_variance"}) {
      names.push_back(std::string("norm/") + name + ":0");
      file.dataset(within + "norm/" + names.back(), {1}, H5T_IEEE_F32LE, {value++});
    }
    list(file, within + "norm", "weight_names", names);
    list(file, root, "layer_names", layers);
  }

  void add_optimizer(LibraryFile& file) const {
    std::vector<std::string> names = {iteration};
    file.dataset("/optimizer_weights/" + iteration, {}, H5T_STD_I64LE, {7});
    double value = 10;
    for (const std::string& slot : slots) {
      names.push_back(slot);
      const bool of_kernel = slot.find("kernel") != slot.npos;
      file.dataset("/optimizer_weights/" + slot,
                   of_kernel ? std::vector<hsize_t>{2, 1} : std::vector<hsize_t>{1}, H5T_IEEE_F32LE,
                   std::vector<double>(of_kernel ? 2 : 1, value++));
    }
    list(file, "/optimizer_weights", "weight_names", names);
  }
};

std::vector<float> firsts(const std::vector<Variable>& variables) {
  std::vector<float> values;
  for (const Variable& variable : variables) values.push_back(variable.value().values()[0]);
  return values;
}

class OlderModelFile : public ::testing::Test {
 protected:
  std::string write(const OlderFile& file) const { return folder_.write("a.h5", file.bytes()); }
  std::shared_ptr<Model> load(const OlderFile& file) const { return load_model(write(file)); }

  TemporaryFolder folder_;
};

TEST_F(OlderModelFile, Loads) {
  for (const bool fixed_length : {true, false}) {
    const auto model = load({.fixed_length = fixed_length});
    EXPECT_THAT(firsts(model->weights()), ElementsAre(1, 3, 4, 5, 6, 7));
    EXPECT_THAT(model->metrics_names(), ElementsAre("loss", "error"));
    EXPECT_FLOAT_EQ(model->optimizer().learning_rate(), 0.25f);
    EXPECT_EQ(model->optimizer().calls(), 7);
    EXPECT_FLOAT_EQ(model->losses().at(0).item(), 1.0f);
  }
}

constexpr const char* kTrained[] = {"first/kernel", "first/bias", "norm/gamma", "norm/beta"};

TEST_F(OlderModelFile, HoldsAllMomentaBeforeAllVelocities) {
  for (const std::string scope : {"Adam/", "training/Adam/"}) {
    OlderFile file{.iteration = scope + "iter:0"};
    for (const char* kind : {"/m:0", "/v:0"}) {
      for (const char* weight : kTrained) file.slots.push_back(scope + weight + kind);
    }
    const auto model = load(file);
    EXPECT_EQ(model->optimizer().calls(), 7);
    EXPECT_THAT(firsts(model->optimizer().variables()),
                ElementsAre(7, 0.25f, 10, 14, 11, 15, 12, 16, 13, 17));
  }
}

TEST_F(OlderModelFile, OfTfKeras211HoldsSlotsAsKeras3) {
  OlderFile file{.optimizer = R"({"class_name": "Custom>Adam", "config": {"name": "Adam",
                     "jit_compile": true, "is_legacy_optimizer": false, "learning_rate": 0.25}})",
                 .iteration = "iteration:0"};
  for (const std::string weight : kTrained) {
    for (const std::string kind : {"m", "v"})
      file.slots.push_back("Adam/" + kind + "/" + weight + ":0");
  }
  EXPECT_THAT(firsts(load(file)->optimizer().variables()),
              ElementsAre(7, 0.25f, 10, 11, 12, 13, 14, 15, 16, 17));
}

TEST_F(OlderModelFile, MayHoldSlotsThatAreNotUsed) {
  OlderFile file{.optimizer = R"({"class_name": "Custom>SGD", "config": {"name": "SGD",
                     "learning_rate": 0.25, "momentum": 0.0}})",
                 .iteration = "iteration:0"};
  for (const std::string weight : kTrained) file.slots.push_back("SGD/m/" + weight + ":0");
  EXPECT_THAT(firsts(load(file)->optimizer().variables()), ElementsAre(7, 0.25f));
}

TEST_F(OlderModelFile, WithSlotsThatDoNotFitLeavesTheOptimizerFreshAndSaysSo) {
  for (const std::vector<std::string>& slots :
       {std::vector<std::string>{"Adam/first/kernel/m:0"},
        std::vector<std::string>{"training/Adam/Variable:0", "training/Adam/Variable_1:0"}}) {
    ::testing::internal::CaptureStderr();
    const auto model = load({.slots = slots});
    EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("the optimizer begins anew"));
    EXPECT_EQ(model->optimizer().calls(), 0);
  }
}

TEST_F(OlderModelFile, WithDecaySaysThatItIsLeftOut) {
  ::testing::internal::CaptureStderr();
  const auto model = load({.optimizer = R"({"class_name": "SGD", "config": {"lr": 0.25,
                               "decay": 0.125}})",
                           .iteration = "SGD/iter:0"});
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("decay=0.125 is left out"));
  EXPECT_FLOAT_EQ(model->optimizer().learning_rate(), 0.25f);
}

TEST_F(OlderModelFile, GivesItsWeightsAlone) {
  for (const std::string root : {"/model_weights", "/"}) {
    const std::string path = write({.root = root});
    auto model = model_from_json(OlderFile::kModel);
    model->compile({.optimizer = "adam", .loss = "mse"});
    model->load_weights(path);
    EXPECT_THAT(firsts(model->weights()), ElementsAre(1, 3, 4, 5, 6, 7));
    EXPECT_EQ(model->optimizer().calls(), 0);
  }
}

TEST_F(OlderModelFile, WithoutAModelIsRefusedAsOne) {
  LibraryFile file;
  file.texts("/", "layer_names", {});
  const std::string path = folder_.write("a.h5", file.finish());
  EXPECT_THAT([&] { load_model(path); }, RaisesWith<IoError>("model_config"));
}

TEST_F(OlderModelFile, MayHoldListsInParts) {
  LibraryFile file;
  file.dataset("/a/kernel", {2, 1}, H5T_IEEE_F32LE, {1, 2});
  file.dataset("/a/bias", {1}, H5T_IEEE_F32LE, {3});
  file.texts("/a", "weight_names0", {"kernel"});
  file.texts("/a", "weight_names1", {"bias"});
  file.dataset("/b/kernel", {1, 1}, H5T_IEEE_F32LE, {4});
  file.texts("/b", "weight_names", {"kernel"});
  file.texts("/", "layer_names0", {"a"});
  file.texts("/", "layer_names1", {"b"});
  Sequential model({layers::Input({2}), layers::Dense({.units = 1}),
                    layers::Dense({.units = 1, .use_bias = false})});
  model.load_weights(folder_.write("a.hdf5", file.finish()));
  EXPECT_THAT(firsts(model.weights()), ElementsAre(1, 3, 4));
}

TEST_F(OlderModelFile, HoldsANestedModelsTrainedWeightsFirst) {
  LibraryFile file;
  std::vector<std::string> names;
  double value = 1;
  for (const char* name : {"gamma:0", "beta:0", "kernel:0", "moving_mean:0", "moving_variance:0"}) {
    names.push_back(name);
    file.dataset(std::string("/inner/") + name,
                 names.size() == 3 ? std::vector<hsize_t>{1, 1} : std::vector<hsize_t>{1},
                 H5T_IEEE_F64LE, {value++});
  }
  file.texts("/inner", "weight_names", names);
  file.texts("/", "layer_names", {"inner"});
  Sequential model(
      {layers::Input({1}),
       Sequential({layers::BatchNormalization(), layers::Dense({.units = 1, .use_bias = false})})});
  model.load_weights(folder_.write("a.h5", file.finish()));
  EXPECT_THAT(firsts(model.weights()), ElementsAre(1, 2, 4, 5, 3));
}

struct Damage {
  OlderFile file;
  const char* says;
};

TEST_F(OlderModelFile, ThatIsDamagedIsRefusedAndChangesNothing) {
  const Damage all[] = {
      {{.weights = {"first/kernel:0", "../norm/norm/beta:0"}}, "first: the file's group"},
      {{.weights = {"/model_weights/first/first/kernel:0", "first/bias:0"}}, "leads out of it"},
      {{.weights = {"first//kernel:0", "first/bias:0"}}, "first: the file's group"},
      {{.weights = {"./first/kernel:0", "first/bias:0"}}, "first: the file's group"},
      {{.weights = {"first/kernel:0", "first/other:0"}}, "has no dataset 'first/other:0'"},
      {{.weights = {"first/kernel:0", "first"}}, "first: the file's group"},
      {{.weights = {"first/kernel:0"}}, "first: has 2 weights, the file's layer first holds 1"},
      {{.kernel_shape = {1, 2}}, "first: kernel has shape (2, 1)"},
      {{.kernel_shape = {2, 2}}, "first: kernel has shape (2, 1)"},
      {{.layers = {"first", "idle"}}, "the weights of 2 layers. Received: 1"},
      {{.layers = {"first", "norm", "norm"}}, "the weights of 2 layers. Received: 3"},
      {{.layers = {"first", "../model_weights/norm"}}, "layer_names must name groups"},
      {{.layers = {"first", "none"}}, "layer_names must name groups"},
      {{.layers = {"norm", "first"}}, "first: has 2 weights, the file's layer norm holds 4"},
  };
  auto model = model_from_json(OlderFile::kModel);
  const std::vector<Tensor> before = model->get_weights();
  for (const auto& [file, says] : all) {
    const std::string path = write(file);
    EXPECT_THAT([&] { load_model(path); }, RaisesWith<IoError>(says));
    EXPECT_THAT([&] { load_model(path); }, RaisesWith<IoError>(path));
    EXPECT_THAT([&] { model->load_weights(path); }, RaisesWith<IoError>(says));
    for (std::size_t i = 0; i < before.size(); ++i)
      EXPECT_TRUE(model->get_weights()[i].data() == before[i].data()) << says;
  }
}

TEST_F(OlderModelFile, SkipsALayerThatDoesNotFit) {
  const std::string path = write({.kernel_shape = {2, 2}});
  auto model = model_from_json(OlderFile::kModel);
  EXPECT_THAT(model->load_weights(path, {.skip_mismatch = true}),
              ElementsAre(HasSubstr("first: kernel has shape")));
  EXPECT_FLOAT_EQ(model->weights().back().value().values()[0], 7);
}

TEST_F(OlderModelFile, WithJsonThatIsNoneIsRefused) {
  for (const char* json : {"", "[", R"({"class_name": NaN})", "\xff"}) {
    LibraryFile file;
    file.text("/", "model_config", json);
    const std::string path = folder_.write("a.h5", file.finish());
    EXPECT_THAT([&] { load_model(path); }, RaisesWith<IoError>("model_config")) << json;
  }
}

}  // namespace legacy_hdf5_test
}  // namespace strata
