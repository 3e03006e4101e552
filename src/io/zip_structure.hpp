// Where the members of a zip archive lie, from a file that is not trusted.
#pragma once

#include <string>
#include <vector>

#include "io/input_file.hpp"

namespace strata::io {

/// Which names can't stand beside each other: only the same, or also those that differ in case.
enum class ZipNames { kDistinct, kDistinctInAnyCase };

struct ZipEntry {
  std::string name;
  std::int64_t size = 0;    ///< unpacked
  std::int64_t packed = 0;  ///< in the file
  std::int64_t offset = 0;  ///< of the packed data in the file
  std::uint32_t crc = 0;    ///< CRC-32 of the unpacked data
  bool deflated = false;    ///< else stored as it is
};

/// The members in the order of the central directory. Every record of the archive is read once and
/// compared with the others, since readers that trust different ones would see different members.
///
/// Raises IoError unless one end record ends the file, the central directory ends where that (or
/// its zip64 record) begins and has as many entries as it says, each agrees with the local header
/// and the data descriptor of its member, no two members overlap, and all are unencrypted regular
/// files, stored or deflated, with names that are plain relative paths, no two alike.
/// Each member counts `kMemoryOfMember` bytes of the `max_memory` that they may take.
std::vector<ZipEntry> read_zip_structure(const InputFile& file, ZipNames names,
                                         std::int64_t max_memory = INT64_MAX);

/// What a member takes at most, unread: its entry, its name, where others keep it too, and a header.
inline constexpr std::int64_t kMemoryOfMember = 1024;

/// Whether a member may be called this: a relative path of printable UTF-8, of 1 to 255 bytes,
/// without backslashes, colons and `..`.
bool is_plain_name(std::string_view name);

}  // namespace strata::io
