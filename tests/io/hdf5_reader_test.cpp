// Strata's HDF5 reader against the HDF5 C library: both must find the same in every file that the
// library writes in the subset.
#include "io/hdf5_reader.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "io/hdf5_library.hpp"
#include "io/opened_hdf5.hpp"
#include "support/matchers.hpp"

namespace strata::io {
namespace {

using namespace strata::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

void expect_same(Hdf5File& file, const std::string& path, const LibraryObject& expected) {
  EXPECT_EQ(file.kind(path) == Hdf5File::Kind::kDataset, expected.is_dataset) << path;
  for (const auto& [name, texts] : expected.texts) {
    EXPECT_EQ(file.texts(path, name), texts) << path << " " << name;
  }
  if (!expected.is_dataset) return;
  const Tensor tensor = file.read(path);
  const std::vector<hsize_t> shape(tensor.shape().begin(), tensor.shape().end());
  EXPECT_EQ(shape, expected.shape) << path;
  ASSERT_EQ(tensor.values().size(), expected.values.size()) << path;
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    EXPECT_EQ(tensor.values()[i], static_cast<float>(expected.values[i])) << path << " " << i;
  }
}

std::size_t count_objects(Hdf5File& file, const std::string& group) {
  std::size_t count = 1;
  for (const auto& [name, kind] : file.entries(group)) {
    count +=
        kind == Hdf5File::Kind::kGroup ? count_objects(file, group + "/" + std::string(name)) : 1;
  }
  return count;
}

void expect_agreement(const Bytes& bytes) {
  const auto expected = read_with_library(bytes);
  OpenFile file(bytes);
  EXPECT_EQ(count_objects(file.hdf5, ""), expected.size());
  for (const auto& [path, object] : expected) expect_same(file.hdf5, path, object);
}

class Hdf5Formats : public ::testing::TestWithParam<Hdf5Format> {};

INSTANTIATE_TEST_SUITE_P(All, Hdf5Formats,
                         ::testing::Values(Hdf5Format::kSuperblock0, Hdf5Format::kSuperblock1,
                                           Hdf5Format::kSuperblock2, Hdf5Format::kSuperblock3),
                         [](const auto& format) {
                           return "Superblock" + std::to_string(static_cast<int>(format.param));
                         });

TEST_P(Hdf5Formats, AreWrittenWithTheirSuperblocks) {
  const Bytes bytes = LibraryFile(GetParam()).finish();
  EXPECT_EQ(static_cast<int>(bytes[8]), static_cast<int>(GetParam()));
}

TEST_P(Hdf5Formats, OfWeightsLikeKeras) {
  LibraryFile made(GetParam());
  made.group("vars");
  made.text("vars", "name", "model");
  made.dataset("layers/dense/vars/0", {2, 3}, H5T_IEEE_F32LE, {0, 1.5, -2, 3, 1e-30, 1e30});
  made.dataset("layers/dense/vars/1", {3}, H5T_IEEE_F32LE, {0, 0, 1});
  made.text("layers/dense/vars", "name", "dense");
  made.dataset("optimizer/vars/0", {}, H5T_STD_I64LE, {7});
  made.dataset("optimizer/vars/1", {}, H5T_IEEE_F32LE, {0.001});
  expect_agreement(made.finish());
}

TEST_P(Hdf5Formats, OfNumbersOfEveryType) {
  LibraryFile made(GetParam());
  int k = 0;
  for (const hid_t type :
       {H5T_STD_I8LE,  H5T_STD_I8BE,   H5T_STD_I16LE,  H5T_STD_I16BE,  H5T_STD_I32LE,
        H5T_STD_I32BE, H5T_STD_I64LE,  H5T_STD_I64BE,  H5T_STD_U8LE,   H5T_STD_U8BE,
        H5T_STD_U16LE, H5T_STD_U16BE,  H5T_STD_U32LE,  H5T_STD_U32BE,  H5T_STD_U64LE,
        H5T_STD_U64BE, H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_IEEE_F64BE}) {
    // Few entries a group: with many the newer formats take a fractal heap.
    made.dataset(std::to_string(k / 5) + "/" + std::to_string(k), {2, 2}, type, {0, 1, 100, 127});
    const bool is_signed = H5Tget_class(type) == H5T_FLOAT || H5Tget_sign(type) == H5T_SGN_2;
    if (is_signed)
      made.dataset("n" + std::to_string(k / 5) + "/" + std::to_string(k), {3}, type,
                   {-1, -128, -100});
    ++k;
  }
  expect_agreement(made.finish());
}

// As NumPy's float16, and as Keras stores bfloat16: bytes without a type, and a name beside them.
TEST_P(Hdf5Formats, OfHalves) {
  const hid_t half = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(half, 15, 10, 5, 0, 10);
  H5Tset_size(half, 2);
  H5Tset_ebias(half, 15);
  LibraryFile made(GetParam());
  made.dataset("half", {3}, half, {1, -0.5, 65504});
  H5Tclose(half);
  const hid_t opaque = H5Tcreate(H5T_OPAQUE, 2);
  const hsize_t extent = 2;
  const hid_t space = H5Screate_simple(1, &extent, nullptr);
  const unsigned char values[] = {0x80, 0x3F, 0x20, 0xC0};
  for (const char* name : {"bfloat16", "bytes"}) {
    const hid_t dataset =
        H5Dcreate2(made.id(), name, opaque, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(dataset, opaque, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Dclose(dataset);
    made.text(name, "dtype", name);
  }
  H5Sclose(space);
  H5Tclose(opaque);
  OpenFile file(made.finish());
  EXPECT_THAT(file.hdf5.read("half").values(), ElementsAre(1, -0.5f, 65504));
  EXPECT_EQ(file.hdf5.header("half").type, ElementType::kFloat16);
  EXPECT_THAT(file.hdf5.read("bfloat16").values(), ElementsAre(1, -2.5f));
  EXPECT_EQ(file.hdf5.header("bfloat16").type, ElementType::kBfloat16);
  EXPECT_THROW(file.hdf5.read("bytes"), Unrepresentable);
}

TEST_P(Hdf5Formats, OfBools) {
  const hid_t type = H5Tenum_create(H5T_STD_I8LE);
  const signed char no = 0;
  const signed char yes = 1;
  H5Tenum_insert(type, "FALSE", &no);
  H5Tenum_insert(type, "TRUE", &yes);
  const hid_t other = H5Tenum_create(H5T_STD_I8LE);
  H5Tenum_insert(other, "RED", &no);
  H5Tenum_insert(other, "TRUE", &yes);
  LibraryFile made(GetParam());
  const hsize_t extent = 2;
  const hid_t space = H5Screate_simple(1, &extent, nullptr);
  const signed char values[] = {1, 0};
  for (const auto& [name, stored] : {std::pair{"bools", type}, {"colours", other}}) {
    const hid_t dataset =
        H5Dcreate2(made.id(), name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(dataset, stored, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Dclose(dataset);
  }
  H5Sclose(space);
  H5Tclose(type);
  H5Tclose(other);
  OpenFile file(made.finish());
  EXPECT_THAT(file.hdf5.read("bools").values(), ElementsAre(1, 0));
  EXPECT_THAT([&] { file.hdf5.read("colours"); },
              Raises<IoError>("load_weights: a.h5/colours: the elements must be integers, bools "
                              "or IEEE floats. Received: enum."));
}

TEST_P(Hdf5Formats, OfScalarsAndEmptyArrays) {
  LibraryFile made(GetParam());
  made.dataset("scalar", {}, H5T_IEEE_F64LE, {0.25});
  made.dataset("empty", {0}, H5T_IEEE_F32LE, {});
  made.dataset("flat", {3, 0, 2}, H5T_IEEE_F32LE, {});
  made.dataset("deep", {1, 1, 2, 1, 1, 1, 1, 1}, H5T_IEEE_F32LE, {1, 2});
  expect_agreement(made.finish());
}

TEST_P(Hdf5Formats, OfCompactData) {
  LibraryFile made(GetParam());
  const hid_t compact = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_layout(compact, H5D_COMPACT);
  made.dataset("a", {3}, H5T_IEEE_F32LE, {1, 2, 3}, compact);
  made.dataset("b", {}, H5T_STD_I16BE, {-5}, compact);
  H5Pclose(compact);
  expect_agreement(made.finish());
}

TEST_P(Hdf5Formats, OfStrings) {
  LibraryFile made(GetParam());
  made.group("g");
  made.text("/", "keras_version", "3.15.1");
  made.text("/", "model_config", std::string(100'000, 'x'));
  made.text("/", "nothing", "");
  made.texts("g", "names", {"dense", "", "conv_\xC3\xA9", std::string(3000, 'y')});
  made.texts("g", "none", {});
  made.fixed_texts("g", "padded_by_nul", 5, H5T_STR_NULLPAD, {"ab", "", "abcde"});
  made.fixed_texts("g", "ended_by_nul", 5, H5T_STR_NULLTERM, {"ab", "", "abcd"});
  made.fixed_texts("g", "padded_by_space", 5, H5T_STR_SPACEPAD, {"ab", "abcde"});
  expect_agreement(made.finish());
}

TEST_P(Hdf5Formats, OfManyTextsInManyHeaps) {
  LibraryFile made(GetParam());
  std::vector<std::string> names;
  for (int i = 0; i < 3000; ++i) names.push_back("layer_" + std::to_string(i));
  made.texts("/", "layer_names", names);
  expect_agreement(made.finish());
}

// With the symbol tables of the old format: three levels of B-tree. Attributes beyond an object
// header's first block make continuations.
TEST(Hdf5File, ReadsLargeGroupsAndHeaders) {
  LibraryFile made;
  for (int i = 0; i < 2000; ++i)
    made.dataset("many/" + std::to_string(i), {}, H5T_STD_I16LE, {static_cast<double>(i)});
  for (int i = 0; i < 100; ++i) made.text("many", "a" + std::to_string(i), std::to_string(i));
  expect_agreement(made.finish());
}

TEST(Hdf5File, ReadsIntegersExactly) {
  LibraryFile made;
  made.dataset("iteration", {}, H5T_STD_I64LE, {0});
  made.integers("iteration", "exact", H5T_STD_I64LE, {INT64_MAX, INT64_MIN, -1});
  made.integers("iteration", "short", H5T_STD_I16BE, {-2, 258});
  made.integers("iteration", "bytes", H5T_STD_U8LE, {255});
  made.text("iteration", "name", "x");
  Bytes bytes = made.finish();
  bytes.replace(bytes.size() - 8, 8, little_endian(0x7FFFFFFFFFFFFFFF, 8));
  OpenFile file(bytes);
  EXPECT_THAT(file.hdf5.integers("iteration", "exact"), ElementsAre(INT64_MAX, INT64_MIN, -1));
  EXPECT_THAT(file.hdf5.integers("iteration", "short"), ElementsAre(-2, 258));
  EXPECT_THAT(file.hdf5.integers("iteration", "bytes"), ElementsAre(255));
  EXPECT_THAT([&] { file.hdf5.integers("iteration", "name"); },
              Raises<IoError>("load_weights: a.h5/iteration: attribute 'name' must hold integers. "
                              "Received: variable-length string."));
}

TEST(Hdf5File, ReadsDatasetsOfIntegersExactly) {
  LibraryFile made;
  made.dataset("large", {2}, H5T_STD_I64LE, {std::ldexp(1.0, 62), -3});
  made.dataset("unsigned", {}, H5T_STD_U64LE, {std::ldexp(1.0, 63)});
  made.dataset("float", {}, H5T_IEEE_F32LE, {1});
  OpenFile file(made.finish());
  EXPECT_THAT(file.hdf5.read_integers("large"), ElementsAre(std::int64_t{1} << 62, -3));
  EXPECT_THAT([&] { file.hdf5.read("large"); },
              Raises<IoError>("load_weights: a.h5/large: numbers must fit float32, whole ones "
                              "exactly. Received: 4611686018427387904 at index 0."));
  EXPECT_THAT([&] { file.hdf5.read_integers("unsigned"); },
              Raises<IoError>("load_weights: a.h5/unsigned: integers must be below 2^63. Received: "
                              "9223372036854775808."));
  EXPECT_THAT([&] { file.hdf5.read_integers("float"); },
              Raises<IoError>("load_weights: a.h5/float: the elements must be integers. Received: "
                              "float32."));
}

TEST(Hdf5File, FindsObjectsByPath) {
  LibraryFile made;
  made.dataset("b/10", {2}, H5T_IEEE_F64BE, {1, 2});
  made.group("b/9");
  made.group("a");
  made.text("b", "name", "x");
  OpenFile open(made.finish());
  const Hdf5File& file = open.hdf5;
  std::vector<std::string> names;
  for (const auto& entry : file.entries("/b")) names.emplace_back(entry.name);
  EXPECT_THAT(names, ElementsAre("10", "9"));
  EXPECT_EQ(file.entries("").size(), 2u);
  EXPECT_THAT(file.entries("/a/"), IsEmpty());
  EXPECT_TRUE(file.has("") && file.has("/") && file.has("//b//10") && file.has("b/9"));
  EXPECT_FALSE(file.has("b/1") || file.has("b/100") || file.has("b/10/x") || file.has("c"));
  EXPECT_EQ(file.kind("b/10"), Hdf5File::Kind::kDataset);
  EXPECT_EQ(file.kind("b/9"), Hdf5File::Kind::kGroup);
  EXPECT_TRUE(file.has_attribute("b", "name"));
  EXPECT_FALSE(file.has_attribute("b", "nam"));
  EXPECT_THAT(file.attributes("/b"), ElementsAre("name"));
  const ArrayHeader header = file.header("b/10");
  EXPECT_EQ(header.shape, Shape({2}));
  EXPECT_EQ(header.type, ElementType::kFloat64);
  EXPECT_TRUE(header.big_endian);
}

TEST(Hdf5File, NamesWhatIsMissing) {
  LibraryFile made;
  made.dataset("g/x", {}, H5T_IEEE_F32LE, {1});
  made.texts("g", "names", {"a", "b"});
  OpenFile file(made.finish());
  EXPECT_THAT(
      [&] { file.hdf5.read("g/y"); },
      Raises<IoError>("load_weights: a.h5: there must be an object 'g/y'. Received: none."));
  EXPECT_THAT([&] { file.hdf5.entries("g/x"); },
              Raises<IoError>("load_weights: a.h5/g/x: the object must be a group. Received: a "
                              "dataset."));
  EXPECT_THAT([&] { file.hdf5.read("g"); },
              Raises<IoError>("load_weights: a.h5/g: the object must be a dataset. Received: a "
                              "group."));
  EXPECT_THAT([&] { file.hdf5.texts("g", "name"); },
              Raises<IoError>("load_weights: a.h5/g: there must be an attribute 'name'. Received: "
                              "none."));
  EXPECT_THAT([&] { file.hdf5.text("g", "names"); },
              Raises<IoError>("load_weights: a.h5/g: attribute 'names' must be one string. "
                              "Received: 2 of them."));
}

TEST(Hdf5File, KeepsToItsBudget) {
  LibraryFile made;
  made.dataset("x", {1000}, H5T_STD_I8LE, std::vector<double>(1000, 1.0));
  const Bytes bytes = made.finish();
  OpenFile enough(bytes, 10'000);
  EXPECT_EQ(enough.hdf5.read("x").size(), 1000);
  OpenFile small(bytes, 4'000);
  EXPECT_THAT([&] { small.hdf5.read("x"); },
              ::testing::ThrowsMessage<IoError>(::testing::StartsWith(
                  "load_weights: a.h5/x: the tensor must fit the memory limit of 4000 bytes, which "
                  "the caller can raise. Received: 4000 bytes, with ")));
  EXPECT_THROW(OpenFile(bytes, 100), IoError);
}

// Every second call of the same read would be free otherwise.
TEST(Hdf5File, CountsWhatIsReadAgain) {
  LibraryFile made;
  made.dataset("x", {1000}, H5T_IEEE_F32LE, std::vector<double>(1000, 1.0));
  OpenFile file(made.finish(), 10'000);
  file.hdf5.read("x");
  file.hdf5.read("x");
  EXPECT_THROW(file.hdf5.read("x"), IoError);
}

}  // namespace
}  // namespace strata::io
