// Makes the files that the tests read.
#include "io/files.hpp"

#include <stdlib.h>
#include <zip.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
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
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  Bytes bytes(file ? static_cast<std::size_t>(file.tellg()) : 0, '\0');
  file.seekg(0);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
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

std::uint32_t crc_of(const Bytes& bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

Bytes raw_deflate(const Bytes& bytes) {
  const Bytes packed = gzip(bytes);
  constexpr std::size_t kGzipHeader = 10;
  constexpr std::size_t kGzipTrailer = 8;
  return packed.substr(kGzipHeader, packed.size() - kGzipHeader - kGzipTrailer);
}

RawZipMember raw_deflated(const std::string& name, const Bytes& packed, const Bytes& data) {
  RawZipMember member{.name = name,
                      .data = packed,
                      .method = 8,
                      .crc = crc_of(data),
                      .packed = static_cast<std::uint32_t>(packed.size()),
                      .size = static_cast<std::uint32_t>(data.size())};
  member.local = {name, member.method, 0, member.crc, member.packed, member.size, {}};
  return member;
}

RawZipMember raw_stored(const std::string& name, const Bytes& data) {
  RawZipMember member = raw_deflated(name, data, data);
  member.method = member.local.method = 0;
  return member;
}

Bytes raw_zip_body(std::vector<RawZipMember> members, RawZipEnd* end) {
  const auto fields = [](unsigned flags, unsigned method, std::uint32_t crc, std::uint32_t packed,
                         std::uint32_t size, const std::string& name, const Bytes& extra) {
    return little_endian(20, 2) + little_endian(flags, 2) + little_endian(method, 2) +
           little_endian(0, 2) + little_endian(33, 2) + little_endian(crc, 4) +
           little_endian(packed, 4) + little_endian(size, 4) + little_endian(name.size(), 2) +
           little_endian(extra.size(), 2);
  };
  Bytes body;
  for (RawZipMember& member : members) {
    member.offset += static_cast<std::uint32_t>(body.size());
    const RawZipMember::Local& local = member.local;
    body += "PK\x03\x04" +
            fields(local.flags, local.method, local.crc, local.packed, local.size, local.name,
                   local.extra) +
            local.name + local.extra + member.data + member.descriptor;
  }
  Bytes directory;
  for (const RawZipMember& member : members) {
    directory += "PK\x01\x02" + little_endian(20 | member.system << 8, 2) +
                 fields(member.flags, member.method, member.crc, member.packed, member.size,
                        member.name, member.extra) +
                 Bytes(6, '\0') + little_endian(member.attributes, 4) +
                 little_endian(member.offset, 4) + member.name + member.extra;
  }
  if (end != nullptr) {
    end->entries = static_cast<std::uint16_t>(members.size());
    end->offset = static_cast<std::uint32_t>(body.size());
    end->size = static_cast<std::uint32_t>(directory.size());
  }
  return body + directory;
}

Bytes raw_zip_end(const RawZipEnd& end) {
  return end.zip64 + "PK\x05\x06" + little_endian(end.disk, 2) + little_endian(end.disk, 2) +
         little_endian(end.entries, 2) + little_endian(end.entries, 2) +
         little_endian(end.size, 4) + little_endian(end.offset, 4) +
         little_endian(end.comment.size(), 2) + end.comment;
}

Bytes raw_zip(const std::vector<RawZipMember>& members) {
  RawZipEnd end;
  const Bytes body = raw_zip_body(members, &end);
  return body + raw_zip_end(end);
}

}  // namespace strata::testing
