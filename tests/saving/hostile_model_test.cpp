// Whole files of models and weights that are damaged or forged: each is refused by an error that
// names file and place, and neither the model nor the folder is changed. Numbers in comments are the
// cases of the project's list of hostile files; tests/io holds those of the readers alone.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <bit>
#include <filesystem>
#include <fstream>

#include "io/files.hpp"
#include "io/hdf5_library.hpp"
#include "strata/config.hpp"
#include "strata/strata.hpp"
#include "support/matchers.hpp"

#if defined(__linux__)
#include <sys/inotify.h>
#include <unistd.h>
#endif

namespace strata {
namespace hostile_model_test {

// Every byte; under a sanitizer, where that takes many minutes, some of them.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STRATA_TEST_SANITIZED 1
#endif
#endif
#ifdef STRATA_TEST_SANITIZED
constexpr std::size_t kStride = 23;
#else
constexpr std::size_t kStride = 1;
#endif

using namespace strata::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::StartsWith;
using ::testing::Throws;

constexpr std::int64_t kCalls = 0x01234567;  // whose bytes are easily found in a file

Sequential two_layers() {
  Sequential model({layers::Input({3}), layers::Dense({.units = 2, .name = "hidden"}),
                    layers::Dense({.units = 1, .name = "output"})});
  model.compile({.optimizer = "adam", .loss = "mse"});
  return model;
}

/// All that loading could change, bit by bit.
struct State {
  explicit State(Model& model) : architecture(model.to_json()) {
    add(model.weights());
    if (!model.compiled()) return;
    add(model.optimizer().variables());
    calls = model.optimizer().calls();
  }
  friend bool operator==(const State&, const State&) = default;

  void add(const std::vector<Variable>& variables) {
    for (const Variable& variable : variables) {
      for (const float value : variable.value().values())
        bits.push_back(std::bit_cast<std::uint32_t>(value));
      bits.push_back(0xFFFFFFFF);
    }
  }

  std::string architecture;
  std::vector<std::uint32_t> bits;
  std::int64_t calls = 0;
};

template <class Error>
auto Refuses(const std::string& beginning, const std::string& part) {
  return Throws<Error>(
      Property(&std::exception::what, AllOf(StartsWith(beginning), HasSubstr(part))));
}

class HostileModel : public ::testing::Test {
 protected:
  HostileModel() {
    target_.train_on_batch(random::normal({4, 3}), random::normal({4, 1}));
    Sequential model = two_layers();
    model.train_on_batch(random::normal({4, 3}), random::normal({4, 1}));
    model.optimizer().set_calls(kCalls);
    config_ = model.to_json();
    model.save_weights(folder_.path("sound.weights.h5"));
    weights_ = read_bytes(folder_.path("sound.weights.h5"));
    std::filesystem::remove(folder_.path("sound.weights.h5"));
  }

  std::string keras(const std::vector<RawZipMember>& members) const {
    return folder_.write("a.keras", raw_zip(members));
  }
  std::string keras(const Bytes& config, const Bytes& weights) const {
    return keras({packed("config.json", config), packed("model.weights.h5", weights)});
  }
  static RawZipMember packed(const std::string& name, const Bytes& bytes) {
    return raw_deflated(name, raw_deflate(bytes), bytes);
  }

  /// The config with the value at this pointer replaced, or added.
  std::string config_with(const std::string& pointer, const std::string& value) const {
    Config config = Config::parse(config_);
    config[Config::json_pointer(pointer)] = Config::parse(value);
    return config.dump();
  }

  template <class Error = IoError>
  void expect_no_model(const std::string& path, const std::string& place, const std::string& part) {
    const std::vector<std::string> names = names_in(folder_.path());
    EXPECT_THAT([&] { load_model(path); }, Refuses<Error>("load_model: " + path + place, part));
    EXPECT_EQ(names_in(folder_.path()), names);
  }

  void expect_no_weights(const std::string& path, const std::string& place,
                         const std::string& part) {
    const State before(target_);
    const std::vector<std::string> names = names_in(folder_.path());
    EXPECT_THAT([&] { target_.load_weights(path); },
                Refuses<IoError>("load_weights: " + path + place, part));
    EXPECT_TRUE(State(target_) == before) << path;
    EXPECT_EQ(names_in(folder_.path()), names);
  }

  void expect_neither(const std::string& path, const std::string& place, const std::string& part) {
    expect_no_model(path, place, part);
    expect_no_weights(path, place, part);
  }

  TemporaryFolder folder_;
  Sequential target_ = two_layers();
  std::string config_;
  Bytes weights_;
};

// ---- files and archives

// 1, 50
TEST_F(HostileModel, ThatIsNoRegularFileIsRefused) {
  for (const std::string extension : {".keras", ".weights.h5", ".safetensors", ".npz"}) {
    const std::string folder = folder_.path("folder" + extension);
    const std::string pipe = folder_.path("pipe" + extension);
    const std::string device = folder_.path("device" + extension);
    std::filesystem::create_directory(folder);
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    std::filesystem::create_symlink("/dev/zero", device);
    const std::string rule = ": the path must be that of a regular file. Received: ";
    expect_no_weights(folder, rule, "a directory.");
    expect_no_weights(pipe, rule, "a pipe.");
    expect_no_weights(device, rule, "a device or socket.");
  }
  expect_no_model(folder_.path("folder.keras"), ": the path", "a directory.");
  expect_no_model(folder_.path("pipe.keras"), ": the path", "a pipe.");
  expect_no_model(folder_.path("device.keras"), ": the path", "a device or socket.");
}

TEST_F(HostileModel, OfAnotherFormatIsRefused) {
  const auto refused = [&](const Bytes& bytes, const std::string& kind) {
    expect_neither(folder_.write("a.keras", bytes), ": the file must be a zip archive.", kind);
  };
  refused("<!DOCTYPE html>", "an HTML page.");
  refused("", "an empty file.");
  refused("P", "other bytes.");
  refused(weights_, "an HDF5 file.");
  for (const Bytes& bytes : {Bytes(), Bytes("\x89"), Bytes("<html>"), raw_zip({})})
    expect_no_weights(folder_.write("a.weights.h5", bytes), ": ", "HDF5");
}

// 2
TEST_F(HostileModel, CutAtAnyOffsetIsRefused) {
  const std::string path = keras(config_, weights_);
  const Bytes whole = read_bytes(path);
  ASSERT_NE(load_model(path), nullptr);
  for (std::size_t size = 0; size < whole.size(); size += kStride) {
    folder_.write("a.keras", whole.substr(0, size));
    EXPECT_THAT([&] { load_model(path); }, Throws<IoError>()) << size;
    EXPECT_THAT([&] { target_.load_weights(path); }, Throws<IoError>()) << size;
  }
  expect_neither(path, ": the zip archive must end with its end record.", "cut short");
}

// 3, 4, 7, 9, 10
TEST_F(HostileModel, InAnArchiveThatLiesIsRefused) {
  const RawZipMember config = packed("config.json", config_);
  const RawZipMember weights = packed("model.weights.h5", weights_);
  RawZipMember other_crc = weights;
  other_crc.crc = other_crc.local.crc ^= 1;
  expect_neither(keras({config, other_crc}), "/model.weights.h5: the member's CRC-32", "");
  RawZipMember longer = weights;
  longer.size = longer.local.size += 1;
  expect_neither(keras({config, longer}), "/model.weights.h5: the member must unpack to", "");
  RawZipMember renamed = weights;
  renamed.local.name = "model.weights.hX";
  expect_neither(keras({config, renamed}), ": the local header of 'model.weights.h5'", "");
  for (const std::string& name :
       std::vector<std::string>{"../x", "/x", "C:x", "a\\b", std::string("a\0b", 3)})
    expect_neither(keras({config, weights, packed(name, "x")}), ": members must have plain names.",
                   "");
  for (const std::string name : {"config.json", "CONFIG.json"})
    expect_neither(keras({config, weights, packed(name, "{}")}), ": members must have different",
                   "twice.");
  const Bytes twice = raw_zip({config, weights});
  expect_neither(folder_.write("a.keras", twice + twice), ": the central directory must end", "");
}

// 12
TEST_F(HostileModel, WithoutAMemberIsRefusedAndWithMoreLoads) {
  const RawZipMember config = packed("config.json", config_);
  const RawZipMember weights = packed("model.weights.h5", weights_);
  expect_no_model(keras({weights}), ": a .keras file must hold config.json.", "model.weights.h5.");
  expect_neither(keras({config}), ": a .keras file must hold model.weights.h5.", "config.json.");
  expect_no_model(keras("", weights_), "/config.json: ", "must be JSON");
  expect_neither(keras(config_, ""), "/model.weights.h5: ", "HDF5");
  const RawZipMember nested = raw_stored("assets/inner.zip", raw_zip({config, weights}));
  const std::string path = keras({nested, config, weights, packed("metadata.json", "no JSON")});
  EXPECT_NE(load_model(path), nullptr);
  target_.load_weights(path);
  EXPECT_EQ(target_.optimizer().calls(), kCalls);
}

// 8, 14, 18, 48
TEST_F(HostileModel, BombIsRefusedByTheBudget) {
  const RawZipMember config = packed("config.json", config_);
  const RawZipMember weights = packed("model.weights.h5", weights_);
  RawZipMember bomb = packed("config.json", Bytes(70'000'000, '9'));
  const std::string rule = ": the member must fit the memory limit";
  expect_no_model(keras({bomb, weights}), "/config.json" + rule, "70000000 bytes");
  bomb.name = bomb.local.name = "model.weights.h5";
  expect_neither(keras({config, bomb}), "/model.weights.h5" + rule, "70000000 bytes");
  const auto refused = [&](const Bytes& text, const std::string& part) {
    expect_no_model(keras({packed("config.json", text), weights}), "/config.json: ", part);
  };
  refused(Bytes(9'000'000, ' '), "the JSON must be at most 4");
  refused(Bytes(1'000'000, '9') + "e9", "must be JSON");
  std::string list = "[";
  for (int i = 0; i < 300'000; ++i) list += "0,";
  refused(list + "0]", "values. Received: more.");
  list = "[";
  for (int i = 0; i < 20'000; ++i) list += R"({"class_name":"ReLU"},)";
  refused(list + "{}]", "objects. Received: more.");
}

TEST_F(HostileModel, WhoseWeightsWouldTakeMoreThanTheBudgetIsRefused) {
  const std::string config = config_with("/config/layers/1/config/units", "9000000");
  expect_no_model<InvalidArgument>(keras(config, weights_),
                                   "/config.json: ", "the limit on all weights");
}

// ---- JSON

// 13, 14, 15, 16, 19
TEST_F(HostileModel, WhoseConfigIsNoJsonIsRefused) {
  const auto refused = [&](const std::string& config, const std::string& part) {
    expect_no_model(keras(config, weights_), "/config.json: the config: ", part);
  };
  refused(Bytes(1'000'000, '['), "nested deeper than 100 levels");
  refused(config_with("/config/layers/1/config/units", "1").insert(1, "\"x\":1e999,"), "1e999");
  refused("{\"class_name\": NaN}", "near \"\"class_name\": N\"");
  refused("[-Infinity]", "near \"-I\"");
  refused("{\"\xff\": 1}", "must be JSON");
  refused(R"({"\ud800": 1})", "must be JSON");
  refused(R"({"class\u0000name": 1})", "must not hold NUL characters");
  refused(R"({"class_name": "Sequential", "class_name": "Dense"})", "\"class_name\" twice");
  refused("\xef\xbb\xbf" + config_, "byte order mark");
  refused(config_ + "{}", "must be JSON");
  refused(config_ + std::string(1, '\0'), "a NUL at byte");
}

// 17
TEST_F(HostileModel, WhoseConfigHasValuesOfAnotherKindNamesLayerAndKey) {
  for (const char* units : {"\"5\"", "-1", "1e30", "2.5", "true", "null", "[2]", "{}"}) {
    const std::string config = config_with("/config/layers/1/config/units", units);
    expect_no_model<InvalidArgument>(
        keras(config, weights_), "/config.json: ", "layers[1] (hidden): Dense: units must be a ");
  }
}

// ---- configs

// 20, 21, 26
TEST_F(HostileModel, WhoseConfigNamesAStrangersClassIsRefused) {
  const auto refused = [&](const std::string& pointer, const std::string& value,
                           const std::string& part) {
    expect_no_model<InvalidArgument>(keras(config_with(pointer, value), weights_),
                                     "/config.json: ", part);
  };
  const std::string layer = "/config/layers/1/";
  refused(layer + "class_name", "\"Densest\"", "Layer: unknown class; ");
  refused(layer + "class_name", "\"Lambda\"", "Python code in a file is never run");
  refused(layer + "class_name", "\"TFSMLayer\"", "Python code in a file is never run");
  refused(layer + "class_name", "\"TorchModuleWrapper\"", "Python code in a file is never run");
  refused(layer + "class_name", "\"StringLookup\"", "Layer: unknown class; ");
  refused(layer + "class_name", "\"TextVectorization\"", "Layer: unknown class; ");
  refused(layer + "module", "\"os\"", "a class that is not of keras must be registered");
  refused(layer + "registered_name", "\"Stranger>Dense\"", "Layer: unknown class; ");
  refused(layer + "config/vocabulary", "\"/etc/hostname\"", "Dense: unknown key in the config");
  refused(layer + "config/activation",
          R"({"class_name": "__lambda__", "config": {"value": ["4wE=", null, null]}})",
          "Python code in a file is never run");
  refused("/class_name", "\"Functional\"", "Layer: unknown class; ");
}

// 22
TEST_F(HostileModel, WhoseConfigHasAnImpossibleRegularizerIsRefused) {
  const auto refused = [&](const std::string& rule, const std::string& part) {
    const std::string place = "layers[1] (hidden): Dense: kernel_regularizer: ";
    expect_no_model<InvalidArgument>(
        keras(config_with("/config/layers/1/config/kernel_regularizer", rule), weights_),
        "/config.json: ", place + part);
  };
  refused(R"({"class_name": "L2", "config": {"l2": -1}})", "L2: l2 must be");
  refused(R"({"class_name": "L2", "config": {"l2": 1e300}})", "L2: l2 must be");
  refused(R"({"class_name": "L2", "config": {"l2": "nan"}})", "L2: l2 must be a number");
  refused(R"({"class_name": "L2", "config": {"l2": {"class_name": "L2"}}})", "L2: l2 must be");
  refused(R"({"class_name": "OrthogonalRegularizer", "config": {"mode": "diagonal"}})",
          "OrthogonalRegularizer: ");
  refused(R"({"class_name": "L2", "config": {"l2": 1, "path": "/etc/hostname"}})",
          "L2: unknown key");
}

// 23
TEST_F(HostileModel, WhoseLayersAreGivenTwiceOrNestedTooDeepIsRefused) {
  const Config layers = Config::parse(config_)["config"]["layers"];
  Config twice = layers;
  twice.push_back(layers[1]);
  expect_no_model<InvalidArgument>(keras(config_with("/config/layers", twice.dump()), weights_),
                                   "/config.json: ", "Received: name=hidden twice.");
  Config second_input = layers;
  second_input.push_back(layers[0]);
  second_input.back()["config"]["name"] = "second";
  expect_no_model<InvalidArgument>(
      keras(config_with("/config/layers", second_input.dump()), weights_),
      "/config.json: ", "an InputLayer can only be the first layer");
  Config nested = layers[1];
  for (int i = 0; i < 40; ++i) {
    Config list = Config::array();
    list.push_back(std::move(nested));
    nested = {{"class_name", "Sequential"},
              {"config", {{"name", std::to_string(i)}, {"layers", std::move(list)}}}};
  }
  expect_no_model(keras(nested.dump(), weights_),
                  "/config.json: ", "nested deeper than 100 levels");
}

// 24
TEST_F(HostileModel, WhoseShapesNoModelHasIsRefused) {
  const auto refused = [&](const std::string& shape, const std::string& part) {
    const std::string config = config_with("/config/layers/0/config/batch_shape", shape);
    expect_no_model<InvalidArgument>(keras(config, weights_), "/config.json: ", part);
  };
  refused("[null, 0]", "layers[0]");
  refused("[null, -3]", "layers[0]");
  refused("[]", "layers[0]");
  refused("[null, 9223372036854775807]", "hidden");
  refused("[null, 4611686018427387904, 4611686018427387904]", "");
  refused("[null, 4]", "hidden: the input's last axis must be 3");
}

// 25
TEST_F(HostileModel, WhoseWindowsDoNotFitIsRefusedByTheLayer) {
  const auto refused = [&](const std::string& key, const std::string& value,
                           const std::string& part) {
    Config convolution = {{"class_name", "Conv2D"},
                          {"config", {{"name", "c"}, {"filters", 3}, {"kernel_size", {2, 2}}}}};
    convolution["config"][key] = Config::parse(value);
    const Config model = {
        {"class_name", "Sequential"},
        {"config",
         {{"name", "net"},
          {"layers",
           {{{"class_name", "InputLayer"}, {"config", {{"batch_shape", {nullptr, 4, 4, 2}}}}},
            convolution}}}}};
    expect_no_model<InvalidArgument>(keras(model.dump(), weights_), "/config.json: ", part);
  };
  refused("kernel_size", "[9, 9]", "c");
  refused("kernel_size", "[0, 2]", "kernel_size");
  refused("strides", "[0, 1]", "strides");
  refused("strides", "[-1, 1]", "strides");
  refused("dilation_rate", "[0, 1]", "dilation_rate");
  refused("groups", "2", "groups");
  refused("groups", "0", "groups");
  refused("padding", "\"wide\"", "padding");
}

// ---- HDF5

/// A file of weights in which one dataset is made by the test.
template <class Make>
Bytes weights_made_with(const Make& make) {
  LibraryFile made;
  made.dataset("layers/dense/vars/1", {2}, H5T_IEEE_F32LE, {1, 2});
  made.dataset("layers/dense_1/vars/0", {2, 1}, H5T_IEEE_F32LE, {1, 2});
  made.dataset("layers/dense_1/vars/1", {1}, H5T_IEEE_F32LE, {1});
  made.group("vars");
  make(made);
  return made.finish();
}

class Space {
 public:
  explicit Space(std::vector<hsize_t> shape)
      : id_(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr)) {}
  ~Space() { H5Sclose(id_); }
  Space(const Space&) = delete;
  Space& operator=(const Space&) = delete;
  hid_t id() const { return id_; }

 private:
  hid_t id_;
};

class HostileWeights : public HostileModel {
 protected:
  template <class Make>
  void expect_refused(const Make& make, const std::string& place, const std::string& part) {
    const Bytes bytes = weights_made_with(make);
    expect_no_weights(folder_.write("a.weights.h5", bytes), place, part);
    expect_neither(keras(config_, bytes), "/model.weights.h5" + place, part);
  }
};

constexpr const char* kKernel = "layers/dense/vars/0";

TEST_F(HostileWeights, MadeByTheLibraryLoadWhereTheyAreSound) {
  const Bytes bytes = weights_made_with([](LibraryFile& file) {
    file.dataset(kKernel, {3, 2}, H5T_IEEE_F32LE, {1, 2, 3, 4, 5, 6});
  });
  target_.load_weights(folder_.write("a.weights.h5", bytes));
  EXPECT_THAT(target_.get_weights()[0].values(), ::testing::ElementsAre(1, 2, 3, 4, 5, 6));
}

// 30, 31, 37
TEST_F(HostileWeights, OfOtherTypesAndShapesAreRefused) {
  const auto floats = [](std::vector<hsize_t> shape) {
    return [shape](LibraryFile& file) {
      file.dataset(kKernel, shape, H5T_IEEE_F32LE, {1, 2, 3, 4, 5, 6});
    };
  };
  expect_refused(
      floats({2, 3}), ": ",
      "hidden: kernel has shape (3, 2), the file's " + std::string(kKernel) + " has (2, 3)");
  expect_refused(floats({6}), ": ", "has (6,)");
  expect_refused(floats({1, 1, 1, 1, 1, 1, 1, 6, 1}), ": ", "at most 8 axes");
  const auto of_type = [](hid_t type) {
    return [type](LibraryFile& file) {
      file.empty_dataset(kKernel, Space({3, 2}).id(), type);
      H5Tclose(type);
    };
  };
  const auto of_no_number = "the elements must be integers, bools or IEEE floats. Received: ";
  expect_refused(of_type(H5Tvlen_create(H5T_IEEE_F32LE)), ": ", of_no_number);
  expect_refused(of_type(H5Tcreate(H5T_OPAQUE, 8)), ": ", of_no_number);
  expect_refused(of_type(H5Tcopy(H5T_STD_REF_OBJ)), ": ", of_no_number);
  expect_refused(of_type(H5Tcopy(H5T_IEEE_F32LE)), ": ", "of nothing but the fill value");
}

// 32, 34
TEST_F(HostileWeights, InChunksOrElsewhereAreRefused) {
  const auto with_creation = [](const auto& set) {
    return [set](LibraryFile& file) {
      const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
      set(creation);
      file.empty_dataset(kKernel, Space({3, 2}).id(), H5T_IEEE_F32LE, creation);
      H5Pclose(creation);
    };
  };
  const hsize_t chunk[] = {3, 2};
  expect_refused(with_creation([&](hid_t creation) { H5Pset_chunk(creation, 2, chunk); }), ": ",
                 "stored in one piece");
  expect_refused(with_creation([&](hid_t creation) {
                   H5Pset_chunk(creation, 2, chunk);
                   H5Pset_deflate(creation, 9);
                 }),
                 ": ", "Received: the gzip filter.");
  expect_refused(
      with_creation([](hid_t creation) { H5Pset_external(creation, "/etc/hostname", 0, 24); }),
      ": ", "Received: external files.");
}

// 34
TEST_F(HostileWeights, BehindLinksAreRefused) {
  expect_refused(
      [](LibraryFile& file) {
        H5Lcreate_external("/etc/hostname", "/x", file.id(), kKernel, H5P_DEFAULT, H5P_DEFAULT);
      },
      "/layers/dense/vars/0: ", "must be in this file. Received: an external link.");
  expect_refused(
      [](LibraryFile& file) {
        H5Lcreate_soft("/layers/dense/vars/1", file.id(), kKernel, H5P_DEFAULT, H5P_DEFAULT);
      },
      "/layers/dense/vars/0: ", "must be in the group itself. Received: a soft link.");
  expect_refused(
      [](LibraryFile& file) {
        H5Lcreate_hard(file.id(), "/layers", file.id(), "layers/dense/vars/0", H5P_DEFAULT,
                       H5P_DEFAULT);
      },
      "/", "must not share bytes with other parts of the file");
}

// 48: each name is there once in the file, and in the paths of all that lies below.
TEST_F(HostileWeights, WhosePathsAreFarLongerThanTheFileAreRefused) {
  const Bytes bytes = weights_made_with([](LibraryFile& file) {
    std::string path;
    for (int i = 0; i < 20; ++i) path += std::string(1000, 'x') + "/";
    for (int i = 0; i < 100; ++i) file.dataset(path + std::to_string(i), {}, H5T_STD_I8LE, {0});
  });
  const State before(target_);
  const std::string path = folder_.write("a.weights.h5", bytes);
  EXPECT_THAT(
      [&] { target_.load_weights(path, {.max_memory = 4 << 20}); },
      Refuses<IoError>("load_weights: " + path, ": the paths must fit the memory limit of "));
  EXPECT_TRUE(State(target_) == before);
}

// 51
TEST_F(HostileModel, ThatIsRefusedLeavesAnOptimizerUnbuilt) {
  Bytes bytes = weights_;
  const std::size_t calls = bytes.find(little_endian(kCalls, 4));
  ASSERT_NE(calls, bytes.npos);
  bytes.replace(calls, 4, "\xff\xff\xff\xff");
  const std::string rule = ": an optimizer's iteration must not be negative.";
  Sequential fresh = two_layers();
  const std::string path = folder_.write("a.weights.h5", bytes);
  EXPECT_THAT([&] { fresh.load_weights(path); },
              Refuses<IoError>("load_weights: " + path + rule, "-1."));
  EXPECT_FALSE(fresh.optimizer().built());
  expect_no_weights(path, rule, "-1.");
  expect_neither(keras(config_, bytes), "/model.weights.h5" + rule, "-1.");
}

// ---- any byte

Sequential one_layer() {
  return Sequential({layers::Input({2}), layers::Dense({.units = 1, .name = "hidden"})});
}

class HostileBytes : public ::testing::TestWithParam<const char*> {
 protected:
  HostileBytes() {
    const Sequential source = one_layer();
    source.save_weights(path_);
    whole_ = read_bytes(path_);
  }

  TemporaryFolder folder_;
  std::string name_ = std::string("a") + GetParam();
  std::string path_ = folder_.path(name_);
  Bytes whole_;
  Sequential target_ = one_layer();
};

// 2, 51
TEST_P(HostileBytes, CutAtAnyOffsetAreRefused) {
  const State before(target_);
  for (std::size_t size = 0; size < whole_.size(); size += kStride) {
    folder_.write(name_, whole_.substr(0, size));
    EXPECT_THAT([&] { target_.load_weights(path_); }, Throws<IoError>()) << size;
  }
  EXPECT_TRUE(State(target_) == before);
}

TEST_P(HostileBytes, WithAnyBitFlippedLoadOrChangeNothing) {
  const State before(target_);
  const std::vector<Tensor> weights = target_.get_weights();
  for (std::size_t at = 0; at < whole_.size(); at += kStride) {
    Bytes bytes = whole_;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
    folder_.write(name_, bytes);
    try {
      target_.load_weights(path_);
      target_.set_weights(weights);
    } catch (const IoError&) {
      EXPECT_TRUE(State(target_) == before) << at;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, HostileBytes,
                         ::testing::Values(".weights.h5", ".safetensors", ".npz"));

TEST_F(HostileModel, WithAnyByteOfItsConfigChangedLoadsOrIsRefused) {
  Sequential source = one_layer();
  const std::string config = source.to_json();
  source.save_weights(folder_.path("a.weights.h5"));
  const RawZipMember weights =
      raw_stored("model.weights.h5", read_bytes(folder_.path("a.weights.h5")));
  constexpr std::string_view kWritten = "\"9[,";
  for (std::size_t at = 0; at < config.size(); at += kStride) {
    std::string changed = config;
    changed[at] = kWritten[at % kWritten.size()];
    const std::string path = keras({raw_stored("config.json", changed), weights});
    try {
      load_model(path);
    } catch (const IoError&) {
    } catch (const InvalidArgument&) {
    }
  }
}

// ---- other files

#if defined(__linux__)

/// What is opened, made or changed in a folder while the object lives.
class Watch {
 public:
  explicit Watch(const std::string& folder) : descriptor_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    inotify_add_watch(descriptor_, folder.c_str(),
                      IN_OPEN | IN_CREATE | IN_DELETE | IN_MODIFY | IN_MOVE | IN_ATTRIB);
  }
  ~Watch() { close(descriptor_); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// `open NAME` or `change NAME`, in order; the system reports like events in a row once.
  std::vector<std::string> events() const {
    std::vector<std::string> events;
    alignas(inotify_event) char buffer[8192];
    for (ssize_t size; (size = read(descriptor_, buffer, sizeof(buffer))) > 0;) {
      for (ssize_t at = 0; at < size;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
        events.push_back(std::string((event->mask & IN_OPEN) != 0 ? "open " : "change ") +
                         (event->len > 0 ? event->name : ""));
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      }
    }
    return events;
  }

 private:
  int descriptor_;
};

// 26, 34, 51
TEST_F(HostileModel, OpensNoOtherFile) {
  const std::string secret = folder_.write("secret", "secret");
  const auto opened_by = [&](const std::string& path) {
    const Watch watch(folder_.path());
    EXPECT_ANY_THROW(load_model(path));
    EXPECT_ANY_THROW(target_.load_weights(path));
    return watch.events();
  };
  const std::vector<std::string> itself = {"open a.keras"};
  const auto with_kernel = [&](const auto& make) {
    return keras(config_, weights_made_with(make));
  };
  EXPECT_EQ(opened_by(with_kernel([&](LibraryFile& file) {
              H5Lcreate_external(secret.c_str(), "/x", file.id(), kKernel, H5P_DEFAULT,
                                 H5P_DEFAULT);
            })),
            itself);
  EXPECT_EQ(opened_by(with_kernel([&](LibraryFile& file) {
              const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
              H5Pset_external(creation, secret.c_str(), 0, 24);
              file.empty_dataset(kKernel, Space({3, 2}).id(), H5T_IEEE_F32LE, creation);
              H5Pclose(creation);
            })),
            itself);
  Config layers = Config::parse(config_)["config"]["layers"];
  for (const char* name : {"StringLookup", "TextVectorization", "Dense"}) {
    layers[1]["class_name"] = name;
    layers[1]["config"]["vocabulary"] = secret;
    EXPECT_EQ(opened_by(keras(config_with("/config/layers", layers.dump()), "")), itself);
  }
}

TEST_F(HostileModel, LoadingOpensItselfAloneAndMakesNoFile) {
  const std::string path = keras(config_, weights_);
  const Watch watch(folder_.path());
  load_model(path);
  target_.load_weights(path);
  EXPECT_EQ(watch.events(), std::vector<std::string>{"open a.keras"});
}

#endif

}  // namespace hostile_model_test
}  // namespace strata
