// A regular file, read from front to back, of the size it had when it was opened.
#pragma once

#include "datasets/byte_stream.hpp"

namespace strata::datasets {

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
  /// Whether these are its first bytes; the reading is not moved on.
  bool starts_with(std::span<const unsigned char> bytes) const;

 private:
  int descriptor_;
  std::int64_t size_ = 0;
  std::int64_t offset_ = 0;
};

/// What the elements of a file of this size may take where the caller set no limit.
std::int64_t memory_limit(std::int64_t file_size);

}  // namespace strata::datasets
