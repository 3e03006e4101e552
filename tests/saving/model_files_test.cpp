// Models and weights in files: what is saved comes back, what does not fit changes nothing.
#include <gtest/gtest.h>

#include <fstream>

#include "io/files.hpp"
#include "saving/weight_groups.hpp"
#include "strata/config.hpp"
#include "strata/strata.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace model_files_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RaisesWith;
using testing::TemporaryFolder;
using ::testing::Throws;

Sequential small_model() {
  return Sequential({layers::Input({6}),
                     layers::Dense({.units = 4,
                                    .activation = "tanh",
                                    .kernel_regularizer = regularizers::L2(0.01f),
                                    .activity_regularizer = "l1",
                                    .name = "hidden"}),
                     layers::BatchNormalization({.name = "norm"}),
                     layers::Dense({.units = 1, .name = "output"})});
}

Sequential nested_model() {
  Sequential inner({.layers = {layers::Dense({.units = 3, .name = "first"}),
                               layers::Dense({.units = 2, .name = "second"})},
                    .name = "inner"});
  return Sequential({layers::Input({6}), layers::Dense({.units = 5, .name = "first"}),
                     std::move(inner), layers::Dense({.units = 1, .name = "output"})});
}

Tensor inputs() { return random::Generator(3).normal({20, 6}); }
Tensor targets() { return random::Generator(4).normal({20, 1}); }

FitOptions quiet() { return {.batch_size = 5, .verbose = 0, .shuffle = false}; }

void expect_same_weights(const Model& expected, const Model& actual) {
  const std::vector<Tensor> a = expected.get_weights();
  const std::vector<Tensor> b = actual.get_weights();
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].shape(), b[i].shape());
    EXPECT_THAT(b[i].values(), ::testing::ElementsAreArray(a[i].values())) << i;
  }
}

class ModelFile : public ::testing::TestWithParam<const char*> {
 protected:
  TemporaryFolder folder_;
};

TEST_P(ModelFile, GoesOnTrainingWhereItStopped) {
  Sequential model = small_model();
  model.compile({.optimizer = GetParam(), .loss = "mse", .metrics = {"mae"}});
  model.fit(inputs(), targets(), quiet());
  const std::string path = folder_.path("a.keras");
  model.save(path);
  const std::shared_ptr<Model> twin = load_model(path);
  expect_same_weights(model, *twin);
  EXPECT_EQ(twin->optimizer().calls(), 4);
  EXPECT_EQ(twin->evaluate(inputs(), targets(), {.verbose = 0}),
            model.evaluate(inputs(), targets(), {.verbose = 0}));
  EXPECT_EQ(twin->fit(inputs(), targets(), quiet()).history,
            model.fit(inputs(), targets(), quiet()).history);
  expect_same_weights(model, *twin);
}

INSTANTIATE_TEST_SUITE_P(Optimizers, ModelFile,
                         ::testing::Values("sgd", "adam", "adamw", "rmsprop"));

TEST(ModelFiles, KeepTheSlotsOfAveragesAndAccumulators) {
  const TemporaryFolder folder;
  Sequential model = small_model();
  model.compile(
      {.optimizer = optimizers::RMSprop(
           {.momentum = 0.5f, .centered = true, .use_ema = true, .gradient_accumulation_steps = 3}),
       .loss = "mse"});
  model.fit(inputs(), targets(), quiet());
  model.save(folder.path("a.keras"));
  const auto twin = load_model(folder.path("a.keras"));
  EXPECT_EQ(twin->optimizer().calls(), model.optimizer().calls());
  model.train_on_batch(inputs(), targets());
  twin->train_on_batch(inputs(), targets());
  expect_same_weights(model, *twin);
}

TEST(ModelFiles, KeepRegularizersAndLosses) {
  const TemporaryFolder folder;
  Sequential model = small_model();
  model(inputs());
  model.save(folder.path("a.keras"));
  const auto twin = load_model(folder.path("a.keras"));
  (*twin)(inputs());
  ASSERT_EQ(twin->losses().size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(twin->losses()[i].item(), model.losses()[i].item());
}

TEST(ModelFiles, HoldNestedModels) {
  const TemporaryFolder folder;
  Sequential model = nested_model();
  model.save(folder.path("a.keras"));
  expect_same_weights(model, *load_model(folder.path("a.keras")));
}

TEST(ModelFiles, HoldAModelThatIsNotBuilt) {
  const TemporaryFolder folder;
  Sequential model({layers::Dense({.units = 3})});
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.save(folder.path("a.keras"));
  const auto twin = load_model(folder.path("a.keras"));
  EXPECT_FALSE(twin->built());
  EXPECT_TRUE(twin->compiled());
  twin->fit(inputs(), random::normal({20, 3}), quiet());
}

TEST(ModelFiles, FreezeNothingAnewAndKeepFrozenLayersFrozen) {
  const TemporaryFolder folder;
  Sequential model = small_model();
  model.get_layer(0).set_trainable(false);
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(inputs(), targets(), quiet());
  model.save(folder.path("a.keras"));
  const auto twin = load_model(folder.path("a.keras"));
  EXPECT_FALSE(twin->get_layer(0).trainable());
  EXPECT_EQ(twin->trainable_variables().size(), model.trainable_variables().size());
  model.fit(inputs(), targets(), quiet());
  twin->fit(inputs(), targets(), quiet());
  expect_same_weights(model, *twin);
}

TEST(ModelFiles, CanBeLoadedWithoutWhatTheyWereCompiledWith) {
  const TemporaryFolder folder;
  Sequential model = small_model();
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.save(folder.path("a.keras"));
  EXPECT_FALSE(load_model(folder.path("a.keras"), {.compile = false})->compiled());
}

TEST(ModelFiles, AreReplacedUnlessToldOtherwise) {
  const TemporaryFolder folder;
  Sequential model = small_model();
  const std::string path = folder.path("a.keras");
  model.save(path);
  model.save(path);
  const std::string before = testing::read_bytes(path);
  EXPECT_THAT([&] { model.save(path, {.overwrite = false}); },
              RaisesWith<IoError>("must not exist where overwrite is false"));
  EXPECT_THAT([&] { model.save_weights(folder.path("w.npz")); }, ::testing::Not(Throws<IoError>()));
  EXPECT_THAT([&] { model.save_weights(folder.path("w.npz"), {.overwrite = false}); },
              RaisesWith<IoError>("must not exist where overwrite is false"));
  EXPECT_EQ(testing::read_bytes(path), before);
}

TEST(ModelFiles, AreRefusedByExtensionBeforeAnythingIsWritten) {
  const TemporaryFolder folder;
  const Sequential model = small_model();
  EXPECT_THAT([&] { model.save(folder.path("a.pb")); }, RaisesWith<InvalidArgument>("a.pb"));
  EXPECT_THAT([&] { model.save_weights(folder.path("a.keras")); },
              RaisesWith<InvalidArgument>(".weights.h5, .safetensors or .npz"));
  EXPECT_THAT([&] { load_model(folder.path("a.pb")); }, RaisesWith<InvalidArgument>("a.pb"));
  EXPECT_THAT(testing::names_in(folder.path()), IsEmpty());
}

TEST(ModelFiles, WithCallablesThatWereNotRegisteredAreNotWritten) {
  const TemporaryFolder folder;
  Sequential model(
      {layers::Input({2}), layers::Dense({.units = 1, .kernel_regularizer = [](const Tensor& w) {
                                            return ops::sum(w * w);
                                          }})});
  EXPECT_THAT([&] { model.save(folder.path("a.keras")); },
              RaisesWith<InvalidArgument>("register_serializable"));
  EXPECT_THAT(testing::names_in(folder.path()), IsEmpty());
}

// Makes its sub-layers in its constructor and builds them in its first call, as models mostly do.
class TwoDense : public Model {
 public:
  TwoDense() : Model("TwoDense", "two") {
    track(hidden_);
    track(output_);
  }
  static TwoDense from_config(const Config&) { return TwoDense(); }

  Tensor call(const Tensor& inputs, const CallContext& context) override {
    return (*output_)((*hidden_)(inputs, context), context);
  }

 private:
  std::shared_ptr<layers::Dense> hidden_ = std::make_shared<layers::Dense>(
      layers::DenseOptions{.units = 4, .kernel_regularizer = "l2", .name = "hidden"});
  std::shared_ptr<layers::Dense> output_ =
      std::make_shared<layers::Dense>(layers::DenseOptions{.units = 1, .name = "output"});
};

TEST(ModelFiles, HoldModelsWhoseSubLayersAreBuiltInTheirFirstCall) {
  const TemporaryFolder folder;
  register_serializable<TwoDense>({.package = "model_files_test", .name = "TwoDense"});
  TwoDense model;
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(inputs(), targets(), quiet());
  model.save(folder.path("a.keras"));
  const std::shared_ptr<Model> loaded = load_model(folder.path("a.keras"));
  expect_same_weights(model, *loaded);
  EXPECT_EQ(loaded->losses().size(), 1u);
  EXPECT_EQ(loaded->optimizer().iterations(), 4);
  model.fit(inputs(), targets(), quiet());
  loaded->fit(inputs(), targets(), quiet());
  expect_same_weights(model, *loaded);
}

// Of two models inside, the first layer of both is one and the same.
Sequential model_with_a_shared_layer() {
  const auto shared = std::make_shared<layers::Dense>(
      layers::DenseOptions{.units = 6, .kernel_regularizer = "l2", .name = "s"});
  Sequential a({.layers = {LayerHandle(shared), layers::Dense({.units = 6})}, .name = "a"});
  Sequential b({.layers = {LayerHandle(shared), layers::Dense({.units = 1})}, .name = "b"});
  Sequential model({layers::Input({6}), std::move(a), std::move(b)});
  model.compile({.optimizer = "adam", .loss = "mse"});
  return model;
}

void expect_to_share_its_layer(const Model& model) {
  const auto inside = [&](std::size_t i) {
    return dynamic_cast<const Sequential&>(*model.layers()[i]).layers()[0];
  };
  EXPECT_EQ(inside(0), inside(1));
  EXPECT_EQ(model.weights().size(), 6U);
  EXPECT_EQ(model.losses().size(), 1U);
}

TEST(ModelFiles, ShareLayersAsTheModelDid) {
  const TemporaryFolder folder;
  Sequential model = model_with_a_shared_layer();
  model.fit(inputs(), targets(), quiet());
  model.save(folder.path("a.keras"));
  const std::shared_ptr<Model> loaded = load_model(folder.path("a.keras"));
  expect_to_share_its_layer(*loaded);
  expect_same_weights(model, *loaded);
  model.fit(inputs(), targets(), quiet());
  loaded->fit(inputs(), targets(), quiet());
  expect_same_weights(model, *loaded);
  model.save_weights(folder.path("a.weights.h5"));
  EXPECT_THAT(loaded->load_weights(folder.path("a.weights.h5")), IsEmpty());
}

TEST(ModelFiles, ShareALayerThatAWrapperCalls) {
  const TemporaryFolder folder;
  const auto shared =
      std::make_shared<layers::Dense>(layers::DenseOptions{.units = 4, .name = "s"});
  Sequential model({layers::Input({3, 4}), layers::TimeDistributed(LayerHandle(shared))});
  model.add(shared);
  model.save(folder.path("a.keras"));
  const std::shared_ptr<Model> loaded = load_model(folder.path("a.keras"));
  EXPECT_EQ(dynamic_cast<const layers::TimeDistributed&>(*loaded->layers()[0]).layer(),
            loaded->layers()[1]);
  expect_same_weights(model, *loaded);
}

TEST(CloneModel, SharesLayersAsTheModelDoes) {
  const Sequential model = model_with_a_shared_layer();
  expect_to_share_its_layer(*clone_model(model));
}

// Two layers would come of the one, with a penalty each.
TEST(ModelFiles, OfTheLegacyFormatHoldNoSharedLayer) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { model_with_a_shared_layer().save(folder.path("a.h5")); },
              RaisesWith<InvalidArgument>("Received: s in two places"));
  EXPECT_THAT(testing::names_in(folder.path()), IsEmpty());
}

TEST(ModelFiles, WithNamesThatAreNotUtf8AreNotWritten) {
  const TemporaryFolder folder;
  const Sequential model({layers::Input({2}), layers::Dense({.units = 1, .name = "\xFF"})});
  for (const char* name : {"a.keras", "a.h5"}) {
    EXPECT_THAT([&] { model.save(folder.path(name)); }, RaisesWith<InvalidArgument>("UTF-8"));
  }
  EXPECT_THAT(testing::names_in(folder.path()), IsEmpty());
}

TEST(ModelFiles, ThatAreNoArchivesSayWhatTheyAre) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { load_model(folder.write("a.keras", "<html>")); },
              RaisesWith<IoError>("an HTML page"));
  EXPECT_THAT([&] { load_model(folder.path("none.keras")); }, RaisesWith<IoError>("none.keras"));
}

// A model's archive with one member replaced, or left out where it is empty.
std::string changed_archive(const TemporaryFolder& folder, const Model& model,
                            const std::string& member, const std::string& bytes) {
  model.save(folder.path("whole.keras"));
  model.save_weights(folder.path("whole.weights.h5"));
  std::vector<testing::ZipMember> members = {
      {"config.json", model.to_json()},
      {"model.weights.h5", testing::read_bytes(folder.path("whole.weights.h5"))}};
  std::erase_if(members, [&](const auto& each) { return each.name == member && bytes.empty(); });
  for (testing::ZipMember& each : members) {
    if (each.name == member) each.bytes = bytes;
  }
  return testing::write_zip(folder, "changed.keras", members);
}

TEST(ModelFiles, NeedNoMetadataAndMayBeDeflated) {
  const TemporaryFolder folder;
  const Sequential model = small_model();
  const auto twin = load_model(changed_archive(folder, model, "", ""));
  expect_same_weights(model, *twin);
}

TEST(ModelFiles, NeedConfigAndWeights) {
  const TemporaryFolder folder;
  const Sequential model = small_model();
  for (const char* member : {"config.json", "model.weights.h5"}) {
    EXPECT_THAT([&] { load_model(changed_archive(folder, model, member, "")); },
                RaisesWith<IoError>(std::string("must hold ") + member));
  }
  EXPECT_THAT([&] { load_model(changed_archive(folder, model, "config.json", "{\"a\": NaN}")); },
              RaisesWith<IoError>("config.json"));
}

TEST(ModelFiles, WhoseWeightsAreAnotherModelsAreRefused) {
  const TemporaryFolder folder;
  const Sequential model = small_model();
  Sequential other({layers::Input({6}), layers::Dense({.units = 9})});
  const std::string config = other.to_json();
  EXPECT_THAT([&] { load_model(changed_archive(folder, model, "config.json", config)); },
              RaisesWith<IoError>("kernel has shape (6, 9), the file's layers/dense/vars/0 has "
                                  "(6, 4)"));
}

TEST(ModelFiles, TakeNoMoreMemoryThanTold) {
  const TemporaryFolder folder;
  const Sequential model({layers::Input({600}), layers::Dense({.units = 100})});
  const std::string path = folder.path("a.keras");
  model.save(path);
  EXPECT_THAT([&] { load_model(path, {.max_memory = 100'000}); },
              RaisesWith<IoError>("must fit the memory limit"));
  EXPECT_THAT([&] { load_model(path, {.max_memory = 300'000}); },
              RaisesWith<InvalidArgument>("the limit on all weights"));
  Config config = Config::parse(model.to_json());
  config["config"]["layers"][1]["config"]["units"] = 1'000'000'000;
  const std::string bomb = changed_archive(folder, model, "config.json", config.dump());
  EXPECT_THAT([&] { load_model(bomb); }, RaisesWith<InvalidArgument>("the limit on all weights"));
}

TEST(ModelFiles, WithMoreLayersThanTheirSizeAllowsAreRefused) {
  const TemporaryFolder folder;
  const Sequential model = small_model();
  Config config = Config::parse(model.to_json());
  Config& layers = config["config"]["layers"];
  const Config layer = {{"class_name", "Flatten"}, {"config", Config::object()}};
  for (int i = 0; i < 60'000; ++i) layers.push_back(layer);
  const std::string bomb = changed_archive(folder, model, "config.json", config.dump());
  EXPECT_THAT([&] { load_model(bomb); }, RaisesWith<IoError>("objects. Received: more"));
  layers.erase(layers.begin() + 100, layers.end());
  const std::string small = changed_archive(folder, model, "config.json", config.dump());
  EXPECT_THAT([&] { load_model(small, {.max_memory = 150'000}); },
              RaisesWith<InvalidArgument>("no more layers than its memory limit has room for"));
}

// Each level names the one below twice, so that 14 levels have 2^14 places.
TEST(ModelFiles, WhoseSharedLayersStandInTooManyPlacesAreRefused) {
  const TemporaryFolder folder;
  const Sequential model = small_model();
  const auto sequential = [](const std::string& name, const Config& layers, int id) {
    Config object = {{"class_name", "Sequential"},
                     {"config", {{"name", name}, {"layers", layers}}}};
    if (id > 0) object["shared_object_id"] = id;
    return object;
  };
  Config below = {
      {"class_name", "Flatten"}, {"config", {{"name", "flatten"}}}, {"shared_object_id", 1}};
  for (int id = 2; id <= 15; ++id) {
    Config again = {{"class_name", "Flatten"}, {"config", Config::object()}};
    again["shared_object_id"] = id - 1;
    below = sequential(
        "level",
        {sequential("a", Config::array({below}), 0), sequential("b", Config::array({again}), 0)},
        id);
  }
  const std::string bomb = changed_archive(folder, model, "config.json", below.dump());
  EXPECT_THAT([&] { load_model(bomb); },
              RaisesWith<InvalidArgument>("no more layers than its memory limit has room for"));
}

TEST(ModelFiles, WhoseMetricsLackAConfigAreReadOrRefused) {
  const TemporaryFolder folder;
  Sequential model = small_model();
  model.compile({.optimizer = "sgd", .loss = "mse"});
  Config config = Config::parse(model.to_json());
  config["compile_config"]["metrics"] = {{{"class_name", "MeanMetricWrapper"}}};
  EXPECT_THAT([&] { load_model(changed_archive(folder, model, "config.json", config.dump())); },
              Throws<InvalidArgument>());
}

/// Scales by a weight of a layer that it doesn't show.
class Hiding : public Layer {
 public:
  Tensor call(const Tensor& inputs, const CallContext&) override { return (*inner_)(inputs); }
  static Hiding from_config(const Config&) { return {}; }

 protected:
  void create_weights(const Shape& inputs) override { inner_->build(inputs); }

 private:
  std::shared_ptr<layers::Dense> inner_ = std::make_shared<layers::Dense>(
      layers::DenseOptions{.units = 1, .kernel_initializer = "ones"});
};

TEST(Loading, InitializesWhatTheFileDoesNotHold) {
  const TemporaryFolder folder;
  const CustomObjectScope scope({custom_object<Hiding>("Hiding")});
  Sequential model({layers::Input({3}), Hiding()});
  model.save(folder.path("a.keras"));
  const auto twin = load_model(folder.path("a.keras"));
  EXPECT_THAT(twin->predict(ops::ones({1, 3}), {.verbose = 0}).values(), ElementsAre(3.0f));
}

/// Needs a key that its config doesn't have.
class Demanding : public Loss {
 public:
  static Demanding from_config(const Config& config) {
    config.at("missing");
    return {};
  }
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override { return y_pred - y_true; }
};

TEST(Loading, RaisesItsOwnErrorWhereAUsersClassCantReadItsConfig) {
  const TemporaryFolder folder;
  const CustomObjectScope scope({custom_object<Demanding>("Demanding")});
  Sequential model = small_model();
  model.compile({.optimizer = "sgd", .loss = Demanding()});
  model.save(folder.path("a.keras"));
  EXPECT_THAT([&] { load_model(folder.path("a.keras")); }, RaisesWith<InvalidArgument>("missing"));
}

class WeightsFile : public ::testing::TestWithParam<const char*> {
 protected:
  TemporaryFolder folder_;
  std::string path_ = folder_.path(std::string("a") + GetParam());
};

TEST_P(WeightsFile, ComesBack) {
  for (const auto& make : {small_model, nested_model}) {
    const Sequential model = make();
    model.save_weights(path_);
    Sequential twin = make();
    EXPECT_THAT(twin.load_weights(path_), IsEmpty());
    expect_same_weights(model, twin);
  }
}

TEST_P(WeightsFile, ThatDoesNotFitChangesNothing) {
  const Sequential model({layers::Input({6}), layers::Dense({.units = 4, .name = "dense"}),
                          layers::Dense({.units = 2, .name = "output"})});
  model.save_weights(path_);
  Sequential other({layers::Input({6}), layers::Dense({.units = 4, .name = "dense"}),
                    layers::Dense({.units = 3, .name = "output"})});
  const std::vector<Tensor> before = other.get_weights();
  EXPECT_THAT([&] { other.load_weights(path_); },
              RaisesWith<IoError>("output: kernel has shape (4, 3)"));
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_TRUE(other.get_weights()[i].values().data() == before[i].values().data());
  EXPECT_THAT(other.load_weights(path_, {.skip_mismatch = true}),
              ElementsAre(HasSubstr("output: kernel has shape (4, 3)")));
  EXPECT_THAT(other.get_weights()[0].values(),
              ::testing::ElementsAreArray(model.get_weights()[0].values()));
  EXPECT_TRUE(other.get_weights()[2].values().data() == before[2].values().data());
}

TEST_P(WeightsFile, NeedsABuiltModel) {
  Sequential model({layers::Dense({.units = 4})});
  EXPECT_THAT([&] { model.save_weights(path_); }, Throws<StateError>());
  EXPECT_THAT([&] { model.load_weights(path_); }, Throws<StateError>());
}

TEST_P(WeightsFile, TakesNoMoreMemoryThanTold) {
  Sequential model({layers::Input({600}), layers::Dense({.units = 100})});
  model.save_weights(path_);
  EXPECT_THAT([&] { model.load_weights(path_, {.max_memory = 100'000}); },
              RaisesWith<IoError>("memory"));
}

TEST(NpzWeights, CountTheHeadersOfTheirMembers) {
  const TemporaryFolder folder;
  io::NamedTensors arrays;
  for (int i = 0; i < 2000; ++i) arrays.emplace_back("a" + std::to_string(i), ops::zeros({0}));
  io::write_npz(folder.path("a.npz"), arrays);
  Sequential model = small_model();
  EXPECT_THAT(
      [&] { model.load_weights(folder.path("a.npz"), {.max_memory = 1'000'000}); },
      RaisesWith<IoError>("the list of the archive's 2000 members must fit the memory limit "
                          "of 1000000 bytes. Received: 2048000 bytes."));
  EXPECT_THAT([&] { model.load_weights(folder.path("a.npz"), {.max_memory = 3'000'000}); },
              RaisesWith<IoError>("the file has no"));
}

TEST_P(WeightsFile, CutShortIsRefused) {
  Sequential model = small_model();
  model.save_weights(path_);
  const std::string bytes = testing::read_bytes(path_);
  const std::vector<Tensor> before = model.get_weights();
  for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 97) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), std::streamsize(size));
    EXPECT_THAT([&] { model.load_weights(path_); }, Throws<IoError>()) << size;
  }
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_TRUE(model.get_weights()[i].values().data() == before[i].values().data());
}

INSTANTIATE_TEST_SUITE_P(Formats, WeightsFile,
                         ::testing::Values(".weights.h5", ".safetensors", ".npz"));

TEST(WeightsFiles, WithTheOptimizersStateContinueIt) {
  const TemporaryFolder folder;
  Sequential model = small_model();
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(inputs(), targets(), quiet());
  model.save_weights(folder.path("a.weights.h5"));
  Sequential twin = small_model();
  twin.compile({.optimizer = "adam", .loss = "mse"});
  twin.load_weights(folder.path("a.weights.h5"));
  EXPECT_EQ(twin.optimizer().calls(), 4);
  model.train_on_batch(inputs(), targets());
  twin.train_on_batch(inputs(), targets());
  expect_same_weights(model, twin);
}

TEST(WeightsFiles, OfAnotherOptimizerLeaveItFreshAndSaySo) {
  const TemporaryFolder folder;
  Sequential model = small_model();
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(inputs(), targets(), quiet());
  model.save_weights(folder.path("a.weights.h5"));
  Sequential twin = small_model();
  twin.compile({.optimizer = "sgd", .loss = "mse"});
  ::testing::internal::CaptureStderr();
  twin.load_weights(folder.path("a.weights.h5"));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("the optimizer begins anew"));
  EXPECT_EQ(twin.optimizer().calls(), 0);
  expect_same_weights(model, twin);
}

TEST(WeightsFiles, OfAWholeModelServeToo) {
  const TemporaryFolder folder;
  const Sequential model = small_model();
  model.save(folder.path("a.keras"));
  Sequential twin = small_model();
  twin.load_weights(folder.path("a.keras"));
  expect_same_weights(model, twin);
}

TEST(WeightsFiles, HoldManyLayersAndNamesInAnyScript) {
  const TemporaryFolder folder;
  const std::string path = folder.path("a.weights.h5");
  const auto make = [] {
    Sequential model({layers::Input({2})});
    for (int i = 0; i < 40; ++i)
      model.add(layers::Dense({.units = 2, .name = "сло́й_" + std::to_string(i)}));
    return model;
  };
  const Sequential model = make();
  Sequential twin = make();
  model.save_weights(path);
  twin.load_weights(path);
  expect_same_weights(model, twin);
}

TEST(WeightsFiles, CountCallsBeyondWhatAFloatHolds) {
  const TemporaryFolder folder;
  Sequential model = small_model();
  model.compile({.optimizer = "sgd", .loss = "mse"});
  for (const std::int64_t calls :
       {std::int64_t{1} << 24, (std::int64_t{1} << 24) + 1, (std::int64_t{1} << 40) + 1}) {
    model.optimizer().set_calls(calls);
    model.save_weights(folder.path("a.weights.h5"));
    model.optimizer().set_calls(0);
    model.load_weights(folder.path("a.weights.h5"));
    EXPECT_EQ(model.optimizer().calls(), calls);
  }
}

// Statistics that `adapt` learned, and a layer inside another one that lists its kernel too.
Sequential normalized_model(const Tensor& data) {
  clear_session();  // so that names are the same each time
  const auto features = std::make_shared<layers::Normalization>();
  features->adapt(data);
  return Sequential({layers::Input({6}), features,
                     layers::SpectralNormalization(layers::Dense({.units = 3, .name = "inner"})),
                     layers::LayerNormalization(), layers::PReLU(), layers::Rescaling(0.5f)});
}

TEST(ModelFiles, HoldNormalizationsWhereKerasHasThem) {
  const TemporaryFolder folder;
  const Sequential model = normalized_model(inputs());
  std::vector<std::string> paths;
  for (const auto& group : saving::weight_groups(model)) paths.push_back(group.path);
  EXPECT_THAT(paths,
              ElementsAre("", "layers/normalization/", "layers/spectral_normalization/",
                          "layers/spectral_normalization/layer/", "layers/layer_normalization/",
                          "layers/p_re_lu/", "layers/rescaling/"));
  for (const char* file : {"a.keras", "a.h5"}) {
    model.save(folder.path(file));
    const auto loaded = load_model(folder.path(file));
    expect_same_weights(model, *loaded);
  }
  for (const char* file : {"a.weights.h5", "a.safetensors", "a.npz"}) {
    Sequential twin = normalized_model(2.0f * inputs());
    model.save_weights(folder.path(file));
    twin.load_weights(folder.path(file));
    expect_same_weights(model, twin);
  }
}

TEST(Loading, RunsNoInitializer) {
  const TemporaryFolder folder;
  const Sequential model = small_model();
  model.save(folder.path("a.keras"));
  set_random_seed(7);
  const Tensor expected = random::normal({4});
  set_random_seed(7);
  load_model(folder.path("a.keras"));
  EXPECT_THAT(random::normal({4}).values(), ::testing::ElementsAreArray(expected.values()));
}

}  // namespace model_files_test
}  // namespace strata
