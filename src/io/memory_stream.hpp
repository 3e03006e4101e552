// Bytes in memory as a stream.
#pragma once

#include "io/byte_stream.hpp"

namespace strata::io {

class MemoryStream : public ByteStream {
 public:
  /// The bytes outlive the stream.
  MemoryStream(Origin origin, std::span<const unsigned char> bytes)
      : ByteStream(std::move(origin)), left_(bytes) {}

  std::size_t read(std::span<unsigned char> out) override {
    const auto next = left_.first(std::min(out.size(), left_.size()));
    std::copy(next.begin(), next.end(), out.begin());
    left_ = left_.subspan(next.size());
    return next.size();
  }
  std::int64_t most_left() const override { return static_cast<std::int64_t>(left_.size()); }

 private:
  std::span<const unsigned char> left_;
};

}  // namespace strata::io
