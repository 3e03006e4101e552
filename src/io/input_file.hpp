// A regular file, read from front to back, of the size it had when it was opened.
#pragma once

#include "io/byte_stream.hpp"
#include "io/checked_size.hpp"

namespace strata::io {

class InputFile : public ByteStream {
 public:
  /// Raises IoError if there is no such file, or it is a directory, pipe or device.
  explicit InputFile(Origin origin);
  ~InputFile() override;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::size_t read(std::span<unsigned char> out) override;
  std::int64_t most_left() const override { return size_ - offset_; }

  int descriptor() const { return descriptor_; }
  std::int64_t size() const { return size_; }
  std::int64_t offset() const { return offset_; }
  /// Fills `out` from a place within the file; the sequential reading is not moved on.
  void read_at(CheckedSize offset, std::span<unsigned char> out) const;
  /// Whether these are its first bytes; the reading is not moved on.
  bool starts_with(std::span<const unsigned char> bytes) const;

 private:
  int descriptor_;
  std::int64_t size_ = 0;
  std::int64_t offset_ = 0;
};

/// A part of a file, read from front to back.
class FilePart : public ByteStream {
 public:
  /// `file` outlives the part; errors name `origin`. Raises IoError if the part is not in the file.
  FilePart(const InputFile& file, Origin origin, CheckedSize offset, CheckedSize size);
  /// The whole file.
  explicit FilePart(const InputFile& file) : FilePart(file, file.origin(), 0, file.size()) {}

  std::size_t read(std::span<unsigned char> out) override;
  std::int64_t most_left() const override { return end_ - offset_; }

  /// Of the next byte, in the file.
  std::int64_t offset() const { return offset_; }

 private:
  const InputFile& file_;
  std::int64_t offset_ = 0;
  std::int64_t end_ = 0;
};

/// What a file seems to be by its first bytes, as errors say it: "an HTML page", "an empty file".
std::string_view apparent_kind(const InputFile& file);

/// What the elements of a file of this size may take where the caller set no limit.
std::int64_t memory_limit(std::int64_t file_size);

}  // namespace strata::io
