// The NPZ reader: what NumPy writes, and every way in which an archive can lie.
#include "strata/io/npz.hpp"

#include "io/files.hpp"
#include "strata/core/errors.hpp"
#include "support/matchers.hpp"

namespace strata::io {
namespace {

using namespace strata::testing;  // NOLINT: the tests' own vocabulary
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Npz : public ::testing::Test {
 protected:
  Tensor read(const Bytes& npy) const {
    return read_npz(write_zip(folder_, "a.npz", {{"x.npy", npy}})).at("x");
  }

  /// An archive of this one array, `x`, is refused with this text.
  void expect_refused(const Bytes& npy, const std::string& text) const {
    EXPECT_THAT([&] { read(npy); },
                Raises<IoError>("read_npz: " + folder_.path("a.npz/x.npy") + ": " + text));
  }
  void expect_header_refused(const std::string& header, const std::string& text) const {
    expect_refused(npy_bytes(header, ""), text);
  }
  /// The file at `path` is refused, with a text that has this in it.
  void expect_file_refused(const std::string& path, const std::string& text) const {
    EXPECT_THAT([&] { read_npz(path); },
                ThrowsMessage<IoError>(HasSubstr("read_npz: " + path + ": " + text)));
  }

  TemporaryFolder folder_;
};

Bytes array_of(const std::string& type, const std::string& shape, const Bytes& elements) {
  return npy_bytes("{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }\n",
                   elements);
}

TEST_F(Npz, ReadsArraysByName) {
  for (const bool deflated : {false, true}) {
    const auto arrays = read_npz(write_zip(folder_, "a.npz",
                                           {{"x.npy", npy_of_uint8("(2, 2)", "\x01\x02\x03\xFF")},
                                            {"y.npy", npy_of_uint8("(3,)", "abc")}},
                                           deflated));
    ASSERT_EQ(arrays.size(), 2u);
    EXPECT_EQ(arrays.at("x").shape(), Shape({2, 2}));
    EXPECT_THAT(arrays.at("x").values(), ElementsAre(1, 2, 3, 255));
    EXPECT_THAT(arrays.at("y").values(), ElementsAre('a', 'b', 'c'));
  }
}

TEST_F(Npz, ReadsEveryTypeOfNumber) {
  EXPECT_THAT(read(array_of("|i1", "(1,)", "\xFF")).values(), ElementsAre(-1));
  EXPECT_THAT(read(array_of("<u2", "(1,)", little_endian(65535, 2))).values(), ElementsAre(65535));
  EXPECT_THAT(read(array_of("<i2", "(1,)", little_endian(65535, 2))).values(), ElementsAre(-1));
  EXPECT_THAT(read(array_of("<u4", "(1,)", little_endian(7, 4))).values(), ElementsAre(7));
  EXPECT_THAT(read(array_of("<i4", "(1,)", little_endian(~0u, 4))).values(), ElementsAre(-1));
  EXPECT_THAT(read(array_of("<u8", "(1,)", little_endian(7, 8))).values(), ElementsAre(7));
  EXPECT_THAT(read(array_of("<i8", "(1,)", little_endian(~0ull, 8))).values(), ElementsAre(-1));
  EXPECT_THAT(read(array_of("<f4", "(1,)", little_endian(0x3FC00000, 4))).values(),
              ElementsAre(1.5f));
  EXPECT_THAT(read(array_of("<f8", "(1,)", little_endian(0xC004000000000000, 8))).values(),
              ElementsAre(-2.5f));
}

TEST_F(Npz, ReadsScalarsAndArraysWithoutElements) {
  EXPECT_EQ(read(npy_of_uint8("()", "\x05")).item(), 5.0f);
  EXPECT_EQ(read(npy_of_uint8("(0, 3)", "")).shape(), Shape({0, 3}));
}

TEST_F(Npz, ReadsKeysInAnyOrderAndQuotes) {
  const Tensor array =
      read(npy_bytes("{\"shape\" :( 2 ,1),'fortran_order':False,'descr':'|u1'}   \n", "\x01\x02"));
  EXPECT_EQ(array.shape(), Shape({2, 1}));
}

TEST_F(Npz, ReadsVersion2) {
  const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }\n";
  const Bytes npy =
      Bytes("\x93NUMPY\x02\x00", 8) + little_endian(header.size(), 4) + header + "\x05";
  EXPECT_THAT(read(npy).values(), ElementsAre(5));
}

TEST_F(Npz, LeavesOtherMembersAlone) {
  const auto arrays = read_npz(
      write_zip(folder_, "a.npz", {{"x.npy", npy_of_uint8("(1,)", "a")}, {"readme.txt", "hello"}}));
  EXPECT_EQ(arrays.size(), 1u);
}

TEST_F(Npz, RefusesFilesThatAreNoArchives) {
  const std::string rule = "the file must be a zip archive. Received: ";
  expect_file_refused(folder_.write("page.npz", "<html>not found</html>"), rule + "an HTML page.");
  expect_file_refused(folder_.write("empty.npz", ""), rule + "an empty file.");
  expect_file_refused(folder_.path(),
                      "the path must be that of a regular file. Received: a directory.");
  expect_file_refused(folder_.path("nowhere"),
                      "the file can't be opened: No such file or directory.");
}

TEST_F(Npz, RefusesNamesThatLeadElsewhere) {
  for (const char* name : {"../x.npy", "/x.npy", "a/../../x.npy", "a\\x.npy", "C:x.npy"}) {
    expect_file_refused(write_zip(folder_, "a.npz", {{name, npy_of_uint8("(1,)", "a")}}),
                        std::string("members must have plain names. Received: '") + name + "'.");
  }
}

Bytes with(Bytes bytes, const Bytes& from, const Bytes& to) {
  for (std::size_t at = 0; (at = bytes.find(from, at)) != bytes.npos;) {
    bytes.replace(at, from.size(), to);
  }
  return bytes;
}

TEST_F(Npz, RefusesNamesGivenTwice) {
  const std::string path =
      write_zip(folder_, "a.npz",
                {{"x.npy", npy_of_uint8("(1,)", "a")}, {"y.npy", npy_of_uint8("(1,)", "b")}});
  folder_.write("a.npz", with(read_bytes(path), "x.npy", "y.npy"));
  expect_file_refused(path, "members must have different names. Received: 'y.npy' twice.");
}

TEST_F(Npz, RefusesDamagedElements) {
  const std::string path =
      write_zip(folder_, "a.npz", {{"x.npy", npy_of_uint8("(4,)", "abcd")}}, false);
  Bytes bytes = read_bytes(path);
  bytes[bytes.find("abcd")] = 'z';
  folder_.write("a.npz", bytes);
  EXPECT_THAT([&] { read_npz(path); },
              Raises<IoError>("read_npz: " + path +
                              "/x.npy: the member's CRC-32 must be 0x4b964ed0. Received: "
                              "0xcc8e9e4e."));
}

TEST_F(Npz, RefusesOtherMagicAndVersions) {
  expect_refused("<html></html>", "an array must begin with \\x93NUMPY. Received: other bytes.");
  expect_refused(Bytes("\x93NUMPY\x04\x00", 8),
                 "the npy version must be 1.0, 2.0 or 3.0. Received: 4.0.");
}

TEST_F(Npz, RefusesHeadersThatAreTooLongOrCutShort) {
  const Bytes start("\x93NUMPY\x02\x00", 8);
  expect_refused(start + little_endian(0xFFFFFFFF, 4),
                 "the header must have at most 10000 bytes. Received: 4294967295.");
  expect_refused(start + little_endian(100, 4) + "{",
                 "the header must have 100 bytes. Received: 1, then the end.");
}

TEST_F(Npz, NeverEvaluatesAHeader) {
  expect_header_refused("__import__('os').system('true')",
                        "the header must be a dictionary as NumPy writes it, here with '{'. "
                        "Received: '__import__('os').sys'.");
  expect_header_refused("{'descr': '|u1', 'fortran_order': False, 'shape': (1+1,)}",
                        "the header must be a dictionary as NumPy writes it, here with ')'. "
                        "Received: '+1,)}'.");
  expect_header_refused("{'descr': open('x'), }",
                        "the header must have a string in quotes here. Received: 'open('x'), }'.");
}

TEST_F(Npz, RefusesKeysThatAreUnknownTwiceOrMissing) {
  const std::string rule =
      "the header's keys must be 'descr', 'fortran_order' and 'shape', once each. Received: ";
  expect_header_refused("{'shapes': (1,)}", rule + "'shapes'.");
  expect_header_refused("{'shape': (1,), 'shape': (2,)}", rule + "'shape'.");
  expect_header_refused("{'shape': (1,), }",
                        "the header must have the keys 'descr', 'fortran_order' and 'shape'. "
                        "Received: 1 of them.");
}

const std::string kTypes =
    "the element type must be one of b1 u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8. Received: ";

TEST_F(Npz, RefusesOtherTypes) {
  expect_refused(array_of("|O", "(1,)", "abcd"), kTypes + "Python objects, '|O'.");
  expect_refused(array_of("<U3", "(1,)", "abcd"), kTypes + "text, '<U3'.");
  expect_refused(array_of("|S4", "(1,)", "abcd"), kTypes + "text, '|S4'.");
  expect_refused(array_of("<c8", "(1,)", "abcd"), kTypes + "complex numbers, '<c8'.");
  expect_refused(array_of("<M8[ns]", "(1,)", "abcd"), kTypes + "dates or durations, '<M8[ns]'.");
  for (const char* type : {"|V4", "<f16", "f4", "=f4", "", "<"}) {
    expect_refused(array_of(type, "(1,)", "abcd"), kTypes + "another type, '" + type + "'.");
  }
}

TEST_F(Npz, RefusesStructuredTypes) {
  expect_header_refused("{'descr': [('a', '<f4')], }",
                        kTypes + "a list of fields, '[('a', '<f4')], }'.");
}

const Bytes kReadable = npy_of_uint8("(2,)", "ab");

TEST_F(Npz, LeavesOutWhatATensorCannotHold) {
  const std::string path =
      write_zip(folder_, "a.npz",
                {{"names.npy", array_of("<U1", "(2,)", Bytes(8, '\0'))},
                 {"things.npy", array_of("|O", "(1,)", "\x80\x04.")},
                 {"ids.npy", array_of("<i8", "(1,)", little_endian((1 << 24) + 1, 8))},
                 {"deep.npy", npy_of_uint8("(1,1,1,1,1,1,1,1,1)", "a")},
                 {"x.npy", kReadable}});
  const auto arrays = read_npz(path);
  ASSERT_EQ(arrays.size(), 1u);
  EXPECT_THAT(arrays.at("x").values(), ElementsAre('a', 'b'));
}

TEST_F(Npz, SaysWhatAnArrayIsThatIsAskedForByName) {
  const std::string path =
      write_zip(folder_, "a.npz",
                {{"names.npy", array_of("<U1", "(2,)", Bytes(8, '\0'))},
                 {"ids.npy", array_of("<i8", "(1,)", little_endian((1 << 24) + 1, 8))},
                 {"x.npy", kReadable}});
  EXPECT_THAT(
      [&] {
        read_npz(path, {.names = {"x", "names"}});
      },
      Raises<IoError>("read_npz: " + path + "/names.npy: " + kTypes + "text, '<U1'."));
  EXPECT_THAT([&] { read_npz(path, {.names = {"ids"}}); },
              Raises<IoError>("read_npz: " + path +
                              "/ids.npy: numbers must fit float32, whole ones exactly. Received: "
                              "16777217 at index 0."));
  EXPECT_THAT([&] { read_npz(path, {.names = {"y"}}); },
              Raises<IoError>("read_npz: " + path +
                              ": the archive must hold the array 'y'. Received: ids, x and, "
                              "unreadable, names."));
}

TEST_F(Npz, ReadsTheArraysAskedForAlone) {
  const Bytes big = npy_of_uint8("(1000000,)", Bytes(1'000'000, 'a'));
  const std::string path = write_zip(folder_, "a.npz", {{"big.npy", big}, {"x.npy", kReadable}});
  const auto arrays = read_npz(path, {.names = {"x", "x"}, .max_bytes = 8});
  ASSERT_EQ(arrays.size(), 1u);
  EXPECT_EQ(arrays.at("x").shape(), Shape({2}));
}

TEST_F(Npz, RefusesAnArchiveOfWhichNothingCanBeRead) {
  const std::string path = write_zip(
      folder_, "a.npz",
      {{"a.npy", array_of("<U1", "(2,)", Bytes(8, '\0'))}, {"b.npy", array_of("|O", "()", "x")}});
  EXPECT_THAT([&] { read_npz(path); },
              Raises<IoError>("read_npz: " + path + "/a.npy: " + kTypes + "text, '<U1'."));
}

TEST_F(Npz, RefusesAnArchiveWithADamagedArrayWhole) {
  const std::string path =
      write_zip(folder_, "a.npz", {{"x.npy", kReadable}, {"y.npy", npy_of_uint8("(2,)", "a")}});
  EXPECT_THAT([&] { read_npz(path); },
              Raises<IoError>("read_npz: " + path +
                              "/y.npy: the elements must be in the file: shape=(2,) of uint8 takes "
                              "2 bytes. Received: at most 1 bytes."));
}

// numpy.savez_compressed of x = [[1, 2, 3], [4, 5, 6]], float32 and column-major, and mask = x > 2.
const Bytes kCompressed(
    "PK\x03\x04-\x00\x00\x00\x08\x00\x00\x00!\x00\xb2g\xdd#\xff\xff\xff\xff\xff\xff\xff"
    "\xff\x05\x00\x14\x00x.npy\x01\x00\x10\x00\x98\x00\x00\x00\x00\x00\x00\x00W\x00\x00"
    "\x00\x00\x00\x00\x00\x9b\xec\x17\xea\x1b\x10\xc9\xc8P\xc6P\xad\x9e\x92Z\x9c\x5c\xa4n"
    "\xa5\xa0n\x93\x66\xa2\xae\xa3\xa0\x9e\x96_TR\x94\x98\x17\x9f_\x94\x92\x0a\x12\x0f)*M"
    "\x05\x0a\x17g$\x16\xa4\x02\xb9\x1a\x46:\x0a\xc6\x9a:\x0a\xb5\x0a\xe4\x03.\x06\x86"
    "\x06{ v```\x00\xe2\x05@\xec\x00\xc4\x07\x1c\x00PK\x03\x04-\x00\x00\x00\x08\x00\x00"
    "\x00!\x00\xdd\x63\x15\xa5\xff\xff\xff\xff\xff\xff\xff\xff\x08\x00\x14\x00mask.npy"
    "\x01\x00\x10\x00\x86\x00\x00\x00\x00\x00\x00\x00K\x00\x00\x00\x00\x00\x00\x00\x9b"
    "\xec\x17\xea\x1b\x10\xc9\xc8P\xc6P\xad\x9e\x92Z\x9c\x5c\xa4n\xa5\xa0^\x93\x64\xa8"
    "\xae\xa3\xa0\x9e\x96_TR\x94\x98\x17\x9f_\x94\x92\x0a\x12wK\xcc)N\x05\x8a\x17g$\x16"
    "\xa4\x02\xf9\x1a\x46:\x0a\xc6\x9a:\x0a\xb5\x0a\x64\x03.\x06\x06\x46 \x00\x00PK\x01"
    "\x02-\x03-\x00\x00\x00\x08\x00\x00\x00!\x00\xb2g\xdd#W\x00\x00\x00\x98\x00\x00\x00"
    "\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x00\x00\x00\x00x.npyPK\x01"
    "\x02-\x03-\x00\x00\x00\x08\x00\x00\x00!\x00\xdd\x63\x15\xa5K\x00\x00\x00\x86\x00\x00"
    "\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x8e\x00\x00\x00mask.npy"
    "PK\x05\x06\x00\x00\x00\x00\x02\x00\x02\x00i\x00\x00\x00\x13\x01\x00\x00\x00\x00",
    402);

TEST_F(Npz, ReadsWhatNumpyWrites) {
  const auto arrays = read_npz(folder_.write("a.npz", kCompressed));
  ASSERT_EQ(arrays.size(), 2u);
  EXPECT_EQ(arrays.at("x").shape(), Shape({2, 3}));
  EXPECT_THAT(arrays.at("x").values(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(arrays.at("mask").shape(), Shape({2, 3}));
  EXPECT_THAT(arrays.at("mask").values(), ElementsAre(0, 0, 1, 1, 1, 1));
}

TEST_F(Npz, TellsNamesApartThatDifferInCase) {
  const auto arrays = read_npz(
      write_zip(folder_, "a.npz", {{"x.npy", kReadable}, {"X.npy", npy_of_uint8("()", "c")}}));
  EXPECT_EQ(arrays.at("X").item(), 'c');
  EXPECT_THAT(arrays.at("x").values(), ElementsAre('a', 'b'));
}

TEST_F(Npz, ReadsBackWhatIsWritten) {
  const std::string path = folder_.path("b.npz");
  write_npz(path, {{"weights/kernel", Tensor({2, 3}, {1, 2, 3, 4, 5, 6})},
                   {"ä", Tensor(7.0f)},
                   {"none", Tensor({0, 2}, std::vector<float>())}});
  const auto arrays = read_npz(path);
  ASSERT_EQ(arrays.size(), 3u);
  EXPECT_EQ(arrays.at("weights/kernel").shape(), Shape({2, 3}));
  EXPECT_THAT(arrays.at("weights/kernel").values(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(arrays.at("ä").item(), 7.0f);
  EXPECT_EQ(arrays.at("none").shape(), Shape({0, 2}));
  write_npz(folder_.path("c.npz"), arrays);  // a map, by name
  EXPECT_EQ(read_npz(folder_.path("c.npz")).size(), 3u);
}

TEST_F(Npz, WritesAnEmptyArchive) {
  write_npz(folder_.path("b.npz"), NamedTensors());
  EXPECT_TRUE(read_npz(folder_.path("b.npz")).empty());
}

TEST_F(Npz, RefusesToWriteNamesThatItWouldNotRead) {
  const std::string path = folder_.path("b.npz");
  for (const std::string& name : {std::string("../x"), std::string("/x"), std::string(252, 'n')}) {
    EXPECT_THAT(
        [&] {
          write_npz(path, {{name, Tensor(1.0f)}});
        },
        ::testing::ThrowsMessage<InvalidArgument>(
            HasSubstr("members must be named by plain relative paths of at most 255 bytes.")));
  }
  EXPECT_THAT(
      [&] {
        write_npz(path, {{"x", Tensor(1.0f)}, {"x", Tensor(2.0f)}});
      },
      Raises<InvalidArgument>("write_npz: " + path +
                              ": members must have different names. Received: 'x.npy' "
                              "twice."));
  EXPECT_THAT(
      [&] {
        write_npz(path, {{"x", Tensor()}});
      },
      Raises<InvalidArgument>(
          "write_npz: the arrays must be defined. Received: an undefined one, 'x'."));
  EXPECT_THAT(names_in(folder_.path()), ElementsAre());
}

TEST_F(Npz, RefusesShapesThatAreNone) {
  expect_refused(npy_of_uint8("(-1,)", ""),
                 "shape must be a tuple of whole numbers. Received: '-1,), }?'.");
  expect_refused(npy_of_uint8("(99999999999999999999,)", ""),
                 "shape must hold numbers below 2^63. Received: 99999999999999999999.");
  expect_refused(npy_of_uint8("(1,1,1,1,1,1,1,1,1)", "a"),
                 "shape must have at most 8 axes. Received: more.");
}

TEST_F(Npz, RefusesShapesBeyondTheMember) {
  expect_refused(
      npy_of_uint8("(5,)", "abcd"),
      "the elements must be in the file: shape=(5,) of uint8 takes 5 bytes. Received: at "
      "most 4 bytes.");
  expect_refused(npy_of_uint8("(4294967296, 4294967296)", "abcd"),
                 "the elements must be countable in 64 bits. Received: shape=(4294967296, "
                 "4294967296).");
}

TEST_F(Npz, RefusesTrailingBytes) {
  expect_refused(npy_of_uint8("(3,)", "abcd"),
                 "nothing may follow the elements. Received: more bytes.");
}

TEST_F(Npz, RefusesToUnpackMoreThanTheLimitInAll) {
  const Bytes half = npy_of_uint8("(10000000,)", Bytes(10'000'000, '\0'));
  const std::string path = write_zip(folder_, "a.npz", {{"x.npy", half}, {"y.npy", half}});
  EXPECT_THAT(
      [&] { read_npz(path); },
      ThrowsMessage<IoError>(HasSubstr("y.npy: the elements must fit the memory limit of ")));
  EXPECT_EQ(read_npz(path, {.max_bytes = 80'000'000}).size(), 2u);
}

TEST_F(Npz, RefusesTruncationAtEveryOffset) {
  for (const bool deflated : {false, true}) {
    const Bytes whole = read_bytes(
        write_zip(folder_, "a.npz", {{"x.npy", npy_of_uint8("(4,)", "abcd")}}, deflated));
    for (std::size_t length = 0; length < whole.size(); ++length) {
      EXPECT_THROW(read_npz(folder_.write("cut.npz", whole.substr(0, length))), IoError) << length;
    }
  }
}

TEST_F(Npz, RefusesOrReadsEveryFlippedBit) {
  const Bytes whole =
      read_bytes(write_zip(folder_, "a.npz", {{"x.npy", npy_of_uint8("(4,)", "abcd")}}));
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Bytes flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    try {
      for (const auto& [name, array] : read_npz(folder_.write("flipped.npz", flipped))) {
        EXPECT_THAT(array.values(), ElementsAre('a', 'b', 'c', 'd')) << bit;
      }
    } catch (const IoError&) {
    }
  }
}

}  // namespace
}  // namespace strata::io
