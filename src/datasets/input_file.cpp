#include "datasets/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

namespace strata::datasets {
namespace {

std::string error_text() { return std::generic_category().message(errno); }

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  return "a device or socket";
}

/// `pread` until `out` is full or the file ends.
std::size_t read_at(int descriptor, std::span<unsigned char> out, std::int64_t offset,
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
  const std::size_t count = read_at(descriptor_, out.first(wanted), offset_, origin());
  origin().check(count == wanted,
                 "the file must not shrink while it is read. Received: the end at "
                 "byte {} of {}.",
                 offset_ + static_cast<std::int64_t>(count), size_);
  offset_ += static_cast<std::int64_t>(count);
  return count;
}

bool InputFile::starts_with(std::span<const unsigned char> bytes) const {
  std::vector<unsigned char> first(bytes.size());
  return read_at(descriptor_, first, 0, origin()) == bytes.size() &&
         std::equal(bytes.begin(), bytes.end(), first.begin());
}

std::int64_t memory_limit(std::int64_t file_size) {
  constexpr std::int64_t kAlways = 64 << 20;
  constexpr std::int64_t kPerByte = 16;
  std::int64_t limit = 0;
  const bool overflows = __builtin_mul_overflow(file_size, kPerByte, &limit) ||
                         __builtin_add_overflow(limit, kAlways, &limit);
  return overflows ? INT64_MAX : limit;
}

}  // namespace strata::datasets
