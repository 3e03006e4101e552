// What a gzip file holds, unpacked as it is read.
#pragma once

#include <array>
#include <memory>

#include "datasets/input_file.hpp"

struct z_stream_s;

namespace strata::datasets {

/// One gzip member that fills the whole file. Its end is only reached if length and CRC are right.
class GzipStream : public ByteStream {
 public:
  /// `file` outlives the stream.
  explicit GzipStream(InputFile& file);
  ~GzipStream() override;

  std::size_t read(std::span<unsigned char> out) override;
  std::int64_t most_left() const override;

 private:
  void refill();

  InputFile& file_;
  std::unique_ptr<z_stream_s> inflater_;
  std::array<unsigned char, 1 << 16> packed_;
  bool ended_ = false;
};

}  // namespace strata::datasets
