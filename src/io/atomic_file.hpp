// Writing a file so that the old one stays until the new one is complete.
#pragma once

#include <sys/types.h>

#include <string>

#include "io/byte_stream.hpp"

namespace strata::io {

inline std::span<const unsigned char> as_bytes(std::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

/// A new file that takes its place at once, in `commit`. Until then it is a temporary beside the
/// target, and the target is untouched; without a commit the temporary is removed. So a full disk,
/// an error or an exception leaves the old file, a crash the old or the new one, and of several
/// writers of one path one wins. A process that is killed may leave `.NAME.….tmp` behind.
///
/// A link is followed: the file it points to is replaced, the link stays. The new file has the
/// permissions of the one it replaces, else those that the umask leaves. What is no regular file
/// is not replaced.
///
/// Every failure raises IoError in the origin's name, with the file and the system's cause.
class AtomicFile {
 public:
  explicit AtomicFile(Origin origin);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends.
  void write(std::span<const unsigned char> bytes);
  /// Overwrites, from `offset` on.
  void write_at(std::int64_t offset, std::span<const unsigned char> bytes);
  /// The size so far, which is where `write` appends.
  std::int64_t size() const { return size_; }

  /// For libraries that write to a file by its name. It must stay the same file.
  const std::string& temporary_path() const { return temporary_; }
  const Origin& origin() const { return origin_; }

  /// Brings the bytes to the disk. `commit` does it otherwise; of several files that belong together
  /// all may be brought there before the first is put in its place.
  void sync();
  /// Puts the file in its place. To be called once, at the end.
  void commit();

 private:
  void create(mode_t mode, bool exact);

  Origin origin_;
  std::string target_;     // where links lead
  std::string temporary_;  // empty once it is gone
  int descriptor_ = -1;    // closed once the bytes are on the disk
  std::int64_t size_ = 0;
};

/// A whole file at once, in the same way.
void write_file(Origin origin, std::span<const unsigned char> bytes);

}  // namespace strata::io
