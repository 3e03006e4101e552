// Files for the tests, in a folder that goes away with the test.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strata::testing {

using Bytes = std::string;

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string path(const std::string& name) const { return path_ + "/" + name; }
  /// Writes a file and gives its path.
  std::string write(const std::string& name, const Bytes& bytes) const;

 private:
  std::string path_;
};

Bytes read_bytes(const std::string& path);
/// The names in a folder, hidden ones too, sorted.
std::vector<std::string> names_in(const std::string& folder);

/// `value` in `count` bytes, the most (or least) significant first.
Bytes big_endian(std::uint64_t value, int count);
Bytes little_endian(std::uint64_t value, int count);

/// An IDX file: magic, extents, elements.
Bytes idx_bytes(int type, std::initializer_list<std::uint32_t> extents, const Bytes& elements);
Bytes gzip(const Bytes& bytes);
/// An npy file of version 1.0 with this header text.
Bytes npy_bytes(const std::string& header, const Bytes& elements);
/// The same of bytes: shape as in Python, `"(2, 3)"`.
Bytes npy_of_uint8(const std::string& shape, const Bytes& elements);

struct ZipMember {
  std::string name;
  Bytes bytes;
};

/// Writes a zip archive of deflated (or stored) members and gives its path.
std::string write_zip(const TemporaryFolder& folder, const std::string& name,
                      const std::vector<ZipMember>& members, bool deflated = true);

/// A member of an archive whose records are written one by one, so that each of them may lie.
struct RawZipMember {
  std::string name = "x";
  Bytes data = "abcd";  ///< as it is packed
  unsigned method = 0;
  unsigned flags = 0;
  std::uint32_t crc = 0;
  std::uint32_t packed = 0;
  std::uint32_t size = 0;
  std::uint32_t offset = 0;  ///< of the local header
  std::uint32_t system = 0;  ///< 3: the attributes are those of Unix
  std::uint32_t attributes = 0;
  Bytes extra = {};
  /// The same in the local header.
  struct Local {
    std::string name;
    unsigned method, flags;
    std::uint32_t crc, packed, size;
    Bytes extra;
  } local = {};
  Bytes descriptor = {};  ///< after the data
};

/// A stored member, its records consistent.
RawZipMember raw_stored(const std::string& name, const Bytes& data);
/// A deflated one: `packed` are raw deflate data that give `data`.
RawZipMember raw_deflated(const std::string& name, const Bytes& packed, const Bytes& data);
Bytes raw_deflate(const Bytes& bytes);
std::uint32_t crc_of(const Bytes& bytes);

/// The end record of an archive, and what may come before and after it.
struct RawZipEnd {
  std::uint16_t disk = 0;
  std::uint16_t entries = 0;
  std::uint32_t size = 0;    ///< of the central directory
  std::uint32_t offset = 0;  ///< of the central directory
  Bytes zip64 = {};          ///< the zip64 end record and its locator
  Bytes comment = {};
};

/// Members and central directory. `end`, if given, becomes the end record that fits.
Bytes raw_zip_body(std::vector<RawZipMember> members, RawZipEnd* end = nullptr);
Bytes raw_zip_end(const RawZipEnd& end);
/// An archive whose members, apart from what they say themselves, are where they should be.
Bytes raw_zip(const std::vector<RawZipMember>& members);

}  // namespace strata::testing
