// A zip archive that is not trusted, and its members as streams. Nothing is extracted to disk.
#pragma once

#include <memory>
#include <vector>

#include "datasets/byte_stream.hpp"

struct zip;
struct zip_file;

namespace strata::datasets {

/// What the archive says of a member.
struct ZipEntry {
  std::string name;
  std::int64_t index;
  std::int64_t size;    ///< unpacked
  std::int64_t packed;  ///< in the file
};

class ZipArchive {
 public:
  /// Raises IoError if the file is not regular, not a consistent archive, or a member is encrypted,
  /// packed in another way than deflate, named like a path that leads elsewhere, or named twice.
  explicit ZipArchive(Origin origin);

  const std::vector<ZipEntry>& entries() const { return entries_; }
  std::int64_t file_size() const { return file_size_; }
  const Origin& origin() const { return origin_; }
  /// Unpacks a member as it is read; its end is only reached if size and CRC are right.
  std::unique_ptr<ByteStream> open(const ZipEntry& entry) const;

 private:
  struct Close {
    void operator()(zip* archive) const;
  };

  void list_entries();

  Origin origin_;
  std::int64_t file_size_ = 0;
  std::unique_ptr<zip, Close> archive_;
  std::vector<ZipEntry> entries_;
};

}  // namespace strata::datasets
