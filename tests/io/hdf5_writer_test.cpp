// Strata's HDF5 files: the HDF5 C library and Strata's own reader find in them what was written.
#include "io/hdf5_writer.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "io/hdf5_library.hpp"
#include "io/opened_hdf5.hpp"
#include "strata/show_config.hpp"
#include "support/matchers.hpp"

namespace strata::io {
namespace {

using namespace strata::testing;
using ::testing::ElementsAre;

Bytes finished(Hdf5Writer& writer) {
  const std::vector<unsigned char> bytes = writer.finish();
  return {bytes.begin(), bytes.end()};
}

Bytes weights() {
  Hdf5Writer writer({"save_model", "a.keras"});
  writer.group("vars");
  writer.text("vars", "name", "model");
  writer.write("layers/dense/vars/0", Tensor({2, 2}, {1, 2, 3, 4}));
  writer.write("layers/dense/vars/1", Tensor(0.5f));
  writer.write("layers/dense/vars/2", Tensor(Shape{0, 3}, std::vector<float>{}));
  writer.text("layers/dense/vars", "name", "d\xC3\xA9nse");
  const std::int64_t iteration = INT64_MAX;
  writer.write("optimizer/vars/0", {}, {&iteration, 1});
  const std::int32_t numbers[] = {-1, 2};
  writer.write("optimizer/vars/1", {2}, numbers);
  writer.texts("/", "layer_names", {"dense", "", "b"});
  writer.texts("/", "weight_names", {});
  return finished(writer);
}

TEST(Hdf5Writer, WritesWhatTheLibraryReads) {
  auto found = read_with_library(weights());
  EXPECT_THAT(found["/layers/dense/vars/0"].shape, ElementsAre(2, 2));
  EXPECT_THAT(found["/layers/dense/vars/0"].values, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(found["/layers/dense/vars/1"].shape, ElementsAre());
  EXPECT_THAT(found["/layers/dense/vars/1"].values, ElementsAre(0.5));
  EXPECT_THAT(found["/layers/dense/vars/2"].shape, ElementsAre(0, 3));
  EXPECT_THAT(found["/layers/dense/vars"].texts["name"], ElementsAre("d\xC3\xA9nse"));
  EXPECT_THAT(found["/optimizer/vars/1"].values, ElementsAre(-1, 2));
  EXPECT_THAT(found[""].texts["layer_names"], ElementsAre("dense", "", "b"));
  EXPECT_THAT(found[""].texts["weight_names"], ElementsAre());
}

TEST(Hdf5Writer, WritesWhatStrataReads) {
  OpenFile file(weights());
  EXPECT_THAT(file.hdf5.read("layers/dense/vars/0"), IsClose(Tensor({2, 2}, {1, 2, 3, 4}), 0));
  EXPECT_THAT(file.hdf5.read_integers("optimizer/vars/0"), ElementsAre(INT64_MAX));
  EXPECT_THAT(file.hdf5.texts("", "layer_names"), ElementsAre("dense", "", "b"));
  EXPECT_EQ(file.hdf5.text("vars", "name"), "model");
}

TEST(Hdf5Writer, ListsManyEntriesWhereStrataReadsThem) {
  for (const std::string name : {"entry", "d\xC3\xA9nse"}) {
    Hdf5Writer writer({"save", "a.h5"});
    for (int i = 0; i < 300; ++i) {
      const std::string numbered = name + std::to_string(i);
      writer.write("/" + name + "/inner/" + numbered, Tensor(static_cast<float>(i)));
      writer.group(numbered);
    }
    OpenFile file(finished(writer));
    EXPECT_EQ(file.hdf5.entries("").size(), 301U);
    EXPECT_EQ(file.hdf5.entries(name + "/inner").size(), 300U);
    EXPECT_EQ(file.hdf5.read(name + "/inner/" + name + "299").item(), 299.0f);
  }
}

// No times of day, no bytes of uninitialized memory.
TEST(Hdf5Writer, WritesTheSameBytesAgain) {
  const Bytes first = weights();
  EXPECT_EQ(weights(), first);
  const auto mentions_time = [&](const char* type) {
    return first.find(Bytes(type, 2) + Bytes("\x08\x00\x00\x00\x00\x00", 6)) != first.npos;
  };
  EXPECT_FALSE(mentions_time("\x12\x00"));
}

TEST(Hdf5Writer, CutsLongArraysOfStringsAsKerasDoes) {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("layer_" + std::to_string(10'000 + i));
  Hdf5Writer writer({"save_model", "a.h5"});
  writer.texts("/", "layer_names", names);
  OpenFile file(finished(writer));
  EXPECT_FALSE(file.hdf5.has_attribute("", "layer_names"));
  std::vector<std::string> joined;
  std::vector<std::size_t> sizes;
  for (int i = 0; file.hdf5.has_attribute("", "layer_names" + std::to_string(i)); ++i) {
    const auto part = file.hdf5.texts("", "layer_names" + std::to_string(i));
    joined.insert(joined.end(), part.begin(), part.end());
    sizes.push_back(part.size());
  }
  EXPECT_EQ(joined, names);
  // 5000 names of 11 characters: numpy.array_split into the fewest parts of at most 64512 bytes.
  EXPECT_THAT(sizes, ElementsAre(1250, 1250, 1250, 1250));
}

TEST(Hdf5Writer, WritesLongStrings) {
  Hdf5Writer writer({"save_model", "a.h5"});
  writer.text("/", "model_config", std::string(1'000'000, 'x'));
  EXPECT_EQ(read_with_library(finished(writer))[""].texts["model_config"].front().size(),
            1'000'000u);
}

TEST(Hdf5Writer, RefusesWhatCantBeWritten) {
  Hdf5Writer writer({"save_model", "a.h5"});
  writer.write("x", Tensor(1.0f));
  EXPECT_THAT(
      [&] { writer.write("x", Tensor(1.0f)); },
      Raises<IoError>("save_model: a.h5: dataset 'x' can't be written: name already exists."));
  EXPECT_THAT([&] { writer.group("x/y"); },
              ::testing::ThrowsMessage<IoError>(
                  ::testing::StartsWith("save_model: a.h5: group 'x/y' can't be written: ")));
  EXPECT_THAT([&] { writer.text("y", "name", "x"); },
              ::testing::ThrowsMessage<IoError>(::testing::StartsWith(
                  "save_model: a.h5: attribute 'name' of 'y' can't be written: ")));
  EXPECT_THAT([&] { writer.text("x", "name", std::string("a\0b", 3)); },
              Raises<IoError>("save_model: a.h5: names and strings must not hold NUL. Received: "
                              "'a?b'."));
  EXPECT_THAT(
      [&] { writer.texts("x", "names", {std::string(64513, 'x')}); },
      Raises<IoError>("save_model: a.h5: the strings of attribute 'names' must have at most "
                      "64512 bytes. Received: 64513."));
}

TEST(Hdf5Writer, PrintsNoErrors) {
  Hdf5Writer writer({"save_model", "a.h5"});
  ::testing::internal::CaptureStderr();
  EXPECT_THROW(writer.group("."), IoError);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(Hdf5Writer, LeavesTheProgramsErrorHandlerAlone) {
  H5E_auto2_t before = nullptr;
  H5E_auto2_t after = nullptr;
  void* data = nullptr;
  H5Eget_auto2(H5E_DEFAULT, &before, &data);
  weights();
  H5Eget_auto2(H5E_DEFAULT, &after, &data);
  EXPECT_NE(before, nullptr);
  EXPECT_EQ(before, after);
}

TEST(Hdf5Writer, MakesSeveralFilesAtOnce) {
  const Bytes expected = weights();
  std::vector<Bytes> made(4);
  std::vector<std::thread> threads;
  for (Bytes& bytes : made) threads.emplace_back([&] { bytes = weights(); });
  for (std::thread& thread : threads) thread.join();
  for (const Bytes& bytes : made) EXPECT_EQ(bytes, expected);
}

TEST(RuntimeConfig, NamesTheHdf5Library) {
  unsigned int major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  const auto libraries = runtime_config().libraries;
  const auto found = std::find_if(libraries.begin(), libraries.end(),
                                  [](const auto& each) { return each.name == "HDF5"; });
  ASSERT_NE(found, libraries.end());
  EXPECT_EQ(found->version, fmt::format("{}.{}.{}", major, minor, release));
}

}  // namespace
}  // namespace strata::io
