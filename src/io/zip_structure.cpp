// Reads the records of a zip archive. See APPNOTE.TXT of PKWARE, sections 4.3 to 4.5.
#include "io/zip_structure.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <unordered_set>

#include "core/ascii.hpp"

namespace strata::io {
namespace zip_records {  // other formats have headers and members too
namespace {

using Bytes = std::vector<unsigned char>;
using View = std::span<const unsigned char>;

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kDirectoryEntry = 0x02014b50;
constexpr std::uint32_t kEndRecord = 0x06054b50;
constexpr std::uint32_t kEndRecord64 = 0x06064b50;
constexpr std::uint32_t kEndLocator64 = 0x07064b50;
constexpr std::uint32_t kDescriptor = 0x08074b50;
constexpr std::int64_t kLocalHeaderSize = 30;
constexpr std::int64_t kDirectoryEntrySize = 46;
constexpr std::int64_t kEndRecordSize = 22;
constexpr std::int64_t kEndRecord64Size = 56;
constexpr std::int64_t kEndLocator64Size = 20;
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;  // the number is in the zip64 field
constexpr std::uint16_t kIn64Short = 0xFFFF;
constexpr std::uint16_t kZip64Field = 1;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr unsigned kHasDescriptor = 1 << 3;
constexpr unsigned kEncrypted = 1 << 0 | 1 << 6 | 1 << 13;
constexpr unsigned kPatch = 1 << 5;

/// The little-endian number at an offset that the caller knows to be within.
template <class T>
T number_at(View bytes, std::size_t offset) {
  T value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) value = static_cast<T>(value << 8 | bytes[offset + i]);
  return value;
}
constexpr auto u16 = number_at<std::uint16_t>;
constexpr auto u32 = number_at<std::uint32_t>;
constexpr auto u64 = number_at<std::uint64_t>;

std::string_view text_of(View bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes bytes_at(const InputFile& file, std::int64_t offset, std::int64_t size) {
  Bytes bytes(static_cast<std::size_t>(size));
  file.read_at(offset, bytes);
  return bytes;
}

/// Where the central directory is.
struct Directory {
  std::int64_t offset;
  std::int64_t size;
  std::int64_t entries;
};

/// The end record, which may be followed by a comment of up to 65,535 bytes. The last 20 bytes
/// before it are those of the locator of a zip64 record, if there is one. Other readers look for it in
/// as many bytes at the file's end, and may choose another one there.
class EndOfArchive {
 public:
  explicit EndOfArchive(const InputFile& file) : file_(file), origin_(file.origin()) {
    const std::int64_t longest = kEndLocator64Size + kEndRecordSize + UINT16_MAX;
    begin_ = std::max<std::int64_t>(0, file.size() - longest);
    tail_ = bytes_at(file, begin_, file.size() - begin_);
  }

  Directory directory() const {
    const std::int64_t end = find_record();
    const View record = record_at(end);
    std::uint64_t entries = u16(record, 10);
    std::uint64_t size = u32(record, 12);
    std::uint64_t offset = u32(record, 16);
    check_one_disk(u16(record, 4), u16(record, 6));
    check_agree("the number of members", u16(record, 8), entries);
    std::int64_t directory_end = end;
    if (const auto record64 = find_record64(end)) {
      directory_end = record64->offset;
      const View bytes(record64->bytes);
      check_one_disk(u32(bytes, 16), u32(bytes, 20));
      check_agree("the number of members", u64(bytes, 24), u64(bytes, 32));
      entries = agreed("the number of members", entries, kIn64Short, u64(bytes, 32));
      size = agreed("the central directory's size", size, kIn64, u64(bytes, 40));
      offset = agreed("the central directory's offset", offset, kIn64, u64(bytes, 48));
    }
    origin_.check((CheckedSize(offset) + size).is(directory_end),
                  "the central directory must end at byte {}, where the end record begins. "
                  "Received: {} bytes at byte {}.",
                  directory_end, size, offset);
    origin_.check((CheckedSize(entries) * kDirectoryEntrySize).fits(size),
                  "the central directory must have room for its {} members. Received: {} bytes.",
                  entries, size);
    check_no_other(static_cast<std::int64_t>(offset), end);
    return {static_cast<std::int64_t>(offset), static_cast<std::int64_t>(size),
            static_cast<std::int64_t>(entries)};
  }

 private:
  /// Refuses other end records within the directory, and before it those that a reader may take for
  /// the end. That of an archive within a member counts from where that archive begins, and so finds no
  /// directory here.
  void check_no_other(std::int64_t directory, std::int64_t end) const {
    for (std::int64_t at = begin_; at < end; ++at) {
      if (!is_signature(static_cast<std::size_t>(at - begin_))) continue;
      origin_.check(at < directory && !finds_directory(at),
                    "exactly one end record must end the archive. Received: one at byte {}, and "
                    "another at byte {}.",
                    end, at);
    }
  }

  /// Whether the record at this offset has an empty directory or one that begins with an entry, or a
  /// locator before it that finds a zip64 record.
  bool finds_directory(std::int64_t at) const {
    const auto locator = locator_before(at);
    if (locator && is_at(u64(*locator, 8), kEndRecord64)) return true;
    const View record = record_at(at);
    const bool empty = u16(record, 10) == 0 && u32(record, 12) == 0;
    return empty || is_at(u32(record, 16), kDirectoryEntry);
  }

  bool is_at(std::uint64_t offset, std::uint32_t signature) const {
    constexpr std::uint64_t kSize = 4;
    if (!(CheckedSize(offset) + kSize).fits(file_.size())) return false;
    return u32(bytes_at(file_, static_cast<std::int64_t>(offset), kSize), 0) == signature;
  }

  struct Record64 {
    std::int64_t offset;
    Bytes bytes;
  };

  bool is_signature(std::size_t at) const {
    return tail_[at] == 'P' && tail_[at + 1] == 'K' && tail_[at + 2] == 5 && tail_[at + 3] == 6;
  }

  /// Its offset in the file. The one that ends the file counts, even if others (of an archive
  /// within this one) come before it; but none may follow.
  std::int64_t find_record() const {
    std::optional<std::size_t> found;
    for (std::size_t at = 0; at + 4 <= tail_.size(); ++at) {
      if (!is_signature(at)) continue;
      origin_.check(!found,
                    "exactly one end record must end the archive. Received: one at byte {}, and "
                    "another in its comment.",
                    begin_ + static_cast<std::int64_t>(found.value_or(0)));
      const std::size_t after = at + kEndRecordSize;
      if (after <= tail_.size() && after + u16(tail_, at + 20) == tail_.size()) found = at;
    }
    if (!found) raise_no_record();
    return begin_ + static_cast<std::int64_t>(*found);
  }

  [[noreturn]] void raise_no_record() const {
    const std::string_view kind = apparent_kind(file_);
    origin_.check(kind != "a zip archive" && kind != "an empty zip archive",
                  "the zip archive must end with its end record. Received: none, as if the file "
                  "was cut short or something was appended.");
    origin_.raise("the file must be a zip archive. Received: {}.", kind);
  }

  View record_at(std::int64_t offset) const {
    return View(tail_).subspan(static_cast<std::size_t>(offset - begin_), kEndRecordSize);
  }

  /// The locator of a zip64 record, if there is one right before this end record.
  std::optional<Bytes> locator_before(std::int64_t end) const {
    if (end < kEndLocator64Size) return std::nullopt;
    Bytes locator = bytes_at(file_, end - kEndLocator64Size, kEndLocator64Size);
    if (u32(locator, 0) != kEndLocator64) return std::nullopt;
    return locator;
  }

  std::optional<Record64> find_record64(std::int64_t end) const {
    const auto locator = locator_before(end);
    if (!locator) return std::nullopt;
    const std::uint64_t offset = u64(*locator, 8);
    check_one_disk(u32(*locator, 4), u32(*locator, 16) - 1);
    origin_.check((CheckedSize(offset) + kEndRecord64Size).is(end - kEndLocator64Size),
                  "the zip64 end record must come right before its locator, at byte {}. Received: "
                  "one at byte {}.",
                  end - kEndLocator64Size - kEndRecord64Size, offset);
    Record64 record{static_cast<std::int64_t>(offset), {}};
    record.bytes = bytes_at(file_, record.offset, kEndRecord64Size);
    const std::uint64_t size = u64(record.bytes, 4);
    origin_.check(
        u32(record.bytes, 0) == kEndRecord64 && size == kEndRecord64Size - 12,
        "the zip64 end record must be one of 44 bytes. Received: {} at byte {}.",
        u32(record.bytes, 0) == kEndRecord64 ? CheckedSize(size).text() : "another record", offset);
    return record;
  }

  void check_one_disk(std::uint32_t disk, std::uint32_t directory_disk) const {
    origin_.check(disk == 0 && directory_disk == 0,
                  "the archive must be in one file. Received: disk {} and {}.", disk,
                  directory_disk);
  }

  void check_agree(std::string_view what, std::uint64_t first, std::uint64_t second) const {
    origin_.check(first == second, "the end records must agree on {}. Received: {} and {}.", what,
                  first, second);
  }

  std::uint64_t agreed(std::string_view what, std::uint64_t value, std::uint64_t in_64,
                       std::uint64_t value64) const {
    if (value != in_64) check_agree(what, value, value64);
    return value64;
  }

  const InputFile& file_;
  const Origin& origin_;
  std::int64_t begin_ = 0;
  Bytes tail_;
};

/// What the directory and the local header both say of a member.
struct Header {
  unsigned flags = 0;
  unsigned method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed = 0;
  std::uint64_t size = 0;
};

/// The header fields from the flags on; `offset` differs between the two kinds of header.
Header header_at(View bytes, std::size_t offset) {
  return {u16(bytes, offset), u16(bytes, offset + 2), u32(bytes, offset + 8),
          u32(bytes, offset + 12), u32(bytes, offset + 16)};
}

struct Member {
  ZipEntry entry;
  Header header;
  std::int64_t local_offset = 0;
};

class MemberReader {
 public:
  MemberReader(const InputFile& file, const Directory& directory)
      : file_(file), origin_(file.origin()), directory_(directory) {}

  std::vector<Member> members(ZipNames names) const {
    const Bytes bytes = bytes_at(file_, directory_.offset, directory_.size);
    View left(bytes);
    std::vector<Member> members;
    members.reserve(static_cast<std::size_t>(directory_.entries));
    std::unordered_set<std::string> seen;
    for (std::int64_t i = 0; i < directory_.entries; ++i) {
      members.push_back(next_member(left, i));
      std::string name = members.back().entry.name;
      if (names == ZipNames::kDistinctInAnyCase) {
        std::transform(name.begin(), name.end(), name.begin(), to_lower);
      }
      origin_.check(
          seen.insert(name).second, "members must have different names{}. Received: '{}' twice.",
          names == ZipNames::kDistinct ? "" : ", whatever their case", members.back().entry.name);
    }
    origin_.check(left.empty(),
                  "the central directory must hold its {} members alone. Received: {} more bytes.",
                  directory_.entries, left.size());
    return members;
  }

  /// Compares each with its local header, and finds its data.
  void locate(std::vector<Member>& members) const {
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return members[a].local_offset < members[b].local_offset;
    });
    std::int64_t end = 0;
    std::string_view before;
    for (const std::size_t i : order) {
      origin_.check(members[i].local_offset >= end,
                    "members must not overlap. Received: '{}', which begins at byte {}, before the "
                    "end of '{}' at byte {}.",
                    members[i].entry.name, members[i].local_offset, before, end);
      end = locate(members[i]);
      before = members[i].entry.name;
    }
  }

 private:
  Member next_member(View& left, std::int64_t index) const {
    const bool is_entry = left.size() >= kDirectoryEntrySize && u32(left, 0) == kDirectoryEntry;
    origin_.check(is_entry, "the central directory must hold {} members. Received: {}.",
                  directory_.entries, index);
    const std::size_t name_size = u16(left, 28);
    const std::size_t extra_size = u16(left, 30);
    const std::size_t comment_size = u16(left, 32);
    const std::size_t size = kDirectoryEntrySize + name_size + extra_size + comment_size;
    origin_.check(size <= left.size(),
                  "the central directory must hold {} members. Received: {}, and a part of "
                  "another.",
                  directory_.entries, index);
    Member member{.entry = {.name = std::string(text_of(left.subspan(46, name_size)))},
                  .header = header_at(left, 8)};
    check_kind(member, u16(left, 4) >> 8, u32(left, 38));
    std::uint64_t local_offset = u32(left, 42);
    const View extra = left.subspan(46 + name_size, extra_size);
    take_zip64(member.entry.name, extra, member.header, local_offset);
    origin_.check(u16(left, 34) == 0, "the archive must be in one file. Received: '{}' on disk {}.",
                  member.entry.name, u16(left, 34));
    check_sizes(member);
    origin_.check(CheckedSize(local_offset).fits(directory_.offset),
                  "members must come before the central directory. Received: '{}' at byte {}.",
                  member.entry.name, local_offset);
    member.local_offset = static_cast<std::int64_t>(local_offset);
    left = left.subspan(size);
    return member;
  }

  void check_kind(const Member& member, unsigned system, std::uint32_t attributes) const {
    const std::string& name = member.entry.name;
    origin_.check(is_plain_name(name), "members must have plain names. Received: '{}'.",
                  name.substr(0, 80));
    origin_.check((member.header.flags & kEncrypted) == 0,
                  "members must not be encrypted. Received: '{}', which is.", name);
    const unsigned method = member.header.method;
    origin_.check((method == kStored || method == kDeflated) && (member.header.flags & kPatch) == 0,
                  "members must be stored or deflated. Received: '{}', packed by method {}.", name,
                  method);
    constexpr unsigned kUnix = 3;
    const unsigned type = system == kUnix ? attributes >> 28 : 0;
    constexpr unsigned kRegular = 0x8;
    constexpr unsigned kFolder = 0x4;
    origin_.check(type == 0 || type == kRegular || (type == kFolder && name.ends_with('/')),
                  "members must be regular files. Received: '{}', {}.", name,
                  type == 0xA ? "a symbolic link" : "a device or another special file");
  }

  void check_sizes(const Member& member) const {
    const Header& header = member.header;
    const bool possible =
        CheckedSize(header.packed).fits(directory_.offset) &&
        (header.method == kStored ? header.size == header.packed
                                  : CheckedSize(header.size).fits(INT64_MAX) &&
                                        header.size / kMostDeflated <= header.packed);
    origin_.check(possible, "members must fit the file. Received: '{}', {} bytes packed in {}.",
                  member.entry.name, header.size, header.packed);
  }

  /// The data of the field with this id, if there is one.
  std::optional<View> extra_field(const std::string& name, View extra, std::uint16_t id) const {
    std::optional<View> found;
    while (!extra.empty()) {
      const std::size_t size = extra.size() < 4 ? 0 : u16(extra, 2);
      origin_.check(extra.size() >= 4 + size,
                    "extra fields must end with their header. Received: longer ones of '{}'.",
                    name);
      if (u16(extra, 0) == id) {
        origin_.check(!found, "a member must have one zip64 field. Received: two of '{}'.", name);
        found = extra.subspan(4, size);
      }
      extra = extra.subspan(4 + size);
    }
    return found;
  }

  /// Replaces the numbers that don't fit 32 bits: the field has these alone, in this order.
  void take_zip64(const std::string& name, View extra, Header& header,
                  std::uint64_t& local_offset) const {
    View field = extra_field(name, extra, kZip64Field).value_or(View());
    for (std::uint64_t* number : {&header.size, &header.packed, &local_offset}) {
      if (*number != kIn64) continue;
      check_zip64(name, field.size() >= 8);
      *number = u64(field, 0);
      field = field.subspan(8);
    }
    check_zip64(name, field.empty());
  }

  void check_zip64(const std::string& name, bool holds) const {
    origin_.check(holds,
                  "the zip64 field of a member must hold the numbers that the header leaves to it. "
                  "Received: another one of '{}'.",
                  name);
  }

  /// Gives the byte after the member.
  std::int64_t locate(Member& member) const {
    const std::string& name = member.entry.name;
    origin_.check(directory_.offset - member.local_offset >= kLocalHeaderSize,
                  "members must come before the central directory. Received: '{}' at byte {}.",
                  name, member.local_offset);
    const Bytes fixed = bytes_at(file_, member.local_offset, kLocalHeaderSize);
    check_local(name, "signature", u32(fixed, 0), kLocalHeader);
    check_local(name, "length of the name", u16(fixed, 26), name.size());
    const std::int64_t more = u16(fixed, 26) + u16(fixed, 28);
    const CheckedSize data = CheckedSize(member.local_offset) + kLocalHeaderSize + more;
    const CheckedSize end = data + member.header.packed;
    origin_.check(end.fits(directory_.offset),
                  "members must come before the central directory. Received: '{}', which ends at "
                  "byte {}.",
                  name, end);
    const Bytes rest = bytes_at(file_, member.local_offset + kLocalHeaderSize, more);
    const View local_name = View(rest).first(name.size());
    origin_.check(text_of(local_name) == name,
                  "the local header of '{}' must have the name that the central directory has. "
                  "Received: '{}'.",
                  name, text_of(local_name));
    compare(member, header_at(fixed, 6), View(rest).subspan(name.size()));
    member.entry.offset = data.as<std::int64_t>(origin_, "an offset");
    member.entry.size = static_cast<std::int64_t>(member.header.size);
    member.entry.packed = static_cast<std::int64_t>(member.header.packed);
    member.entry.crc = member.header.crc;
    member.entry.deflated = member.header.method == kDeflated;
    return member.entry.offset + member.entry.packed + descriptor_size(member);
  }

  void compare(const Member& member, Header local, View extra) const {
    const std::string& name = member.entry.name;
    const Header& header = member.header;
    if (const auto field = extra_field(name, extra, kZip64Field)) {
      // Here both numbers are there, also where only one of them or (Python) none needs it.
      check_zip64(name, field->size() == 16);
      for (auto [number, offset] : {std::pair(&local.size, 0), std::pair(&local.packed, 8)}) {
        const std::uint64_t wide = u64(*field, static_cast<std::size_t>(offset));
        check_zip64(name, *number == kIn64 || *number == wide);
        *number = wide;
      }
    }
    check_local(name, "flags", local.flags, header.flags);
    check_local(name, "method", local.method, header.method);
    // What comes in the descriptor after the data may be left out here.
    const bool left_out = (header.flags & kHasDescriptor) != 0;
    const auto check_number = [&](std::string_view what, std::uint64_t found,
                                  std::uint64_t expected) {
      if (!left_out || found != 0) check_local(name, what, found, expected);
    };
    check_number("CRC-32", local.crc, header.crc);
    check_number("size", local.size, header.size);
    check_number("packed size", local.packed, header.packed);
  }

  void check_local(const std::string& name, std::string_view what, std::uint64_t found,
                   std::uint64_t expected) const {
    origin_.check(found == expected,
                  "the local header of '{}' must agree with the central directory: {} {}. "
                  "Received: {}.",
                  name, what, expected, found);
  }

  /// Of the descriptor after the data: with or without signature, with sizes of 32 or 64 bits.
  std::int64_t descriptor_size(const Member& member) const {
    if ((member.header.flags & kHasDescriptor) == 0) return 0;
    const std::int64_t begin = member.entry.offset + member.entry.packed;
    constexpr std::int64_t kLongest = 24;
    const Bytes bytes = bytes_at(file_, begin, std::min(kLongest, directory_.offset - begin));
    for (const std::size_t start : {std::size_t{4}, std::size_t{0}}) {
      if (start > 0 && (bytes.size() < start || u32(bytes, 0) != kDescriptor)) continue;
      for (const std::size_t width : {std::size_t{4}, std::size_t{8}}) {
        const std::size_t size = start + 4 + 2 * width;
        if (bytes.size() >= size && is_descriptor(member.header, View(bytes).subspan(start), width))
          return static_cast<std::int64_t>(size);
      }
    }
    origin_.raise("the data descriptor of '{}' must repeat its CRC-32 and sizes. Received: others.",
                  member.entry.name);
  }

  static bool is_descriptor(const Header& header, View bytes, std::size_t width) {
    const auto size_at = [&](std::size_t at) {
      return width == 8 ? u64(bytes, at) : u32(bytes, at);
    };
    return u32(bytes, 0) == header.crc && size_at(4) == header.packed &&
           size_at(4 + width) == header.size;
  }

  const InputFile& file_;
  const Origin& origin_;
  Directory directory_;
};

/// Whether these are UTF-8's bytes, none overlong, no surrogates.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80) continue;
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    std::uint32_t code = lead & (0x3F >> more);
    for (int k = 0; k < more; ++k) {
      if (i == text.size() || (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return false;
      code = code << 6 | (static_cast<unsigned char>(text[i++]) & 0x3F);
    }
    constexpr std::array<std::uint32_t, 4> kLeast{0, 0x80, 0x800, 0x10000};
    if (lead < 0xC0 || lead > 0xF4 || code < kLeast[static_cast<std::size_t>(more)] ||
        code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
      return false;
    }
  }
  return true;
}

}  // namespace
}  // namespace zip_records

bool is_plain_name(std::string_view name) {
  const bool printable = std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\' || c == ':';
  });
  return printable && !name.empty() && name.size() <= 255 && name.front() != '/' &&
         name.find("..") == name.npos && zip_records::is_utf8(name);
}

std::vector<ZipEntry> read_zip_structure(const InputFile& file, ZipNames names,
                                         std::int64_t max_memory) {
  using namespace zip_records;  // NOLINT: of this file alone
  const Directory directory = EndOfArchive(file).directory();
  const CheckedSize memory = CheckedSize(directory.entries) * kMemoryOfMember;
  file.origin().check(memory.fits(max_memory),
                      "the list of the archive's {} members must fit the memory limit of {} bytes. "
                      "Received: {} bytes.",
                      directory.entries, max_memory, memory);
  const MemberReader reader(file, directory);
  std::vector<Member> members = reader.members(names);
  reader.locate(members);
  std::vector<ZipEntry> entries;
  entries.reserve(members.size());
  for (Member& member : members) entries.push_back(std::move(member.entry));
  return entries;
}

}  // namespace strata::io
