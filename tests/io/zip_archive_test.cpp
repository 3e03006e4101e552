// Zip archives: what writers of all kinds make, and every way in which an archive can lie.
#include "io/zip_archive.hpp"

#include "io/files.hpp"
#include "strata/core/errors.hpp"
#include "support/matchers.hpp"

namespace strata::io {
namespace zip_archive_test {

using namespace strata::testing;  // NOLINT: the tests' own vocabulary

constexpr std::int64_t kPlenty = 1 << 20;

class Zip : public ::testing::Test {
 protected:
  std::string path() const { return folder_.path("a.keras"); }

  /// Reads all members of the archive: name, content.
  std::vector<std::pair<std::string, Bytes>> read(const Bytes& bytes,
                                                  std::int64_t budget = kPlenty) const {
    folder_.write("a.keras", bytes);
    const ZipArchive archive({"load_model", path()}, ZipNames::kDistinctInAnyCase);
    std::vector<std::pair<std::string, Bytes>> members;
    for (const ZipEntry& entry : archive.entries()) {
      members.emplace_back(entry.name, archive.read(entry, budget).text());
    }
    return members;
  }

  void expect_refused(const Bytes& bytes, const std::string& text) const {
    EXPECT_THAT([&] { read(bytes); }, Raises<IoError>("load_model: " + path() + ": " + text));
  }
  void expect_refused(const RawZipMember& member, const std::string& text) const {
    expect_refused(raw_zip({member}), text);
  }
  /// The member `x` is refused when it is read.
  void expect_member_refused(const RawZipMember& member, const std::string& text) const {
    EXPECT_THAT([&] { read(raw_zip({member})); },
                Raises<IoError>("load_model: " + path() + "/x: " + text));
  }
  void expect_text(const Bytes& bytes, const std::string& name, const Bytes& content) const {
    const auto members = read(bytes);
    ASSERT_EQ(members.size(), 1u);
    EXPECT_EQ(members[0].first, name);
    EXPECT_EQ(members[0].second, content);
  }

  TemporaryFolder folder_;
};

const Bytes kText = "abcdabcdabcdabcdabcd";

RawZipMember stored() { return raw_stored("x", "abcd"); }
RawZipMember deflated() { return raw_deflated("x", raw_deflate(kText), kText); }

TEST_F(Zip, ReadsStoredAndDeflatedMembersInTheDirectorysOrder) {
  const auto members = read(raw_zip({stored(), raw_deflated("ä/y", raw_deflate(kText), kText),
                                     raw_stored("assets/", ""), raw_stored("empty", "")}));
  const std::vector<std::pair<std::string, Bytes>> expected{
      {"x", "abcd"}, {"ä/y", kText}, {"assets/", ""}, {"empty", ""}};
  EXPECT_EQ(members, expected);
}

TEST_F(Zip, ReadsAnEmptyArchive) { EXPECT_TRUE(read(raw_zip({})).empty()); }

TEST_F(Zip, ReadsWhatLibzipWrites) {
  for (const bool packed : {false, true}) {
    const std::string file = write_zip(folder_, "b.zip", {{"x", kText}}, packed);
    expect_text(read_bytes(file), "x", kText);
  }
}

TEST_F(Zip, FindsMembersByName) {
  folder_.write("a.keras", raw_zip({stored(), raw_stored("y", "")}));
  const ZipArchive archive({"load_model", path()});
  ASSERT_NE(archive.find("y"), nullptr);
  EXPECT_EQ(archive.find("y")->name, "y");
  EXPECT_EQ(archive.find("Y"), nullptr);
}

TEST_F(Zip, ReadsWithAComment) {
  RawZipEnd end;
  const Bytes body = raw_zip_body({stored()}, &end);
  end.comment = "hello";
  expect_text(body + raw_zip_end(end), "x", "abcd");
}

TEST_F(Zip, LeavesAnArchiveWithinAnArchiveUnopened) {
  const Bytes inner = raw_zip({raw_stored("../y", "z")});
  expect_text(raw_zip({raw_stored("x", inner)}), "x", inner);
}

// Case 1.
TEST_F(Zip, RefusesWhatIsNoArchiveAndSaysWhatItLooksLike) {
  const std::string rule = "the file must be a zip archive. Received: ";
  expect_refused("<!DOCTYPE html><html>not found</html>", rule + "an HTML page.");
  expect_refused("", rule + "an empty file.");
  expect_refused("P", rule + "other bytes.");
  expect_refused("\x89HDF\r\n\x1a\n and so on", rule + "an HDF5 file.");
  expect_refused("version https://git-lfs.github.com/spec/v1", rule + "a Git LFS pointer.");
  expect_refused("{\"a\": 1}", rule + "JSON.");
  EXPECT_THAT(
      [&] {
        ZipArchive({"load_model", folder_.path()});
      },
      Raises<IoError>("load_model: " + folder_.path() +
                      ": the path must be that of a regular file. Received: a directory."));
}

const std::string kNoEnd =
    "the zip archive must end with its end record. Received: none, as if the file was cut short "
    "or something was appended.";

// Case 2.
TEST_F(Zip, RefusesTruncationAtEveryOffset) {
  for (const Bytes& whole : {raw_zip({stored(), raw_stored("y", "z")}), raw_zip({deflated()})}) {
    for (std::size_t length = 4; length < whole.size(); ++length) {
      expect_refused(whole.substr(0, length), kNoEnd);
    }
  }
}

// Case 3.
TEST_F(Zip, RefusesAnythingAfterTheEndRecord) { expect_refused(raw_zip({stored()}) + "x", kNoEnd); }

TEST_F(Zip, RefusesASecondEndRecordInTheComment) {
  RawZipEnd end;
  const Bytes body = raw_zip_body({stored()}, &end);
  RawZipEnd with_comment = end;
  with_comment.comment = raw_zip_end(end);
  const std::string text = "exactly one end record must end the archive. Received: one at byte " +
                           std::to_string(body.size()) + ", and another in its comment.";
  expect_refused(body + raw_zip_end(with_comment), text);
  with_comment.comment = "PK\x05\x06";  // of which some readers see no more
  expect_refused(body + raw_zip_end(with_comment), text);
}

std::string two_end_records(std::size_t end, std::size_t other) {
  return "exactly one end record must end the archive. Received: one at byte " +
         std::to_string(end) + ", and another at byte " + std::to_string(other) + ".";
}

TEST_F(Zip, RefusesAnEndRecordInTheDirectory) {
  const Bytes named = raw_zip({raw_stored("PK\x05\x06", "abcd")});
  const std::size_t end = named.size() - 22;
  expect_refused(named, two_end_records(end, end - 4));
}

TEST_F(Zip, RefusesAnEndRecordInAMemberThatFindsADirectory) {
  constexpr std::size_t kData = 31;  // of the first member
  RawZipEnd end;
  const Bytes placeholder = raw_zip_end(end);
  const Bytes empty = raw_zip({raw_stored("x", placeholder)});
  expect_refused(empty, two_end_records(empty.size() - 22, kData));
  raw_zip_body({raw_stored("x", placeholder)}, &end);
  const Bytes same = raw_zip({raw_stored("x", raw_zip_end(end))});
  expect_refused(same, two_end_records(same.size() - 22, kData));
}

TEST_F(Zip, ReadsAnArchiveThatHoldsAnother) {
  const Bytes inner = raw_zip({stored(), raw_stored("y", "z")});
  expect_text(raw_zip({raw_stored("x", inner)}), "x", inner);
}

TEST_F(Zip, RefusesTwoEndRecordsThatBothEndTheFile) {
  RawZipEnd end;
  const Bytes inner_body = raw_zip_body({raw_stored("y", "z")}, &end);
  end.comment = Bytes(200, ' ');
  Bytes inner = inner_body + raw_zip_end(end);
  inner.resize(inner.size() - 200);  // the comment is the rest of the outer archive
  Bytes outer = raw_zip({raw_stored("x", inner)});
  const std::size_t at = 31 + inner_body.size();
  const Bytes rest = little_endian(outer.size() - at - 22, 2);
  outer.replace(at + 20, 2, rest);
  outer.replace(14, 4, little_endian(crc_of(outer.substr(31, inner.size())), 4));
  const std::size_t directory = 31 + inner.size();
  outer.replace(directory + 16, 4, outer.substr(14, 4));
  expect_refused(outer, "exactly one end record must end the archive. Received: one at byte " +
                            std::to_string(at) + ", and another in its comment.");
}

/// The zip64 end record and its locator for this end record, which then says "see there".
Bytes zip64_end(const RawZipEnd& end, std::uint64_t at) {
  return "PK\x06\x06" + little_endian(44, 8) + little_endian(45, 2) + little_endian(45, 2) +
         Bytes(8, '\0') + little_endian(end.entries, 8) + little_endian(end.entries, 8) +
         little_endian(end.size, 8) + little_endian(end.offset, 8) + "PK\x06\x07" + Bytes(4, '\0') +
         little_endian(at, 8) + little_endian(1, 4);
}

class Zip64 : public Zip {
 protected:
  Zip64() {
    body_ = raw_zip_body({stored()}, &end_);
    end_.zip64 = zip64_end(end_, body_.size());
  }
  Bytes whole() const { return body_ + raw_zip_end(end_); }

  Bytes body_;
  RawZipEnd end_;
};

TEST_F(Zip64, IsReadWhereNumbersAreLeftToIt) {
  expect_text(whole(), "x", "abcd");
  end_.entries = 0xFFFF;
  end_.size = end_.offset = 0xFFFFFFFF;
  expect_text(whole(), "x", "abcd");
}

TEST_F(Zip64, MustAgreeWithTheEndRecord) {
  end_.size -= 1;
  expect_refused(whole(), "the end records must agree on the central directory's size. Received: " +
                              std::to_string(end_.size) + " and " + std::to_string(end_.size + 1) +
                              ".");
}

TEST_F(Zip64, MustComeRightBeforeItsLocator) {
  end_.zip64.replace(56 + 8, 8, little_endian(0x7FFFFFFFFFFFFFFF, 8));
  expect_refused(whole(), "the zip64 end record must come right before its locator, at byte " +
                              std::to_string(body_.size()) +
                              ". Received: one at byte 9223372036854775807.");
}

TEST_F(Zip64, MustHaveNumbersThatFitTheFile) {
  const RawZipEnd right = end_;
  end_.offset = 0xFFFFFFFF;
  end_.zip64.replace(48, 8, little_endian(0xFFFFFFFFFFFFFFFF, 8));
  expect_refused(whole(), "the central directory must end at byte " + std::to_string(body_.size()) +
                              ", where the end record begins. Received: " +
                              std::to_string(end_.size) + " bytes at byte 18446744073709551615.");
  end_ = right;
  end_.entries = 0xFFFF;
  end_.zip64.replace(24, 8, little_endian(std::uint64_t{1} << 60, 8));
  end_.zip64.replace(32, 8, little_endian(std::uint64_t{1} << 60, 8));
  expect_refused(whole(),
                 "the central directory must have room for its 1152921504606846976 members. "
                 "Received: 47 bytes.");
}

TEST_F(Zip64, MustBeARecordOfTheKnownLength) {
  end_.zip64.replace(4, 8, little_endian(45, 8));
  expect_refused(whole(), "the zip64 end record must be one of 44 bytes. Received: 45 at byte " +
                              std::to_string(body_.size()) + ".");
}

TEST_F(Zip64, MustNotBeFoundFromAMember) {
  RawZipEnd hidden;
  hidden.entries = 1;
  hidden.offset = 0x7FFFFFFF;
  hidden.size = 47;
  expect_text(raw_zip({raw_stored("x", raw_zip_end(hidden))}), "x", raw_zip_end(hidden));
  constexpr std::size_t kRecord = 56;  // the locator comes after it
  const auto member = [&](std::size_t record) {
    hidden.zip64 = zip64_end(hidden, record).substr(kRecord);
    return raw_stored("x", raw_zip_end(hidden));
  };
  const std::size_t at = raw_zip_body({member(0)}).size();
  body_ = raw_zip_body({member(at)}, &end_);
  end_.zip64 = zip64_end(end_, at);
  expect_refused(whole(), two_end_records(at + kRecord + 20, 31 + 20));
}

TEST_F(Zip, RefusesADirectoryThatIsElsewhere) {
  RawZipEnd end;
  const Bytes body = raw_zip_body({stored()}, &end);
  ++end.offset;
  expect_refused(body + raw_zip_end(end), "the central directory must end at byte " +
                                              std::to_string(body.size()) +
                                              ", where the end record begins. Received: 47 bytes "
                                              "at byte 36.");
}

TEST_F(Zip, RefusesArchivesOfSeveralDisks) {
  RawZipEnd end;
  const Bytes body = raw_zip_body({stored()}, &end);
  end.disk = 1;
  expect_refused(body + raw_zip_end(end),
                 "the archive must be in one file. Received: disk 1 and 1.");
}

// Case 4.
TEST_F(Zip, RefusesALocalHeaderThatDisagrees) {
  const std::string rule = "the local header of 'x' must agree with the central directory: ";
  RawZipMember member = stored();
  member.local.name = "y";
  expect_refused(member,
                 "the local header of 'x' must have the name that the central directory has. "
                 "Received: 'y'.");
  member.local.name = "xy";
  expect_refused(member, rule + "length of the name 1. Received: 2.");
  member = stored();
  member.local.method = 8;
  expect_refused(member, rule + "method 0. Received: 8.");
  member = stored();
  member.local.flags = 2;
  expect_refused(member, rule + "flags 0. Received: 2.");
  member = stored();
  member.local.size = 5;
  expect_refused(member, rule + "size 4. Received: 5.");
  member = stored();
  member.local.packed = 3;
  expect_refused(member, rule + "packed size 4. Received: 3.");
  member = stored();
  member.local.crc = 0;
  expect_refused(member, rule + "CRC-32 " + std::to_string(member.crc) + ". Received: 0.");
}

TEST_F(Zip, RefusesAMemberWithoutALocalHeader) {
  RawZipMember member = stored();
  member.offset = 1;
  expect_refused(member,
                 "the local header of 'x' must agree with the central directory: signature "
                 "67324752. Received: 335807307.");
}

// Case 5.
TEST_F(Zip, RefusesACountThatLies) {
  RawZipEnd end;
  const Bytes body = raw_zip_body({stored(), raw_stored("y", "z")}, &end);
  end.entries = 1;
  expect_refused(body + raw_zip_end(end),
                 "the central directory must hold its 1 members alone. Received: 47 more bytes.");
  end.entries = 3;
  expect_refused(body + raw_zip_end(end),
                 "the central directory must have room for its 3 members. Received: 94 bytes.");
  RawZipEnd long_names;
  const Bytes body_of_one = raw_zip_body({raw_stored(Bytes(60, 'n'), "z")}, &long_names);
  long_names.entries = 2;
  expect_refused(body_of_one + raw_zip_end(long_names),
                 "the central directory must hold 2 members. Received: 1.");
}

// Case 6.
TEST_F(Zip, RefusesMembersThatOverlap) {
  RawZipMember first = raw_stored("x", Bytes(100, 'a'));
  const RawZipMember inner = raw_stored("y", "z");
  const Bytes hidden = raw_zip_body({inner}).substr(0, 32);
  first.data.replace(10, hidden.size(), hidden);
  first.crc = first.local.crc = crc_of(first.data);
  RawZipMember second = inner;
  second.offset = static_cast<std::uint32_t>(-(131 - 41));  // into the first one's data
  expect_refused(raw_zip({first, second}),
                 "members must not overlap. Received: 'y', which begins at byte 41, before the end "
                 "of 'x' at byte 131.");
  RawZipMember twin = stored();
  twin.offset = static_cast<std::uint32_t>(-35);
  twin.name = "y";
  expect_refused(raw_zip({stored(), twin}),
                 "members must not overlap. Received: 'y', which begins at byte 0, before the end "
                 "of 'x' at byte 35.");
}

TEST_F(Zip, RefusesAMemberThatReachesIntoTheDirectory) {
  RawZipMember member = stored();
  member.packed = member.size = member.local.packed = member.local.size = 10;
  expect_refused(member,
                 "members must come before the central directory. Received: 'x', which ends at "
                 "byte 41.");
  member = stored();
  member.offset = 20;
  expect_refused(member,
                 "members must come before the central directory. Received: 'x' at byte 20.");
}

// Case 7.
TEST_F(Zip, RefusesSizesThatLie) {
  RawZipMember member = stored();
  member.size = member.local.size = 5;
  expect_refused(member, "members must fit the file. Received: 'x', 5 bytes packed in 4.");
  member = deflated();
  member.size = member.local.size = 19;
  expect_member_refused(member, "the member must unpack to 19 bytes. Received: more.");
  member.size = member.local.size = 21;
  expect_member_refused(member, "the member must unpack to 21 bytes. Received: 20, then the end.");
}

TEST_F(Zip, RefusesAnotherCrc) {
  RawZipMember member = stored();
  member.crc = member.local.crc = 7;
  expect_member_refused(member, "the member's CRC-32 must be 0x00000007. Received: 0xed82cd11.");
}

// Case 8.
TEST_F(Zip, RefusesWhatNoDeflateCanHold) {
  RawZipMember member = deflated();
  member.size = member.local.size = 1'000'000;
  expect_refused(member, "members must fit the file. Received: 'x', 1000000 bytes packed in " +
                             std::to_string(member.packed) + ".");
}

TEST_F(Zip, RefusesMoreThanTheBudget) {
  const Bytes zeros(2 << 20, '\0');
  expect_member_refused(raw_deflated("x", raw_deflate(zeros), zeros),
                        "the member must fit the memory limit of 1048576 bytes. Received: 2097152 "
                        "bytes.");
  const auto members = read(raw_zip({raw_deflated("x", raw_deflate(zeros), zeros)}), 2 << 20);
  EXPECT_EQ(members.at(0).second, zeros);
}

// Case 9.
TEST_F(Zip, RefusesNamesThatAreNoPlainPaths) {
  for (const Bytes& name :
       {Bytes("../x"), Bytes("/x"), Bytes("a/../../x"), Bytes("a\\x"), Bytes("C:x"), Bytes("\xFF"),
        Bytes("\xC0\xAF"), Bytes("\xED\xA0\x80"), Bytes(), Bytes(256, 'n')}) {
    EXPECT_THAT([&] { read(raw_zip({raw_stored(name, "a")})); },
                ::testing::ThrowsMessage<IoError>(::testing::HasSubstr(
                    "members must have plain names. Received: '" + name.substr(0, 80) + "'.")));
  }
  expect_refused(raw_stored(Bytes("a\0b", 3), "a"),
                 "members must have plain names. Received: 'a?b'.");
}

TEST_F(Zip, RefusesNamesThatDifferInCaseAlone) {
  const std::string rule = "members must have different names, whatever their case. Received: ";
  expect_refused(raw_zip({stored(), stored()}), rule + "'x' twice.");
  expect_refused(raw_zip({stored(), raw_stored("X", "z")}), rule + "'X' twice.");
}

TEST_F(Zip, TakesNamesThatDifferInCaseWhereTheyMay) {
  folder_.write("a.keras", raw_zip({stored(), raw_stored("X", "z")}));
  EXPECT_EQ(ZipArchive({"read_npz", path()}).entries().size(), 2u);
  folder_.write("a.keras", raw_zip({stored(), stored()}));
  EXPECT_THAT(
      [&] {
        ZipArchive({"read_npz", path()});
      },
      Raises<IoError>("read_npz: " + path() +
                      ": members must have different names. Received: 'x' twice."));
}

TEST_F(Zip, RefusesLinksAndDevices) {
  RawZipMember member = stored();
  member.system = 3;
  member.attributes = 0xA1FF0000;
  expect_refused(member, "members must be regular files. Received: 'x', a symbolic link.");
  member.attributes = 0x61B00000;
  expect_refused(member,
                 "members must be regular files. Received: 'x', a device or another special file.");
  member.attributes = 0x81A40000;
  expect_text(raw_zip({member}), "x", "abcd");
}

// Case 10.
TEST_F(Zip, RefusesEncryptedMembers) {
  for (const unsigned flag : {1u, 1u << 6, 1u << 13}) {
    RawZipMember member = stored();
    member.flags = member.local.flags = flag;
    expect_refused(member, "members must not be encrypted. Received: 'x', which is.");
  }
}

TEST_F(Zip, RefusesOtherMethods) {
  for (const unsigned method : {1u, 9u, 12u, 14u, 93u, 99u}) {
    RawZipMember member = stored();
    member.method = member.local.method = method;
    expect_refused(member, "members must be stored or deflated. Received: 'x', packed by method " +
                               std::to_string(method) + ".");
  }
}

RawZipMember described(RawZipMember member, const Bytes& descriptor) {
  member.flags = member.local.flags = 8;
  member.local.crc = member.local.packed = member.local.size = 0;
  member.descriptor = descriptor;
  return member;
}

TEST_F(Zip, ReadsMembersWithARightDescriptor) {
  const RawZipMember member = deflated();
  for (const int width : {4, 8}) {
    for (const Bytes& signature : {Bytes(), Bytes("PK\x07\x08")}) {
      const Bytes descriptor = signature + little_endian(member.crc, 4) +
                               little_endian(member.packed, width) +
                               little_endian(member.size, width);
      expect_text(raw_zip({described(member, descriptor)}), "x", kText);
    }
  }
}

TEST_F(Zip, RefusesAWrongDescriptor) {
  const RawZipMember member = deflated();
  const Bytes right = "PK\x07\x08" + little_endian(member.crc, 4) +
                      little_endian(member.packed, 4) + little_endian(member.size, 4);
  const std::string text =
      "the data descriptor of 'x' must repeat its CRC-32 and sizes. Received: others.";
  for (std::size_t at = 4; at < right.size(); ++at) {
    Bytes wrong = right;
    wrong[at] = static_cast<char>(wrong[at] ^ 1);
    expect_refused(described(member, wrong), text);
  }
  expect_refused(described(member, ""), text);
}

TEST_F(Zip, ReadsZip64FieldsAsPythonWritesThem) {
  RawZipMember member = stored();
  member.local.extra =
      little_endian(1, 2) + little_endian(16, 2) + little_endian(4, 8) + little_endian(4, 8);
  expect_text(raw_zip({member}), "x", "abcd");  // before Python 3.12
  member.local.packed = member.local.size = 0xFFFFFFFF;
  expect_text(raw_zip({member}), "x", "abcd");
}

TEST_F(Zip, ReadsZip64FieldsOfTheDirectory) {
  RawZipMember member = stored();
  member.size = member.packed = 0xFFFFFFFF;
  member.extra =
      little_endian(1, 2) + little_endian(16, 2) + little_endian(4, 8) + little_endian(4, 8);
  expect_text(raw_zip({member}), "x", "abcd");
}

TEST_F(Zip, RefusesZip64FieldsThatLie) {
  const std::string text =
      "the zip64 field of a member must hold the numbers that the header leaves to it. Received: "
      "another one of 'x'.";
  const Bytes field =
      little_endian(1, 2) + little_endian(16, 2) + little_endian(4, 8) + little_endian(4, 8);
  RawZipMember member = stored();
  member.extra = field;  // nothing is left to it
  expect_refused(member, text);
  member = stored();
  member.size = 0xFFFFFFFF;  // and no field
  expect_refused(member, text);
  member = stored();
  member.local.extra = field;
  member.local.extra[4] = 5;
  expect_refused(member, text);
  member.local.extra = field + field;
  expect_refused(member, "a member must have one zip64 field. Received: two of 'x'.");
  member.local.extra = field.substr(0, 19);
  expect_refused(member, "extra fields must end with their header. Received: longer ones of 'x'.");
}

// Case 11.
TEST_F(Zip, RefusesDamagedDeflateWithItsOffset) {
  const auto damaged = [](const Bytes& packed) { return raw_deflated("x", packed, kText); };
  expect_member_refused(damaged("\x07"),
                        "the deflated data must be sound. Received: invalid block type before "
                        "byte 32.");
  expect_member_refused(damaged(Bytes("\xfd\xff\xff\xff", 4)),
                        "the deflated data must be sound. Received: too many length or distance "
                        "symbols before byte 34.");
  expect_member_refused(damaged(Bytes("\x05\x00\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12)),
                        "the deflated data must be sound. Received: invalid code lengths set "
                        "before byte 35.");
  expect_member_refused(damaged(Bytes("\x03\x02\x00", 3)),
                        "the deflated data must be sound. Received: invalid distance too far back "
                        "before byte 33.");
  const Bytes whole = raw_deflate(kText);
  expect_member_refused(damaged(whole.substr(0, whole.size() - 1)),
                        "the deflated data must be complete. Received: the end of the member, at "
                        "byte " +
                            std::to_string(30 + whole.size()) + ".");
  expect_member_refused(damaged(whole + "z"),
                        "the deflated data must end with the member. Received: more bytes after "
                        "byte " +
                            std::to_string(31 + whole.size()) + ".");
}

TEST_F(Zip, RefusesOrReadsEveryFlippedBit) {
  for (const RawZipMember& member : {stored(), deflated()}) {
    const Bytes whole = raw_zip({member});
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
      Bytes flipped = whole;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
      try {
        for (const auto& [name, text] : read(flipped)) {
          EXPECT_TRUE(text == "abcd" || text == kText) << bit;
        }
      } catch (const IoError&) {
      }
    }
  }
}

TEST_F(Zip, TakesTimeInProportionToItsMembers) {
  std::vector<RawZipMember> members;
  for (int i = 0; i < 20'000; ++i) members.push_back(raw_stored("m" + std::to_string(i), "a"));
  folder_.write("a.keras", raw_zip(members));
  const ZipArchive archive({"load_model", path()});
  for (const RawZipMember& member : members) ASSERT_NE(archive.find(member.name), nullptr);
}

}  // namespace zip_archive_test
}  // namespace strata::io
