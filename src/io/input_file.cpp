// Opening and reading regular files.
#include "io/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

namespace strata::io {
namespace {

std::string error_text() { return std::generic_category().message(errno); }

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  return "a device or socket";
}

/// `pread` until `out` is full or the file ends.
std::size_t pread_all(int descriptor, std::span<unsigned char> out, std::int64_t offset,
                      const Origin& origin) {
  std::size_t count = 0;
  while (count < out.size()) {
    const ssize_t got = pread(descriptor, out.data() + count, out.size() - count,
                              static_cast<off_t>(offset + static_cast<std::int64_t>(count)));
    if (got < 0 && errno == EINTR) continue;
    origin.check(got >= 0, "the file can't be read: {}.", error_text());
    if (got == 0) break;
    count += static_cast<std::size_t>(got);
  }
  return count;
}

}  // namespace

InputFile::InputFile(Origin origin)
    : ByteStream(std::move(origin)),
      // Without O_NONBLOCK, opening a pipe that nobody writes to would wait forever.
      descriptor_(open(this->origin().name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  this->origin().check(descriptor_ >= 0, "the file can't be opened: {}.", error_text());
  struct stat status = {};
  const bool known = fstat(descriptor_, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    close(descriptor_);
    this->origin().raise("the path must be that of a regular file. Received: {}.",
                         known ? kind_of(status.st_mode) : "an unknown one");
  }
  size_ = status.st_size;
}

InputFile::~InputFile() { close(descriptor_); }

std::size_t InputFile::read(std::span<unsigned char> out) {
  const auto wanted = std::min(out.size(), static_cast<std::size_t>(most_left()));
  read_at(offset_, out.first(wanted));
  offset_ += static_cast<std::int64_t>(wanted);
  return wanted;
}

void InputFile::read_at(CheckedSize offset, std::span<unsigned char> out) const {
  origin().check((offset + out.size()).fits(size_),
                 "the file must hold what it refers to: {} bytes at byte {}. Received: a file of "
                 "{} bytes.",
                 out.size(), offset, size_);
  const auto at = offset.as<std::int64_t>(origin(), "an offset");
  const std::size_t count = pread_all(descriptor_, out, at, origin());
  origin().check(count == out.size(),
                 "the file must not shrink while it is read. Received: the end at "
                 "byte {} of {}.",
                 at + static_cast<std::int64_t>(count), size_);
}

bool InputFile::starts_with(std::span<const unsigned char> bytes) const {
  std::vector<unsigned char> first(bytes.size());
  return pread_all(descriptor_, first, 0, origin()) == bytes.size() &&
         std::equal(bytes.begin(), bytes.end(), first.begin());
}

FilePart::FilePart(const InputFile& file, Origin origin, CheckedSize offset, CheckedSize size)
    : ByteStream(std::move(origin)), file_(file) {
  this->origin().check((offset + size).fits(file.size()),
                       "the data must lie within the file: {} bytes at byte {}. Received: a file "
                       "of {} bytes.",
                       size, offset, file.size());
  offset_ = offset.as<std::int64_t>(this->origin(), "an offset");
  end_ = (offset + size).as<std::int64_t>(this->origin(), "an offset");
}

std::size_t FilePart::read(std::span<unsigned char> out) {
  const auto wanted = std::min(out.size(), static_cast<std::size_t>(most_left()));
  file_.read_at(offset_, out.first(wanted));
  offset_ += static_cast<std::int64_t>(wanted);
  return wanted;
}

std::string_view apparent_kind(const InputFile& file) {
  if (file.size() == 0) return "an empty file";
  std::array<unsigned char, 16> bytes{};
  file.read_at(0, std::span(bytes).first(
                      std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(file.size()))));
  const std::string_view start(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  struct Kind {
    std::string_view magic;
    std::string_view name;
  };
  constexpr std::array<Kind, 11> kKinds{{{"PK\x03\x04", "a zip archive"},
                                         {"PK\x05\x06", "an empty zip archive"},
                                         {"\x89HDF\r\n\x1a\n", "an HDF5 file"},
                                         {"\x93NUMPY", "an npy array"},
                                         {"\x1f\x8b", "a gzip file"},
                                         {"\x80\x02", "a Python pickle"},
                                         {"\x80\x04", "a Python pickle"},
                                         {"version https://", "a Git LFS pointer"},
                                         {"<", "an HTML page"},
                                         {"{", "JSON"},
                                         {"GGUF", "a GGUF file"}}};
  for (const Kind& kind : kKinds) {
    if (start.starts_with(kind.magic)) return kind.name;
  }
  return "other bytes";
}

std::int64_t memory_limit(std::int64_t file_size) {
  constexpr std::int64_t kAlways = 64 << 20;
  constexpr std::int64_t kPerByte = 16;
  const CheckedSize limit = CheckedSize(file_size) * kPerByte + kAlways;
  return limit.fits(INT64_MAX) ? limit.as<std::int64_t>({}, "") : INT64_MAX;
}

}  // namespace strata::io
