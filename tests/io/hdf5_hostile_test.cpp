// HDF5 files that are damaged on purpose: each must be refused with an error that says what is
// wrong and where. Numbers in comments are the cases of the project's list of hostile files.
#include <gtest/gtest.h>

#include "io/hdf5_library.hpp"
#include "io/opened_hdf5.hpp"
#include "support/matchers.hpp"

namespace strata::io {
namespace {

using namespace strata::testing;

constexpr std::size_t kRootHeader = 96;  // where the library puts it behind superblock 0

Bytes with(Bytes bytes, std::size_t offset, std::uint64_t value, int width) {
  return bytes.replace(offset, static_cast<std::size_t>(width), little_endian(value, width));
}

std::uint64_t number(const Bytes& bytes, std::size_t offset, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = width; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes.at(offset + i));
  }
  return value;
}

// The object header of the root's entry `index`, by name, in a file of the old format.
std::size_t header_of_entry(const Bytes& bytes, std::size_t index = 0) {
  return number(bytes, bytes.find("SNOD") + 8 + 40 * index + 8, 8);
}

// Where the body of an object header's first message of a type begins.
std::size_t message(const Bytes& bytes, std::size_t header, std::uint64_t type) {
  std::size_t at = header + 16;
  while (number(bytes, at, 2) != type) at += 8 + number(bytes, at + 2, 2);
  return at + 8;
}

constexpr std::uint64_t kDataspace = 1, kDatatype = 3, kLayout = 8, kFilters = 11, kAttribute = 12,
                        kSymbolTable = 17;

void expect_refused(const Bytes& bytes, const std::string& rule) {
  EXPECT_THAT([&] { OpenFile file(bytes); }, Raises<IoError>("load_weights: a.h5" + rule));
}

void expect_unreadable(const Bytes& bytes, const std::string& path, const std::string& rule) {
  OpenFile file(bytes);
  EXPECT_THAT([&] { file.hdf5.read(path); }, Raises<IoError>("load_weights: a.h5" + rule));
}

Bytes file_of_floats(const std::vector<hsize_t>& shape = {4}) {
  LibraryFile made;
  made.dataset("x", shape, H5T_IEEE_F32LE, {1, 2, 3, 4});
  return made.finish();
}

class HostileHdf5 : public ::testing::Test {
 protected:
  Bytes sound_ = file_of_floats();
  std::size_t header_ = header_of_entry(sound_);
};

// 27

TEST_F(HostileHdf5, OtherFiles) {
  expect_refused("", ": the file must begin with HDF5's signature. Received: fewer bytes.");
  expect_refused("<html>not found</html>",
                 ": the file must begin with HDF5's signature. Received: other bytes.");
}

TEST_F(HostileHdf5, SuperblocksThatLie) {
  expect_refused(with(sound_, 8, 4, 1),
                 ": the superblock must be of a version from 0 to 3. Received: 4, at byte 9.");
  expect_refused(with(sound_, 24, 512, 8),
                 ": the superblock must have the base address 0. Received: 512, at byte 48.");
  for (const std::uint64_t end : {sound_.size() - 1, sound_.size() + 1, ~std::size_t{0}}) {
    expect_refused(with(sound_, 40, end, 8),
                   ": the superblock must state the file's size, 2064 "
                   "bytes. Received: " +
                       std::to_string(end) + ", at byte 48.");
  }
  expect_refused(with(sound_, 13, 4, 1),
                 ": the superblock must have addresses and lengths of 8 bytes. Received: 4 and 8, "
                 "at byte 15.");
  expect_refused(with(sound_, 48, 800, 8),
                 ": the superblock must name no driver. Received: one at byte 800, at byte 56.");
  expect_refused(with(sound_, 64, 4000, 8),
                 ": the object header must lie within the file's 2064 bytes. Received: 1 bytes at "
                 "byte 4000.");
}

TEST_F(HostileHdf5, FilesWithAUserBlock) {
  const Bytes bytes = LibraryFile(Hdf5Format::kSuperblock0, 512).finish();
  expect_refused(bytes, ": the file must begin with HDF5's signature. Received: other bytes.");
  expect_refused(bytes.substr(512),
                 ": the superblock must have the base address 0. Received: 512, at byte 48.");
}

TEST_F(HostileHdf5, FilesThatWereNotClosed) {
  const Bytes bytes = LibraryFile(Hdf5Format::kSuperblock3).finish();
  expect_refused(with(bytes, 11, 1, 1),
                 ": the superblock must say that the file was closed when it was written. "
                 "Received: flags 0x1, at byte 12.");
}

TEST_F(HostileHdf5, FilesThatAreCutAnywhere) {
  for (std::size_t length = 0; length < sound_.size(); ++length) {
    EXPECT_THROW(OpenFile(sound_.substr(0, length)), IoError) << length;
  }
}

// 28

TEST_F(HostileHdf5, TreesThatLeadBackToThemselves) {
  LibraryFile made;
  for (int i = 0; i < 400; ++i) made.group(std::to_string(i));
  const Bytes tall = made.finish();
  const std::uint64_t root = number(tall, message(tall, kRootHeader, kSymbolTable), 8);
  ASSERT_EQ(tall[root + 5], 1);  // a level above the leaves
  expect_refused(with(tall, root + 32, root, 8),
                 ": the B-tree node must be of the level below its parent's, and below 16. "
                 "Received: 1, at byte " +
                     std::to_string(root + 6) + ".");
  const std::uint64_t second = number(tall, root + 48, 8);
  const std::string bytes =
      "bytes " + std::to_string(second) + " to " + std::to_string(second + 288);
  expect_refused(with(tall, root + 32, second, 8),
                 ": the B-tree node must not share bytes with other parts of the file. Received: " +
                     bytes + ", and the B-tree node at " + bytes + ".");
}

TEST(HostileHdf5Groups, ThatHoldThemselves) {
  LibraryFile made;
  made.group("g");
  const Bytes bytes = made.finish();
  expect_refused(with(bytes, bytes.find("SNOD") + 16, kRootHeader, 8),
                 "/g: the object header must not share bytes with other parts of the file. "
                 "Received: bytes 96 to 136, and the object header at bytes 96 to 136.");
}

TEST(HostileHdf5Groups, ThatAreLinkedTwice) {
  LibraryFile made;
  made.dataset("x", {1}, H5T_IEEE_F32LE, {1});
  H5Lcreate_hard(made.id(), "x", H5L_SAME_LOC, "y", H5P_DEFAULT, H5P_DEFAULT);
  expect_refused(made.finish(),
                 "/y: the object header must not share bytes with other parts of the file. "
                 "Received: bytes 800 to 1072, and the object header at bytes 800 to 1072.");
}

TEST(HostileHdf5Groups, ThatAreNestedTooDeep) {
  const auto nested = [](const std::string& path) {
    LibraryFile made;
    made.group(path);
    return made.finish();
  };
  std::string path;
  for (int i = 0; i < 100; ++i) path += "/a";
  OpenFile deepest(nested(path));
  EXPECT_TRUE(deepest.hdf5.has(path));
  EXPECT_THAT([&] { OpenFile file(nested(path + "/a/a/a")); },
              ::testing::ThrowsMessage<IoError>(::testing::HasSubstr(
                  "/a: groups must be nested at most 100 deep. Received: more.")));
}

TEST_F(HostileHdf5, TreesAndHeapsThatAreNone) {
  const std::size_t root = sound_.find("TREE");
  const std::size_t heap = sound_.find("HEAP");
  const std::size_t leaf = sound_.find("SNOD");
  expect_refused(with(sound_, root, 0, 1),
                 ": the B-tree node must begin with 'TREE'. Received: other bytes at 136.");
  expect_refused(with(sound_, root + 4, 1, 1),
                 ": the B-tree node must be of a group. Received: type 1, at byte 141.");
  expect_refused(with(sound_, root + 5, 255, 1),
                 ": the B-tree node must be of the level below its parent's, and below 16. "
                 "Received: 255, at byte 142.");
  expect_refused(with(sound_, root + 32, root, 8),
                 ": the symbol table node must begin with 'SNOD'. Received: other bytes at 136.");
  expect_refused(with(sound_, heap, 0, 1),
                 ": the local heap must begin with 'HEAP'. Received: other bytes at 680.");
  expect_refused(with(sound_, heap + 24, heap, 8),
                 ": the names of a group must not share bytes with other parts of the file. "
                 "Received: bytes 680 to 768, and the local heap at bytes 680 to 712.");
  expect_refused(with(sound_, heap + 8, ~0ull, 8),
                 ": the names of a group must lie within the file's 2064 bytes. Received: "
                 "18446744073709551615 bytes at byte 712.");
  expect_refused(with(sound_, leaf + 8, 1 << 20, 8),
                 ": the names of a group must end within its block. Received: 1048576 more bytes, "
                 "with 88 left, at byte 712.");
}

// Names that begin at each byte of one long name would take quadratic time to compare.
TEST_F(HostileHdf5, NamesOfAnyLength) {
  const auto named = [](std::size_t length) {
    LibraryFile made;
    made.group(std::string(length, 'n'));
    return made.finish();
  };
  OpenFile longest(named(1024));
  EXPECT_EQ(longest.hdf5.entries("").size(), 1u);
  EXPECT_THAT([&] { OpenFile file(named(1025)); },
              ::testing::ThrowsMessage<IoError>(
                  ::testing::HasSubstr(": the names of a group must end names within 1024 bytes. "
                                       "Received: no NUL from byte 8 on, at byte ")));
}

TEST_F(HostileHdf5, NamesThatAreNone) {
  const std::size_t name =
      number(sound_, sound_.find("HEAP") + 24, 8) + number(sound_, sound_.find("SNOD") + 8, 8);
  ASSERT_EQ(sound_[name], 'x');
  expect_refused(with(sound_, name, 0, 1),
                 ": the symbol table node must have plain names. Received: '', at byte 1120.");
  for (const char* other : {"/", ".", "a/b", ".."}) {
    Bytes bytes = sound_;
    bytes.replace(name, std::string(other).size(), other);
    expect_refused(
        bytes, std::string(": the symbol table node must have plain names. Received: '") + other +
                   "', at byte 1120.");
  }
}

TEST_F(HostileHdf5, NamesGivenTwice) {
  LibraryFile made;
  made.group("a");
  made.group("b");
  Bytes bytes = made.finish();
  const std::size_t leaf = bytes.find("SNOD");
  expect_refused(with(bytes, leaf + 48, number(bytes, leaf + 8, 8), 8),
                 ": the group's entries must have names of their own. Received: 'a' twice.");
}

// 29

TEST_F(HostileHdf5, EntriesThatAreNotThere) {
  expect_refused(with(sound_, sound_.find("SNOD") + 6, 0xFFFF, 2),
                 ": the symbol table node must lie within the file's 2064 bytes. Received: 2621408 "
                 "bytes at byte 1072.");
  expect_refused(with(sound_, sound_.find("TREE") + 6, 0xFFFF, 2),
                 ": the B-tree node must lie within the file's 2064 bytes. Received: 1048592 bytes "
                 "at byte 136.");
  expect_refused(with(sound_, sound_.find("SNOD") + 6, 2, 2),
                 ": the symbol table node must have plain names. Received: '', at byte 1160.");
}

// 30

TEST_F(HostileHdf5, TypesThatLie) {
  const std::size_t type = message(sound_, header_, kDatatype);
  const std::string rule = "/x: the elements must be integers, bools or IEEE floats. Received: ";
  expect_unreadable(with(sound_, type + 4, 8, 4), "x",
                    rule + "float of 32 bits, not of IEEE 754's layout.");
  expect_unreadable(with(sound_, type + 2, 30, 1), "x",  // the sign's place
                    rule + "float of 32 bits, not of IEEE 754's layout.");
  expect_unreadable(with(sound_, type + 16, 126, 4), "x",  // the exponent's bias
                    rule + "float of 32 bits, not of IEEE 754's layout.");
  expect_unreadable(with(with(sound_, type, 0x10, 1), type + 10, 24, 2), "x",
                    rule + "integer of 24 bits in 4 bytes.");
  expect_unreadable(with(sound_, type, 0x1C, 1), "x", rule + "unknown.");
  expect_unreadable(with(sound_, type, 0x01, 1), "x",
                    "/x: the datatype must be of a version from 1 to 5. Received: 0, at byte 857.");
  const std::vector<std::string> names = {"time",   "string",          "bitfield",
                                          "opaque", "compound",        "reference",
                                          "enum",   "variable-length", "array"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    expect_unreadable(with(sound_, type, 0x12 + i, 1), "x", rule + names[i] + ".");
  }
  const Bytes doubles = [] {
    LibraryFile made;
    made.dataset("x", {4}, H5T_IEEE_F64LE, {1, 2, 3, 4});
    return made.finish();
  }();
  const std::size_t body = message(sound_, header_, kDatatype);
  Bytes lying = doubles;
  lying.replace(message(doubles, header_of_entry(doubles), kDatatype), 20, sound_, body, 20);
  expect_unreadable(lying, "x",
                    "/x: the stored elements must take the 16 bytes that shape and type say. "
                    "Received: 32.");
}

TEST_F(HostileHdf5, CommittedTypes) {
  LibraryFile made;
  const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  H5Tcommit2(made.id(), "type", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  made.dataset("x", {1}, type, {1});
  made.integers("x", "n", type, {1});
  H5Tclose(type);
  const Bytes bytes = made.finish();
  expect_unreadable(bytes, "x",
                    "/x: the object must be described in its own header. Received: a committed "
                    "datatype or shared message.");
  expect_unreadable(bytes, "type",
                    "/type: the object must be a dataset. Received: a datatype or a link.");
}

// 31

TEST_F(HostileHdf5, ShapesThatAreNone) {
  const std::size_t space = message(sound_, header_, kDataspace);
  expect_unreadable(with(sound_, space + 1, 255, 1), "x",
                    "/x: the dataspace must have at most 32 axes. Received: 255, at byte 826.");
  expect_unreadable(with(sound_, space + 1, 3, 1), "x",
                    "/x: the dataspace must end within its block. Received: 8 more bytes, with 0 "
                    "left, at byte 848.");
  expect_unreadable(with(sound_, space + 8, 1ull << 62, 8), "x",
                    "/x: the dataspace must have extents of at most 4 on axis 0. Received: "
                    "4611686018427387904, at byte 848.");
  for (const std::uint64_t extent : {1ull << 61, 1ull << 62, ~0ull}) {
    const Bytes huge = with(with(sound_, space + 8, extent, 8), space + 16, ~0ull, 8);
    EXPECT_THROW(OpenFile(huge).hdf5.read("x"), IoError);
  }
  expect_unreadable(with(with(sound_, space + 8, 1ull << 62, 8), space + 16, ~0ull, 8), "x",
                    "/x: the elements must be countable in 64 bits. Received: "
                    "shape=(4611686018427387904,).");
  expect_unreadable(with(with(sound_, space + 8, 5, 8), space + 16, 5, 8), "x",
                    "/x: the stored elements must take the 20 bytes that shape and type say. "
                    "Received: 16.");
  expect_unreadable(
      with(sound_, space, 3, 1), "x",
      "/x: the dataspace must be of a version from 1 to 2. Received: 3, at byte 825.");
}

TEST_F(HostileHdf5, ShapesBeyondWhatTensorsHave) {
  const Bytes bytes = file_of_floats({1, 1, 1, 1, 1, 1, 1, 2, 2});
  expect_unreadable(bytes, "x",
                    "/x: the shape must have at most 8 axes. Received: shape=(1, 1, 1, 1, 1, 1, 1, "
                    "2, 2).");
}

TEST_F(HostileHdf5, DatasetsWithoutAShape) {
  LibraryFile made;
  const hid_t nothing = H5Screate(H5S_NULL);
  made.empty_dataset("x", nothing, H5T_IEEE_F32LE);
  H5Sclose(nothing);
  expect_unreadable(made.finish(), "x", "/x: the dataset must have a shape. Received: none.");
}

// 32

TEST(HostileHdf5Data, InChunksOrFiltered) {
  const hid_t chunked = H5Pcreate(H5P_DATASET_CREATE);
  const hsize_t chunk = 2;
  H5Pset_chunk(chunked, 1, &chunk);
  LibraryFile made;
  made.dataset("chunks", {4}, H5T_IEEE_F32LE, {1, 2, 3, 4}, chunked);
  H5Pset_fletcher32(chunked);
  made.dataset("fletcher32", {4}, H5T_IEEE_F32LE, {1, 2, 3, 4}, chunked);
  H5Premove_filter(chunked, H5Z_FILTER_ALL);
  H5Pset_shuffle(chunked);
  made.dataset("shuffle", {4}, H5T_IEEE_F32LE, {1, 2, 3, 4}, chunked);
  H5Premove_filter(chunked, H5Z_FILTER_ALL);
  H5Pset_deflate(chunked, 6);
  made.dataset("gzip", {4}, H5T_IEEE_F32LE, {1, 2, 3, 4}, chunked);
  H5Pclose(chunked);
  const Bytes bytes = made.finish();
  const std::string rule = ": the elements must be stored without filters. Received: the ";
  expect_unreadable(bytes, "chunks",
                    "/chunks: the elements must be stored in one piece, as Keras does. Received: "
                    "chunks.");
  for (const std::string name : {"fletcher32", "shuffle", "gzip"}) {
    expect_unreadable(bytes, name, "/" + name + rule + name + " filter.");
  }
  const std::size_t filters = message(bytes, header_of_entry(bytes, 2), kFilters);
  ASSERT_EQ(bytes[filters + 8], H5Z_FILTER_DEFLATE);
  expect_unreadable(with(bytes, filters + 8, 32000, 2), "gzip",
                    "/gzip" + rule + "a user's filter.");
  expect_unreadable(with(bytes, filters + 8, 4, 2), "gzip", "/gzip" + rule + "szip filter.");
}

// 33

TEST_F(HostileHdf5, DataThatIsSomewhereElse) {
  const std::size_t address = message(sound_, header_, kLayout) + 2;
  expect_refused(with(sound_, address, sound_.size() - 8, 8),
                 "/x: the elements must lie within the file's 2064 bytes. Received: 16 bytes at "
                 "byte 2056.");
  expect_refused(with(sound_, address, ~1ull, 8),
                 "/x: the elements must lie within the file's 2064 bytes. Received: 16 bytes at "
                 "byte 18446744073709551614.");
  expect_refused(with(sound_, address + 8, 1ull << 63, 8),
                 "/x: the elements must lie within the file's 2064 bytes. Received: "
                 "9223372036854775808 bytes at byte 2048.");
  expect_refused(with(sound_, address, 100, 8),
                 "/x: the elements must not share bytes with other parts of the file. Received: "
                 "bytes 100 to 116, and the object header at bytes 96 to 136.");
}

TEST_F(HostileHdf5, DataThatTwoDatasetsShare) {
  LibraryFile made;
  made.dataset("x", {4}, H5T_IEEE_F32LE, {1, 2, 3, 4});
  made.dataset("y", {4}, H5T_IEEE_F32LE, {1, 2, 3, 4});
  const Bytes bytes = made.finish();
  const std::size_t first = message(bytes, header_of_entry(bytes, 0), kLayout) + 2;
  const std::size_t second = message(bytes, header_of_entry(bytes, 1), kLayout) + 2;
  EXPECT_THAT([&] { OpenFile file(with(bytes, second, number(bytes, first, 8) + 12, 8)); },
              ::testing::ThrowsMessage<IoError>(::testing::StartsWith(
                  "load_weights: a.h5/y: the elements must not share bytes with other parts of the "
                  "file. Received: ")));
}

TEST_F(HostileHdf5, LayoutsThatAreNone) {
  const std::size_t layout = message(sound_, header_, kLayout);
  expect_refused(with(sound_, layout, 2, 1),
                 "/x: the layout message must be of a version from 3 to 5. Received: 2, at byte "
                 "905.");
  expect_refused(with(sound_, layout + 1, 4, 1),
                 "/x: the layout message must be of a known kind. Received: 4, at byte 906.");
  expect_unreadable(with(sound_, layout + 8 + 2, 12, 8), "x",
                    "/x: the stored elements must take the 16 bytes that shape and type say. "
                    "Received: 12.");
}

// 34

TEST(HostileHdf5Links, ThatLeadElsewhere) {
  const auto made_with = [](Hdf5Format format, const auto& make) {
    LibraryFile made(format);
    made.dataset("x", {1}, H5T_IEEE_F32LE, {1});
    make(made.id());
    return made.finish();
  };
  for (const Hdf5Format format : {Hdf5Format::kSuperblock0, Hdf5Format::kSuperblock3}) {
    const Bytes soft = made_with(
        format, [](hid_t file) { H5Lcreate_soft("/x", file, "link", H5P_DEFAULT, H5P_DEFAULT); });
    const Bytes external = made_with(format, [](hid_t file) {
      H5Lcreate_external("/etc/passwd", "/x", file, "link", H5P_DEFAULT, H5P_DEFAULT);
    });
    const std::string text = "/link: the object must be in ";
    expect_unreadable(soft, "link", text + "the group itself. Received: a soft link.");
    expect_unreadable(external, "link", text + "this file. Received: an external link.");
    for (const Bytes& bytes : {soft, external}) {
      OpenFile file(bytes);
      EXPECT_EQ(file.hdf5.read("x").size(), 1);
      EXPECT_THROW(file.hdf5.entries("/"), IoError);
      EXPECT_THROW(file.hdf5.kind("link"), IoError);
      EXPECT_FALSE(file.hdf5.has("link/x"));
    }
  }
}

TEST(HostileHdf5Links, OfAUsersKind) {
  LibraryFile made(Hdf5Format::kSuperblock3);
  H5Lcreate_external("o.h5", "/x", made.id(), "link", H5P_DEFAULT, H5P_DEFAULT);
  Bytes bytes = made.finish();
  const std::size_t kind = bytes.find("link") - 2;
  ASSERT_EQ(bytes[kind], 64);
  expect_unreadable(with(bytes, kind, 200, 1), "link",
                    "/link: the object must be in this file. Received: a user-defined link.");
}

TEST(HostileHdf5Links, ToDataInOtherFiles) {
  LibraryFile made;
  const hid_t external = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(external, "/etc/passwd", 0, 16);
  const hsize_t extent = 4;
  const hid_t space = H5Screate_simple(1, &extent, nullptr);
  made.empty_dataset("x", space, H5T_IEEE_F32LE, external);
  H5Pclose(external);
  expect_unreadable(made.finish(), "x",
                    "/x: the object must be stored in this file. Received: external files.");

  H5Sclose(space);
}

TEST(HostileHdf5Links, ToDataOfVirtualDatasets) {
  const hsize_t extent = 4;
  const hid_t space = H5Screate_simple(1, &extent, nullptr);
  const hid_t shown = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_virtual(shown, space, "/etc/passwd", "/x", space);
  LibraryFile made(Hdf5Format::kSuperblock3);
  made.empty_dataset("x", space, H5T_IEEE_F32LE, shown);
  H5Pclose(shown);
  H5Sclose(space);
  expect_unreadable(made.finish(), "x",
                    "/x: the elements must be stored in this dataset. Received: a virtual dataset, "
                    "which shows other files' elements.");
}

TEST(HostileHdf5Links, InFractalHeaps) {
  LibraryFile made(Hdf5Format::kSuperblock3);
  for (int i = 0; i < 20; ++i) {
    made.group("g/" + std::to_string(i));
    made.text("/", std::to_string(i), "x");
  }
  OpenFile file(made.finish());
  EXPECT_THAT(
      [&] { file.hdf5.entries("g"); },
      Raises<IoError>("load_weights: a.h5/g: the object must list its entries in its header "
                      "or a symbol table. Received: a fractal heap."));
  EXPECT_THAT([&] { file.hdf5.texts("", "0"); },
              Raises<IoError>("load_weights: a.h5: the attributes must be in the object's header. "
                              "Received: a fractal heap."));
}

// 35

void expect_no_texts(const Bytes& bytes, const std::string& rule) {
  OpenFile file(bytes);
  EXPECT_THAT([&] { file.hdf5.texts("", "weight_names"); },
              Raises<IoError>("load_weights: a.h5: " + rule));
}

TEST(HostileHdf5Texts, ThatAreNone) {
  LibraryFile made;
  made.integers("/", "weight_names", H5T_STD_I64LE, {1});
  expect_no_texts(made.finish(), "attribute 'weight_names' must hold strings. Received: int64.");
}

TEST(HostileHdf5Texts, WithNul) {
  LibraryFile fixed;
  fixed.fixed_texts("/", "weight_names", 8, H5T_STR_NULLPAD, {"kernel", "bias"});
  Bytes bytes = fixed.finish();
  bytes[bytes.find("kernel") + 2] = '\0';
  expect_no_texts(bytes,
                  "attribute 'weight_names' must hold strings without NUL. Received: "
                  "'ke?nel'.");
}

class HostileHdf5Heap : public ::testing::Test {
 protected:
  HostileHdf5Heap() {
    LibraryFile made;
    made.texts("/", "weight_names", {"kernel", "bias"});
    sound_ = made.finish();
    heap_ = sound_.find("GCOL");
    // The references follow the attribute's type and shape, at the end of the message.
    const std::size_t attribute = message(
        sound_, number(sound_, 64, 8) == kRootHeader ? continued() : kRootHeader, kAttribute);
    references_ = attribute + number(sound_, attribute - 6, 2) - 32;
  }

  // As if a header began where the root's continuation does: 16 bytes before its first message.
  std::size_t continued() const {
    return number(sound_, message(sound_, kRootHeader, 0x10), 8) - 16;
  }

  Bytes sound_;
  std::size_t heap_;
  std::size_t references_;
};

TEST_F(HostileHdf5Heap, WithNul) {
  expect_no_texts(with(sound_, sound_.find("kernel") + 2, 0, 1),
                  "attribute 'weight_names' must hold strings without NUL. Received: 'ke?nel'.");
}

TEST_F(HostileHdf5Heap, Oversized) {
  expect_no_texts(with(sound_, references_, 0xFFFFFFFF, 4),
                  "a string must lie within its 6 bytes of the global heap. Received: 4294967295 "
                  "bytes.");
  expect_no_texts(with(sound_, heap_ + 16 + 8, ~0ull, 8),
                  "the global heap must end within its block. Received: 18446744073709551615 more "
                  "bytes, with 4064 left, at byte " +
                      std::to_string(heap_ + 32) + ".");
  expect_no_texts(with(sound_, heap_ + 8, 1ull << 40, 8),
                  "the global heap must lie within the file's " + std::to_string(sound_.size()) +
                      " bytes. Received: 1099511627776 bytes at byte " + std::to_string(heap_) +
                      ".");
}

TEST_F(HostileHdf5Heap, Elsewhere) {
  expect_no_texts(with(sound_, references_ + 4, kRootHeader, 8),
                  "the global heap must begin with 'GCOL'. Received: other bytes at 96.");
  expect_no_texts(with(sound_, references_ + 12, 77, 4),
                  "a string must be in its global heap. Received: index 77 in the heap at byte " +
                      std::to_string(heap_) + ".");
  expect_no_texts(with(sound_, heap_ + 40, 1, 2),
                  "the global heap must use each index once. Received: 1 twice, at byte " +
                      std::to_string(heap_ + 64) + ".");
}

TEST_F(HostileHdf5Heap, InsideOfOtherParts) {
  // A collection that begins in the middle of the first one.
  Bytes bytes = sound_;
  bytes.replace(heap_ + 512, 16, sound_.substr(heap_, 8) + little_endian(64, 8));
  bytes = with(bytes, references_ + 16 + 4, heap_ + 512, 8);
  const std::string inner = std::to_string(heap_ + 512) + " to " + std::to_string(heap_ + 576);
  expect_no_texts(bytes,
                  "the global heap must not share bytes with other parts of the file. "
                  "Received: bytes " +
                      inner + ", and the global heap at bytes " + std::to_string(heap_) + " to " +
                      std::to_string(heap_ + 4096) + ".");
}

// 48: many references to one long string.
TEST(HostileHdf5Texts, BeyondTheBudget) {
  LibraryFile made;
  constexpr std::size_t kCount = 2000;
  made.texts("/", "weight_names", std::vector<std::string>(kCount, std::string(600, 'n')));
  made.text("/", "long", std::string(1 << 20, 'x'));
  Bytes bytes = made.finish();
  const std::size_t heap = bytes.rfind("GCOL");
  for (std::size_t at = bytes.find(little_endian(600, 4) + little_endian(bytes.find("GCOL"), 8));
       number(bytes, at, 4) == 600; at += 16) {
    bytes.replace(at, 16, little_endian(1 << 20, 4) + little_endian(heap, 8) + little_endian(1, 4));
  }
  OpenFile file(bytes);
  EXPECT_THAT([&] { file.hdf5.texts("", "weight_names"); },
              ::testing::ThrowsMessage<IoError>(::testing::StartsWith(
                  "load_weights: a.h5: the strings must fit the memory limit of ")));
}

// 36

TEST_F(HostileHdf5, HeadersThatLie) {
  const std::size_t first = header_ + 16;  // its first message
  expect_refused(with(sound_, first + 2, 0xFFFF, 2),
                 "/x: the object header must end within its block. Received: 65535 more bytes, "
                 "with 248 left, at byte 824.");
  expect_refused(with(sound_, header_ + 8, 0xFFFFFFFF, 4),
                 "/x: the object header must lie within the file's 2064 bytes. Received: "
                 "4294967311 bytes at byte 800.");
  expect_refused(with(sound_, header_, 3, 1),
                 "/x: the object header must begin with 'OHDR'. Received: other bytes at 800.");
  expect_refused(with(with(sound_, first, 0x30, 2), first + 4, 0x80, 1),
                 "/x: the object header must have no unknown messages that a reader must "
                 "understand. Received: 0x30, at byte 821.");
  const std::size_t type = message(sound_, header_, kDatatype) - 8;
  expect_refused(with(sound_, type, kDataspace, 2),
                 "/x: an object must have one message of a type. Received: two of type 1.");
  expect_refused(with(sound_, type, kLayout, 2),
                 "/x: an object must be one group or one dataset. "
                 "Received: more in one header.");
}

TEST_F(HostileHdf5, HeadersThatContinueInThemselves) {
  const std::size_t first = header_ + 16;
  const auto continued = [&](std::uint64_t address, std::uint64_t size) {
    return with(with(with(sound_, first, 0x10, 2), first + 8, address, 8), first + 16, size, 8);
  };
  const std::string text = "/x: the object header's continuation must ";
  expect_refused(continued(header_, 64),
                 text +
                     "not share bytes with other parts of the file. Received: bytes 800 to 864, "
                     "and the object header at bytes 800 to 1072.");
  expect_refused(continued(sound_.size(), 64),
                 text + "lie within the file's 2064 bytes. Received: 64 bytes at byte 2064.");
  expect_refused(continued(64, ~0ull), text +
                                           "lie within the file's 2064 bytes. Received: "
                                           "18446744073709551615 bytes at byte 64.");
}

TEST(HostileHdf5Headers, OfTheNewFormat) {
  LibraryFile made(Hdf5Format::kSuperblock3);
  made.dataset("kernel", {1}, H5T_IEEE_F32LE, {1});
  const Bytes bytes = made.finish();
  const std::size_t root = bytes.find("OHDR");
  expect_refused(with(bytes, root + 4, 3, 1),
                 ": the object header must be of a version from 2 to 2. Received: 3, at byte 53.");
  expect_refused(with(bytes, root + 5, 0xFF, 1),
                 ": the object header must have no unknown flags. Received: 0xff, at byte 54.");
  const std::size_t name = bytes.find("kernel");
  expect_refused(with(bytes, name - 1, 200, 1),
                 ": the link message must end within its block. Received: 200 more bytes, with 14 "
                 "left, at byte " +
                     std::to_string(name) + ".");
}

// 37

TEST(HostileHdf5Data, OfTheFillValueOnly) {
  const hsize_t extents[] = {1 << 20, 1 << 20};
  const hid_t space = H5Screate_simple(2, extents, nullptr);
  const hid_t late = H5Pcreate(H5P_DATASET_CREATE);
  for (const Hdf5Format format : {Hdf5Format::kSuperblock0, Hdf5Format::kSuperblock3}) {
    LibraryFile made(format);
    made.empty_dataset("x", space, H5T_IEEE_F32LE);
    expect_unreadable(made.finish(), "x",
                      "/x: the elements must be stored. Received: 4398046511104 bytes of nothing "
                      "but the fill value.");
  }
  H5Pclose(late);
  H5Sclose(space);
}

// All of them, by chance.

Bytes file_with_a_bit_of_everything(Hdf5Format format) {
  LibraryFile made(format);
  made.dataset("g/x", {2, 2}, H5T_IEEE_F32LE, {1, 2, 3, 4});
  made.dataset("n", {}, H5T_STD_I64BE, {5});
  made.fixed_texts("g", "names", 3, H5T_STR_NULLPAD, {"abc", "d"});
  made.text("/", "name", "model");
  return made.finish();
}

TEST(HostileHdf5Bytes, NeverDoMoreThanRaiseAnError) {
  for (const Hdf5Format format : {Hdf5Format::kSuperblock0, Hdf5Format::kSuperblock3}) {
    Bytes bytes = file_with_a_bit_of_everything(format);
    const Bytes unused(64, '\0');
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      if (bytes.compare(at, unused.size(), unused) == 0) continue;
      const char sound = bytes[at];
      for (const int flip : {0x01, 0x80, 0xFF}) {
        bytes[at] = static_cast<char>(sound ^ flip);
        read_or_refuse([&] {
          OpenFile file(bytes);
          read_everything(file.hdf5);
        });
      }
      bytes[at] = sound;
    }
  }
}

}  // namespace
}  // namespace strata::io
