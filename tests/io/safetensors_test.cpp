// safetensors: what the reference implementation writes, and every way in which a header can lie.
#include "io/safetensors.hpp"

#include <unistd.h>

#include <cmath>
#include <cstring>

#include "io/files.hpp"
#include "strata/core/errors.hpp"
#include "support/matchers.hpp"

namespace strata::io {
namespace {

using namespace strata::testing;  // NOLINT: the tests' own vocabulary
using ::testing::ElementsAre;
using ::testing::Pair;

constexpr std::int64_t kPlenty = 1 << 20;

Bytes file_of(const std::string& header, const Bytes& elements) {
  return little_endian(header.size(), 8) + header + elements;
}
/// One tensor, `x`.
Bytes file_of(const std::string& dtype, const std::string& shape, const Bytes& elements) {
  return file_of(R"({"x":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":[0,)" +
                     std::to_string(elements.size()) + "]}}",
                 elements);
}

class Safetensors : public ::testing::Test {
 protected:
  std::string path() const { return folder_.path("x.safetensors"); }
  Origin origin() const { return {"load_weights", path()}; }
  SafetensorsFile open(const Bytes& bytes) const {
    folder_.write("x.safetensors", bytes);
    return SafetensorsFile(origin());
  }
  Tensor read(const std::string& dtype, const std::string& shape, const Bytes& elements) const {
    return open(file_of(dtype, shape, elements)).read(0, kPlenty);
  }
  void expect_refused(const Bytes& bytes, const std::string& text) const {
    EXPECT_THAT([&] { open(bytes); }, Raises<IoError>("load_weights: " + path() + ": " + text));
  }
  /// A header of these members is refused, with eight bytes of elements.
  void expect_members_refused(const std::string& members, const std::string& text) const {
    expect_refused(file_of("{" + members + "}", "12345678"), text);
  }

  TemporaryFolder folder_;
};

// safetensors.numpy.save({"b": [[1, 2, 3], [4, 5, 6]], "a": [5]}, metadata={"format": "np"})
const Bytes kReference(
    "\x90\x00\x00\x00\x00\x00\x00\x00{\"__metadata__\":{\"format\":\"np\"},\"a\":{\"dtype\":"
    "\"F32\","
    "\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets"
    "\":[4,28]}}   \x00\x00\xa0@\x00\x00\x80?\x00\x00\x00@\x00\x00@@\x00\x00\x80@\x00\x00\xa0@\x00"
    "\x00\xc0@",
    180);

TEST_F(Safetensors, ReadsWhatTheReferenceWrites) {
  const SafetensorsFile file = open(kReference);
  ASSERT_EQ(file.tensors().size(), 2u);
  EXPECT_EQ(file.tensors()[0].name, "a");
  EXPECT_EQ(file.tensors()[1].name, "b");
  EXPECT_EQ(file.tensors()[1].header.shape, Shape({2, 3}));
  EXPECT_EQ(file.find("b"), 1u);
  EXPECT_EQ(file.find("c"), std::nullopt);
  EXPECT_THAT(file.read(0, kPlenty).values(), ElementsAre(5));
  EXPECT_THAT(file.read(1, kPlenty).values(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(file.metadata(), ElementsAre(Pair("format", "np")));
}

TEST_F(Safetensors, WritesWhatTheReferenceWrites) {
  write_safetensors(origin(), {{"b", Tensor({2, 3}, {1, 2, 3, 4, 5, 6})}, {"a", Tensor({1}, {5})}},
                    {{"format", "np"}});
  EXPECT_EQ(read_bytes(path()), kReference);
}

TEST_F(Safetensors, ReadsEveryType) {
  EXPECT_THAT(read("BOOL", "[2]", Bytes("\0\1", 2)).values(), ElementsAre(0, 1));
  EXPECT_THAT(read("U8", "[1]", "\xFF").values(), ElementsAre(255));
  EXPECT_THAT(read("I8", "[1]", "\xFF").values(), ElementsAre(-1));
  EXPECT_THAT(read("U16", "[1]", "\xFE\xFF").values(), ElementsAre(65534));
  EXPECT_THAT(read("I16", "[1]", "\xFE\xFF").values(), ElementsAre(-2));
  EXPECT_THAT(read("U32", "[1]", little_endian(1 << 24, 4)).values(), ElementsAre(1 << 24));
  EXPECT_THAT(read("I32", "[1]", little_endian(~0u, 4)).values(), ElementsAre(-1));
  EXPECT_THAT(read("U64", "[1]", little_endian(7, 8)).values(), ElementsAre(7));
  EXPECT_THAT(read("I64", "[1]", little_endian(~0ull, 8)).values(), ElementsAre(-1));
  EXPECT_THAT(read("F16", "[2]", little_endian(0xC0003E00, 4)).values(), ElementsAre(1.5f, -2.0f));
  EXPECT_THAT(read("BF16", "[2]", little_endian(0xC0003FC0, 4)).values(), ElementsAre(1.5f, -2.0f));
  EXPECT_THAT(read("F32", "[1]", little_endian(0x3FC00000, 4)).values(), ElementsAre(1.5f));
  EXPECT_THAT(read("F64", "[]", little_endian(0xC004000000000000, 8)).values(), ElementsAre(-2.5f));
}

TEST_F(Safetensors, ReadsTensorsWithoutElementsAndFilesWithoutTensors) {
  EXPECT_EQ(read("F32", "[0,3]", "").shape(), Shape({0, 3}));
  EXPECT_TRUE(open(file_of("{}", "")).tensors().empty());
}

TEST_F(Safetensors, ReadsBackEveryShapeToTheBit) {
  const std::vector<float> values{-0.0f, 1e-40f, INFINITY, NAN, 0.1f, 3.0f};
  write_safetensors(origin(), {{"layers/dense/\"ä\"", Tensor({2, 3}, values)},
                               {"scalar", Tensor(7.0f)},
                               {"none", Tensor({0}, std::vector<float>())}});
  EXPECT_EQ(static_cast<int>(read_bytes(path())[0]) % 8, 0) << "the header is padded";
  const SafetensorsFile file(origin());
  const Tensor matrix = file.read(file.find("layers/dense/\"ä\"").value(), kPlenty);
  EXPECT_EQ(matrix.shape(), Shape({2, 3}));
  EXPECT_EQ(std::memcmp(matrix.data(), values.data(), 24), 0);
  EXPECT_EQ(file.read(file.find("scalar").value(), 4).item(), 7.0f);
  EXPECT_EQ(file.read(file.find("none").value(), 0).size(), 0);
}

TEST_F(Safetensors, RefusesToWriteWhatCannotBeRead) {
  const std::string start = "load_weights: " + path() + ": ";
  const std::string rule =
      "tensors must have different names, and not that of the metadata. Received: ";
  EXPECT_THAT(
      [&] {
        write_safetensors(origin(), {{"x", Tensor()}});
      },
      Raises<InvalidArgument>(start +
                              "the tensors must be defined. Received: an undefined one, 'x'."));
  EXPECT_THAT(
      [&] {
        write_safetensors(origin(), {{"x", Tensor(1.0f)}, {"x", Tensor(1.0f)}});
      },
      Raises<InvalidArgument>(start + rule + "'x'."));
  EXPECT_THAT(
      [&] {
        write_safetensors(origin(), {{"__metadata__", Tensor(1.0f)}});
      },
      Raises<InvalidArgument>(start + rule + "'__metadata__'."));
  EXPECT_THAT(
      [&] {
        write_safetensors(origin(), {{"\xFF", Tensor(1.0f)}});
      },
      Raises<InvalidArgument>(start + "names and metadata must be UTF-8. Received: other bytes."));
  EXPECT_TRUE(names_in(folder_.path()).empty());
}

TEST_F(Safetensors, RefusesTensorsBeyondTheBudget) {
  const SafetensorsFile file = open(kReference);
  EXPECT_THAT([&] { file.read(1, 23); },
              Raises<IoError>("load_weights: " + path() +
                              "/b: the elements must fit the memory limit of 23 bytes; max_bytes "
                              "sets another. Received: shape=(2, 3), which takes 24 bytes."));
}

TEST_F(Safetensors, RefusesNumbersThatFloat32CannotHold) {
  EXPECT_THAT([&] { read("I64", "[1]", little_endian((1 << 24) + 1, 8)); },
              Raises<Unrepresentable>("load_weights: " + path() +
                                      "/x: numbers must fit float32, whole ones exactly. Received: "
                                      "16777217 at index 0."));
}

// Case 38.
TEST_F(Safetensors, RefusesALengthThatLies) {
  const std::string rule =
      "the header must lie in the file, and have at most 100000000 bytes. Received: a header of ";
  expect_refused("", "the header's length must have 8 bytes. Received: 0, then the end.");
  expect_refused(little_endian(0, 8), "the header must begin with '{'. Received: ''.");
  expect_refused(little_endian(0, 8) + "{}", "the header must begin with '{'. Received: ''.");
  expect_refused(little_endian(std::uint64_t{1} << 63, 8) + "{}",
                 rule + "9223372036854775808 bytes in a file of 10, other bytes.");
  expect_refused(little_endian(3, 8) + "{}", rule + "3 bytes in a file of 10, other bytes.");
  expect_refused("<html><body>Not found</body></html>",
                 rule + "7078601349733312572 bytes in a file of 35, an HTML page.");
}

TEST_F(Safetensors, RefusesAHeaderBeyond100Megabytes) {
  folder_.write("x.safetensors", little_endian(100'000'001, 8) + "{}");
  ASSERT_EQ(truncate(path().c_str(), 100'000'009), 0);  // a hole, which takes no disk
  EXPECT_THAT([&] { SafetensorsFile{origin()}; },
              Raises<IoError>("load_weights: " + path() +
                              ": the header must lie in the file, and have at most 100000000 "
                              "bytes. Received: a header of 100000001 bytes in a file of "
                              "100000009, other bytes."));
}

// Case 39.
TEST_F(Safetensors, RefusesAHeaderThatIsNoObject) {
  const std::string rule = "the header must begin with '{'. Received: ";
  expect_refused(file_of("[]", ""), rule + "'[]'.");
  expect_refused(file_of(" {}", ""), rule + "' {}'.");
  expect_refused(file_of("{} {}", ""),
                 "the header: the text must be JSON. Received: an error at byte 4, near \"{} {\".");
  expect_refused(file_of(R"({"x":[[[]]]})", ""),
                 "the header: the JSON must not be nested deeper than 3 levels. Received: a deeper "
                 "one.");
}

const std::string kX = R"("x":{"dtype":"F32","shape":[1],"data_offsets":)";
const std::string kY = R"("y":{"dtype":"F32","shape":[1],"data_offsets":)";

// Case 40.
TEST_F(Safetensors, RefusesRangesThatDoNotFollowOneAnother) {
  expect_members_refused(kX + "[4,0]}," + kY + "[4,8]}",
                         "tensor 'x': data_offsets must be where its bytes begin and end. "
                         "Received: [4,0].");
  expect_members_refused(kX + "[0,4]}," + kY + "[2,6]}",
                         "tensor 'y': its bytes must begin where others end, at 4. Received: 2.");
  expect_members_refused(kX + "[0,4]}," + kY + "[0,4]}",
                         "tensor 'y': its bytes must begin where others end, at 4. Received: 0.");
  expect_members_refused(kY + "[4,8]}",
                         "tensor 'y': its bytes must begin where others end, at 0. Received: 4.");
  expect_members_refused(kX + "[0,4]}",
                         "the tensors must end with the file. Received: 4 bytes of tensors, 8 "
                         "after the header.");
  expect_members_refused(R"("x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]})",
                         "tensor 'x': its bytes must lie in the file, which has 8 after the "
                         "header. Received: an end at 12.");
  expect_members_refused(kX + "[-4,0]}",
                         "tensor 'x': data_offsets must be where its bytes begin and end. "
                         "Received: [-4,0].");
  expect_members_refused(kX + "[0,4,8]}",
                         "tensor 'x': data_offsets must be where its bytes begin and end. "
                         "Received: [0,4,8].");
  expect_members_refused(kX + "[0,4.0]}",
                         "tensor 'x': data_offsets must be where its bytes begin and end. "
                         "Received: [0,4.0].");
  EXPECT_EQ(open(file_of("{" + kY + "[4,8]}," + kX + "[0,4]}}", "12345678")).tensors()[0].name, "x")
      << "their order in the header is free";
}

// Case 41.
TEST_F(Safetensors, RefusesShapesThatDoNotFitTheirRange) {
  const auto x = [](const std::string& shape) {
    return R"("x":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":[0,8]})";
  };
  expect_members_refused(x("[3]"),
                         "tensor 'x': shape=(3,) of float32 takes 12 bytes. Received: 8.");
  expect_members_refused(x("[4294967296,4294967296]"),
                         "tensor 'x': shape=(4294967296, 4294967296) of float32 takes not "
                         "countable in 64 bits bytes. Received: 8.");
  expect_members_refused(x("[4294967296,4294967296,0]"),
                         "tensor 'x': shape=(4294967296, 4294967296, 0) of float32 takes not "
                         "countable in 64 bits bytes. Received: 8.");
  const std::string rule = "tensor 'x': shape must be a list of at most 8 extents. Received: ";
  expect_members_refused(x("[1,1,1,1,1,1,1,1,2]"), rule + "[1,1,1,1,1,1,1,1,2].");
  expect_members_refused(x("[18446744073709551615]"), rule + "[18446744073709551615].");
  expect_members_refused(x("[-2]"), rule + "[-2].");
  expect_members_refused(x("[2.0]"), rule + "[2.0].");
  expect_members_refused(x("2"), rule + "2.");
  std::string ones = "[1";
  for (int i = 1; i < 1'000'000; ++i) ones += ",1";
  expect_members_refused(x(ones + "]"),
                         "the header: the JSON must hold at most 1000000 values. Received: more.");
}

// Case 42.
TEST_F(Safetensors, RefusesOtherTypesByName) {
  for (const char* dtype : {"F8_E4M3", "F8_E5M2", "F4", "F6_E2M3", "C64", "f32", ""}) {
    expect_members_refused(
        R"("x":{"dtype":")" + std::string(dtype) + R"(","shape":[8],"data_offsets":[0,8]})",
        "tensor 'x': dtype must be one of BOOL U8 I8 U16 I16 U32 I32 U64 I64 F16 BF16 F32 F64. "
        "Received: \"" +
            std::string(dtype) + "\".");
  }
  expect_members_refused(R"("x":{"dtype":5,"shape":[8],"data_offsets":[0,8]})",
                         "tensor 'x': dtype must be one of BOOL U8 I8 U16 I16 U32 I32 U64 I64 F16 "
                         "BF16 F32 F64. Received: 5.");
}

// Case 43.
TEST_F(Safetensors, RefusesNamesGivenTwice) {
  expect_members_refused(kX + "[0,4]}," + kX + "[4,8]}",
                         "the header: an object must not say a key twice. Received: \"x\" twice.");
}

// Case 44.
TEST_F(Safetensors, RefusesMetadataThatIsNoText) {
  expect_members_refused(R"("__metadata__":{"a":1})",
                         "the metadata must be text. Received: 1 under 'a'.");
  expect_members_refused(R"("__metadata__":{"a":{"b":"c"}})",
                         "the metadata must be text. Received: {\"b\":\"c\"} under 'a'.");
  expect_members_refused(R"("__metadata__":["a"])",
                         "the metadata must be an object. Received: [\"a\"].");
}

// Case 45.
TEST_F(Safetensors, RefusesTrailingBytes) {
  expect_refused(kReference + "x",
                 "the tensors must end with the file. Received: 28 bytes of tensors, 29 after the "
                 "header.");
}

TEST_F(Safetensors, RefusesOtherMembersOfADescription) {
  const std::string rule =
      "tensor 'x': it must be described by dtype, shape and data_offsets. Received: ";
  expect_members_refused(R"("x":{"dtype":"F32"})", rule + R"({"dtype":"F32"}.)");
  expect_members_refused(R"("x":{"dtype":"F32","shape":[2],"offsets":[0,8]})",
                         rule + R"({"dtype":"F32","shape":[2],"offsets":[0,8]}.)");
  expect_members_refused(R"("x":5)", rule + "5.");
}

TEST_F(Safetensors, RefusesTruncationAtEveryOffset) {
  for (std::size_t length = 0; length < kReference.size(); ++length) {
    EXPECT_THROW(open(kReference.substr(0, length)), IoError) << length;
  }
}

TEST_F(Safetensors, RefusesOrReadsEveryFlippedBit) {
  for (std::size_t bit = 0; bit < 8 * kReference.size(); ++bit) {
    Bytes flipped = kReference;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    try {
      const SafetensorsFile file = open(flipped);
      for (std::size_t i = 0; i < file.tensors().size(); ++i) {
        EXPECT_LE(file.read(i, kPlenty).size(), 28) << bit;
      }
    } catch (const IoError&) {
    }
  }
}

}  // namespace
}  // namespace strata::io
