// What gzip files and deflated zip members hold, unpacked as it is read.
#pragma once

#include <array>
#include <memory>

#include "io/input_file.hpp"

struct z_stream_s;

namespace strata::io {

/// Packed data that fills its part of the file. The end of a gzip file is only reached if its
/// length and CRC are right.
class InflateStream : public ByteStream {
 public:
  enum class Format { kGzip, kDeflate };

  InflateStream(FilePart packed, Format format);
  ~InflateStream() override;
  InflateStream(const InflateStream&) = delete;
  InflateStream& operator=(const InflateStream&) = delete;

  std::size_t read(std::span<unsigned char> out) override;
  std::int64_t most_left() const override;

 private:
  void inflate_some();

  FilePart packed_;
  std::string_view kind_;   // as errors name the data
  std::string_view whole_;  // and what it fills
  std::unique_ptr<z_stream_s> inflater_;
  std::array<unsigned char, 1 << 16> chunk_;
  bool ended_ = false;
};

}  // namespace strata::io
