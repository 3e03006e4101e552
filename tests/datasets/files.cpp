#include "files.hpp"

#include <stdlib.h>
#include <zip.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace strata::testing {

TemporaryFolder::TemporaryFolder() {
  path_ = (std::filesystem::temp_directory_path() / "strata-XXXXXX").string();
  if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary folder");
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(const std::string& name, const Bytes& bytes) const {
  const std::string file = path(name);
  std::filesystem::create_directories(std::filesystem::path(file).parent_path());
  std::filesystem::remove(file);  // some file systems flush a file that is overwritten
  std::ofstream(file, std::ios::binary) << bytes;
  return file;
}

Bytes read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Bytes big_endian(std::uint64_t value, int count) {
  Bytes bytes;
  for (int i = count - 1; i >= 0; --i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  return bytes;
}

Bytes little_endian(std::uint64_t value, int count) {
  const Bytes reversed = big_endian(value, count);
  return {reversed.rbegin(), reversed.rend()};
}

Bytes idx_bytes(int type, std::initializer_list<std::uint32_t> extents, const Bytes& elements) {
  Bytes bytes{'\0', '\0', static_cast<char>(type), static_cast<char>(extents.size())};
  for (const std::uint32_t extent : extents) bytes += big_endian(extent, 4);
  return bytes + elements;
}

Bytes gzip(const Bytes& bytes) {
  z_stream stream = {};
  if (deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("no deflate");
  }
  Bytes packed(deflateBound(&stream, bytes.size()), '\0');
  Bytes input = bytes;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

Bytes npy_bytes(const std::string& header, const Bytes& elements) {
  return Bytes("\x93NUMPY\x01\x00", 8) + little_endian(header.size(), 2) + header + elements;
}

Bytes npy_of_uint8(const std::string& shape, const Bytes& elements) {
  return npy_bytes("{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }\n",
                   elements);
}

std::string write_zip(const TemporaryFolder& folder, const std::string& name,
                      const std::vector<ZipMember>& members, bool deflated) {
  const std::string path = folder.path(name);
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  if (archive == nullptr) throw std::runtime_error("no archive");
  for (const ZipMember& member : members) {
    zip_source_t* source = zip_source_buffer(archive, member.bytes.data(), member.bytes.size(), 0);
    const zip_int64_t index = zip_file_add(archive, member.name.c_str(), source, 0);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index),
                             deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
  }
  if (zip_close(archive) != 0) throw std::runtime_error("archive not written");
  return path;
}

}  // namespace strata::testing
