// Writing zip archives: read back, and compared to the byte with what Python writes.
#include "io/zip_writer.hpp"

#include <sys/resource.h>

#include <csignal>

#include "io/files.hpp"
#include "io/zip_archive.hpp"
#include "strata/core/errors.hpp"
#include "support/children.hpp"
#include "support/matchers.hpp"

namespace strata::io {
namespace {

using namespace strata::testing;  // NOLINT: the tests' own vocabulary

class ZipWriting : public ::testing::Test {
 protected:
  Bytes write(const std::vector<ZipInput>& members, ZipTime modified = {}) const {
    AtomicFile file({"save", folder_.path("a.zip")});
    write_zip(file, members, modified);
    file.commit();
    return read_bytes(folder_.path("a.zip"));
  }
  TemporaryFolder folder_;
};

TEST_F(ZipWriting, KeepsOrderAndContent) {
  const Bytes large(300'000, 'x');
  write({{"b", {as_bytes("one"), as_bytes(""), as_bytes("two")}},
         {"a/ä", {as_bytes(large)}},
         {"empty", {}}});
  const ZipArchive archive({"load", folder_.path("a.zip")});
  const std::vector<std::pair<std::string, Bytes>> expected{
      {"b", "onetwo"}, {"a/ä", large}, {"empty", ""}};
  ASSERT_EQ(archive.entries().size(), 3u);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const ZipEntry& entry = archive.entries()[i];
    EXPECT_EQ(entry.name, expected[i].first);
    EXPECT_FALSE(entry.deflated);
    EXPECT_EQ(archive.read(entry, 1 << 20).text(), expected[i].second);
  }
}

TEST_F(ZipWriting, GivesTheSameBytesEachTime) {
  const std::vector<ZipInput> members{{"config.json", {as_bytes("{}")}}};
  const Bytes bytes = write(members);
  EXPECT_EQ(write(members), bytes);
  EXPECT_NE(write(members, {.date = 41 << 9 | 2 << 5 | 3}), bytes);
}

TEST_F(ZipWriting, NeedsNoZip64ForSmallMembers) {
  const Bytes bytes = write({{"x", {as_bytes("abcd")}}});
  // Local header, name, data; directory entry, name; end record: nothing more.
  EXPECT_EQ(bytes.size(), 30u + 1 + 4 + 46 + 1 + 22);
  EXPECT_EQ(bytes.substr(0, 4), "PK\x03\x04");
  EXPECT_EQ(bytes.substr(6, 8), Bytes("\0\0\0\0\0\0\x21\0", 8)) << "flags, method, time, date";
  EXPECT_EQ(bytes.substr(14, 4), little_endian(crc_of("abcd"), 4));
}

TEST_F(ZipWriting, WritesAnEmptyArchive) { EXPECT_EQ(write({}), "PK\x05\x06" + Bytes(18, '\0')); }

TEST_F(ZipWriting, RefusesNamesThatTheReaderRefuses) {
  EXPECT_THAT(
      [&] {
        write({{"../x", {}}});
      },
      Raises<InvalidArgument>("save: " + folder_.path("a.zip") +
                              ": members must be named by plain relative paths of at most "
                              "255 bytes. Received: '../x'."));
  EXPECT_THAT(
      [&] {
        write({{"x", {}}, {"x", {}}});
      },
      Raises<InvalidArgument>("save: " + folder_.path("a.zip") +
                              ": members must have different names. Received: 'x' twice."));
  EXPECT_TRUE(names_in(folder_.path()).empty());
}

TEST_F(ZipWriting, NamesTheCauseWhereTheFileCannotBeWritten) {
  EXPECT_TRUE(holds_in_child([&] {
    signal(SIGXFSZ, SIG_IGN);  // NOLINT: the write gives an error instead
    const rlimit largest{1000, 1000};
    if (setrlimit(RLIMIT_FSIZE, &largest) != 0) return false;
    try {
      write({{"x", {as_bytes(Bytes(100'000, 'x'))}}});
    } catch (const IoError& error) {
      return error.what() == "save: " + folder_.path("a.zip") +
                                 ": the file can't be written: File too large." &&
             names_in(folder_.path()).empty();
    }
    return false;
  }));
}

}  // namespace
}  // namespace strata::io
