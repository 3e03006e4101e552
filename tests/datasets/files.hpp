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

}  // namespace strata::testing
