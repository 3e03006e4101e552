// A zip archive that is not trusted, and its members as streams. Nothing is extracted to disk.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "io/zip_structure.hpp"
#include "strata/core/buffer.hpp"

namespace strata::io {

/// A whole member, unpacked.
class MemberBytes {
 public:
  explicit MemberBytes(std::size_t size)
      : buffer_(Buffer::uninitialized((size + sizeof(float) - 1) / sizeof(float))), size_(size) {}

  std::span<const unsigned char> bytes() const {
    return {reinterpret_cast<const unsigned char*>(buffer_.data()), size_};
  }
  std::span<unsigned char> writable() {
    return {reinterpret_cast<unsigned char*>(buffer_.data()), size_};
  }
  std::string_view text() const { return {reinterpret_cast<const char*>(buffer_.data()), size_}; }

 private:
  Buffer buffer_;
  std::size_t size_;
};

/// Any number of threads may read from one archive.
class ZipArchive {
 public:
  /// Raises IoError if the file is not regular, not an archive as `read_zip_structure` asks for, or if
  /// its list of members takes more than `max_memory` bytes.
  explicit ZipArchive(Origin origin, ZipNames names = ZipNames::kDistinct,
                      std::int64_t max_memory = INT64_MAX);

  const std::vector<ZipEntry>& entries() const { return entries_; }
  /// The member of this name, else nothing.
  const ZipEntry* find(std::string_view name) const;
  std::int64_t file_size() const { return file_.size(); }
  const Origin& origin() const { return file_.origin(); }

  /// Unpacks a member as it is read. Never more bytes come than the archive says, and the last ones
  /// only if nothing follows them and the CRC is right; else IoError is raised.
  std::unique_ptr<ByteStream> open(const ZipEntry& entry) const;
  /// The whole member. Raises IoError, besides, if it takes more than `budget` bytes.
  MemberBytes read(const ZipEntry& entry, std::int64_t budget) const;

 private:
  InputFile file_;
  std::vector<ZipEntry> entries_;
  std::unordered_map<std::string_view, std::size_t> by_name_;
};

}  // namespace strata::io
