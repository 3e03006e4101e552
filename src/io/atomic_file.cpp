// The one writer of files: a temporary beside the target, fsync, rename, fsync of the folder.
#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

namespace strata::io {
namespace {

namespace fs = std::filesystem;

std::string last_error() { return std::generic_category().message(errno); }

/// The path that links, also those that lead nowhere yet, stand for.
fs::path followed(fs::path path, const Origin& origin) {
  constexpr int kMostLinks = 40;  // as in Linux
  std::error_code error;
  for (int links = 0; fs::is_symlink(fs::symlink_status(path, error)); ++links) {
    origin.check(links < kMostLinks, "links must lead to a file. Received: a circle of them.");
    const fs::path link = fs::read_symlink(path, error);
    origin.check(!error, "the link can't be read: {}.", error.message());
    path = path.parent_path() / link;  // an absolute link replaces the path
  }
  return path;
}

std::string random_name() {
  std::uint64_t number = 0;
  if (getrandom(&number, sizeof(number), 0) != static_cast<ssize_t>(sizeof(number))) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  return fmt::format("{:016x}", number);
}

/// The folder's entries to the disk, where the file system can do that.
void sync_folder(const fs::path& file, const Origin& origin) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;  // a folder that may be written to, but not read
  const bool synced = fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP;
  const std::string cause = synced ? "" : last_error();
  close(descriptor);
  origin.check(synced, "the file is written, but its folder can't be brought to the disk: {}.",
               cause);
}

}  // namespace

AtomicFile::AtomicFile(Origin origin)
    : origin_(std::move(origin)), target_(followed(origin_.name, origin_).string()) {
  struct stat old = {};
  const bool replaces = stat(target_.c_str(), &old) == 0;
  origin_.check(!replaces || S_ISREG(old.st_mode),
                "the path must be that of a regular file, or of none. Received: {}.",
                S_ISDIR(old.st_mode) ? "a directory" : "a device, pipe or socket");
  constexpr mode_t kPermissions = 0777;
  constexpr mode_t kNewFile = 0666;
  create(replaces ? old.st_mode & kPermissions : kNewFile, replaces);
}

void AtomicFile::create(mode_t mode, bool exact) {
  const fs::path target(target_);
  constexpr std::size_t kLongestName = 200;  // leaves room for what is added
  const std::string name = target.filename().string().substr(0, kLongestName);
  constexpr int kAttempts = 100;
  for (int i = 0; i < kAttempts && descriptor_ < 0; ++i) {
    temporary_ = (target.parent_path() / fmt::format(".{}.{}.tmp", name, random_name())).string();
    descriptor_ = open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW,
                       exact ? mode & S_IRWXU : mode);
    if (descriptor_ < 0 && errno != EEXIST && errno != EINTR) break;
  }
  if (descriptor_ < 0) {
    temporary_.clear();
    origin_.raise("the file can't be created: {}.", last_error());
  }
  if (exact) std::ignore = fchmod(descriptor_, mode);  // some file systems know no permissions
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const unsigned char> bytes) { write_at(size_, bytes); }

void AtomicFile::write_at(std::int64_t offset, std::span<const unsigned char> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(descriptor_, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    origin_.check(written >= 0, "the file can't be written: {}.", last_error());
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += written;
    size_ = std::max(size_, offset);
  }
}

void AtomicFile::sync() {
  if (descriptor_ < 0) return;
  origin_.check(fsync(descriptor_) == 0, "the file can't be brought to the disk: {}.",
                last_error());
  const int closed = close(std::exchange(descriptor_, -1));
  origin_.check(closed == 0, "the file can't be written: {}.", last_error());
}

void AtomicFile::commit() {
  sync();
  origin_.check(rename(temporary_.c_str(), target_.c_str()) == 0,
                "the file can't be put in its place: {}.", last_error());
  temporary_.clear();
  sync_folder(target_, origin_);
}

void write_file(Origin origin, std::span<const unsigned char> bytes) {
  AtomicFile file(std::move(origin));
  file.write(bytes);
  file.commit();
}

}  // namespace strata::io
